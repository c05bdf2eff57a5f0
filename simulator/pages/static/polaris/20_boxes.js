// Boxes: their attributes become rules of a style sheet of their own, so that responsive values can be container queries.

const BOX_BACKGROUND = { subdued: "#f7f7f7", base: "#ffffff", strong: "#e3e3e3", transparent: "transparent" };
const BOX_LINE = { subdued: "#ebebeb", base: "#e3e3e3", strong: "#8a8a8a" };
const BOX_WIDTH = { none: "0", "small-100": "1px", small: "1px", base: "1px", large: "2px", "large-100": "4px" };
const BOX_RADIUS = {
  none: "0", "small-200": "2px", "small-100": "4px", small: "6px", base: "8px", large: "12px", "large-100": "16px",
  "large-200": "20px", max: "999px",
};

const space = (value) => value.split(/\s+/).map((word) => `${SPACES[word] ?? 0}px`).join(" ");
const eachWord = (table, fallback) => (value) => value.split(/\s+/).map((word) => table[word] ?? fallback).join(" ");

// "@container (inline-size > 500px) large, small" becomes a plain rule and a container rule.
// A container's name is dropped and the nearest container asked: names do not reach into a shadow root.
function responsive(property, value, convert) {
  const match = /^@container\s*[^(]*(\(.+?\)(?:\s+(?:and|or)\s+\(.+?\))*)\s+(.*)$/s.exec(value.trim());
  if (!match) return `:host { ${property}: ${convert(value.trim())}; }`;
  const [wide, narrow] = splitAtComma(match[2]);
  return `:host { ${property}: ${convert(narrow)}; } @container ${match[1]} { :host { ${property}: ${convert(wide)}; } }`;
}

function splitAtComma(value) {
  let depth = 0;
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] === "(") depth += 1;
    if (value[at] === ")") depth -= 1;
    if (value[at] === "," && depth === 0) return [value.slice(0, at).trim(), value.slice(at + 1).trim()];
  }
  return [value, value];
}

function border(value) {
  const [width, color, style] = value.split(/\s+/);
  return width === "none" ? "none" : `${BOX_WIDTH[width] ?? "1px"} ${style ?? "solid"} ${BOX_LINE[color] ?? BOX_LINE.base}`;
}

const same = (value) => value;
const BOX_RULES = {
  padding: ["padding", space],
  paddingblock: ["padding-block", space],
  paddingblockstart: ["padding-block-start", space],
  paddingblockend: ["padding-block-end", space],
  paddinginline: ["padding-inline", space],
  paddinginlinestart: ["padding-inline-start", space],
  paddinginlineend: ["padding-inline-end", space],
  background: ["background", (value) => BOX_BACKGROUND[value] ?? "transparent"],
  border: ["border", border],
  borderwidth: ["border-width", eachWord(BOX_WIDTH, "1px")],
  bordercolor: ["border-color", (value) => BOX_LINE[value] ?? BOX_LINE.base],
  borderstyle: ["border-style", (value) => value.replaceAll("auto", "solid")],
  borderradius: ["border-radius", eachWord(BOX_RADIUS, "0")],
  blocksize: ["block-size", same],
  minblocksize: ["min-block-size", same],
  maxblocksize: ["max-block-size", same],
  inlinesize: ["inline-size", (value) => (value === "fill" ? "100%" : value)],
  mininlinesize: ["min-inline-size", same],
  maxinlinesize: ["max-inline-size", same],
  overflow: ["overflow", same],
  gap: ["gap", space],
  rowgap: ["row-gap", space],
  columngap: ["column-gap", space],
  justifycontent: ["justify-content", same],
  aligncontent: ["align-content", same],
  alignitems: ["align-items", same],
  justifyitems: ["justify-items", same],
  placeitems: ["place-items", same],
  placecontent: ["place-content", same],
  gridtemplatecolumns: ["grid-template-columns", same],
  gridtemplaterows: ["grid-template-rows", same],
  gridcolumn: ["grid-column", same],
  gridrow: ["grid-row", same],
  direction: ["flex-flow", (value) => (value === "inline" ? "row wrap" : "column nowrap")],
};

const ARIA_ROLE = {
  header: "banner", footer: "contentinfo", section: "region", aside: "complementary", "ordered-list": "list",
  "unordered-list": "list", "list-item": "listitem", "list-item-separator": "separator", generic: null,
};

class Box extends PolarisElement {
  static css = ":host { display: block; min-inline-size: 0; }";
  static flow = "block";

  built() {
    this.internals = this.attachInternals();
    this.rules = sheet("");
    rootOf(this).adoptedStyleSheets.push(this.rules);
  }

  sync() {
    const rules = [];
    for (const [attribute, [property, convert]] of Object.entries(BOX_RULES)) {
      const value = this.getAttribute(attribute);
      if (value) rules.push(responsive(property, value, convert));
    }
    if (this.hasAttribute("display")) {
      rules.push(responsive("display", this.text("display"), (word) => (word === "none" ? "none" : this.constructor.flow)));
    }
    this.rules.replaceSync(`:host { } ${rules.join("\n")}`);
    syncAccessibility(this);
  }
}

function syncAccessibility(host) {
  const role = host.text("accessibilityrole");
  host.internals.role = role in ARIA_ROLE ? ARIA_ROLE[role] : role || null;
  host.internals.ariaLabel = host.getAttribute("accessibilitylabel");
  syncVisibility(host);
}

// "hidden": seen, not read out. "exclusive": read out, not seen.
function syncVisibility(host) {
  const visibility = host.getAttribute("accessibilityvisibility");
  if (host.internals) host.internals.ariaHidden = visibility === "hidden" ? "true" : null;
  rootOf(host).adoptedStyleSheets = rootOf(host).adoptedStyleSheets.filter((kept) => kept !== exclusiveSheet);
  if (visibility === "exclusive") rootOf(host).adoptedStyleSheets.push(exclusiveSheet);
}

const exclusiveSheet = sheet(
  ":host { position: absolute !important; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }",
);

element("s-box", Box);
element("s-grid-item", class extends Box {});
element("s-stack", class extends Box {
  static flow = "flex";
  static css = ":host { display: flex; flex-flow: column nowrap; min-inline-size: 0; }";
});
element("s-grid", class extends Box {
  static flow = "grid";
  static css = ":host { display: grid; min-inline-size: 0; }";
});
element("s-scroll-box", class extends Box {
  static css = ":host { display: block; overflow: auto; }";

  built() {
    super.built();
    this.addEventListener("scroll", () => {
      const ended = this.scrollTop + this.clientHeight >= this.scrollHeight;
      if (ended || this.scrollTop === 0) this.announce("scrolltoedge");
    });
  }
});
element("s-query-container", class extends PolarisElement {
  static css = ":host { display: block; container-type: inline-size; }";
});
element("s-divider", class extends PolarisElement {
  static css = `
    :host { display: block; align-self: stretch; border-block-start: 1px solid #e3e3e3; }
    :host([color="strong"]) { border-color: #8a8a8a; }
    :host([direction="block"]) { border-block-start: 0; border-inline-start: 1px solid #e3e3e3; }
  `;
  static html = "";

  built() {
    this.attachInternals().role = "separator";
  }
});
