// Words, numbers and small pictures.

const TONE = {
  auto: "inherit", neutral: "#616161", info: "#00527c", success: "#0c5132", caution: "#4f4700", warning: "#5e4200",
  critical: "#8e0b21",
};
const TONE_FILL = {
  auto: "#e3e3e3", neutral: "#e3e3e3", info: "#d5ebff", success: "#affebf", caution: "#ffef9d", warning: "#ffd6a4",
  critical: "#fedad9",
};
const TONE_STRONG = {
  auto: "#616161", neutral: "#616161", info: "#0094d5", success: "#29845a", caution: "#998a00", warning: "#b28400",
  critical: "#c70a24",
};
const FONT_SIZE = {
  "small-200": "11px", "small-100": "12px", small: "13px", base: "14px", large: "16px", "large-100": "18px",
  "large-200": "20px", "large-300": "24px", "large-400": "30px",
};
const FONT_WEIGHT = { base: "450", medium: "550", semibold: "600", bold: "700" };

class Words extends PolarisElement {
  static css = ":host { display: inline; }";

  built() {
    this.internals = this.attachInternals();
    this.rules = sheet("");
    rootOf(this).adoptedStyleSheets.push(this.rules);
  }

  sync() {
    const tone = this.text("tone");
    const color = TONE[tone] && tone !== "auto" ? TONE[tone] : this.text("color") === "subdued" ? "#616161" : null;
    const clamp = Number(this.getAttribute("lineclamp"));
    const rules = [
      color && `color: ${color}`,
      FONT_SIZE[this.text("fontsize")] && `font-size: ${FONT_SIZE[this.text("fontsize")]}`,
      FONT_WEIGHT[this.text("fontweight")] && `font-weight: ${FONT_WEIGHT[this.text("fontweight")]}`,
      this.text("fontvariantnumeric") === "tabular-nums" && "font-variant-numeric: tabular-nums",
      this.hasAttribute("dir") && `direction: ${this.text("dir")}; unicode-bidi: isolate`,
      clamp > 0 && Number.isFinite(clamp)
        && `display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: ${clamp}; overflow: hidden`,
    ];
    this.rules.replaceSync(`:host { ${rules.filter(Boolean).join("; ")} }`);
    syncVisibility(this);
  }
}

element("s-text", class extends Words {
  static css = `
    :host { display: inline; }
    :host([type="strong"]) { font-weight: 650; }
    :host([type="address"]) { display: inline-block; font-style: normal; white-space: pre-line; }
    :host([type="redundant"]) { text-decoration: line-through; }
  `;

  sync() {
    super.sync();
    this.internals.role = { strong: "strong", redundant: "deletion" }[this.text("type")] ?? null;
  }
});
element("s-number", class extends Words {
  static css = ":host { display: inline; font-variant-numeric: tabular-nums; }";
});
element("s-paragraph", class extends Words {
  static css = ":host { display: block; margin: 0; }";

  sync() {
    super.sync();
    this.internals.role = "paragraph";
  }
});
element("s-heading", class extends Words {
  static css = ":host { display: block; font-size: 14px; font-weight: 650; line-height: 1.35; }";

  sync() {
    super.sync();
    const role = this.text("accessibilityrole") || "heading";
    this.internals.role = role;
    this.internals.ariaLevel = role === "heading" ? String(headingLevel(this)) : null;
  }
});

// The page's heading is the first level; each section around a heading adds one.
function headingLevel(host) {
  let level = 2;
  for (let around = host.parentElement; around; around = around.parentElement) {
    if (around.localName === "s-section") level += 1;
  }
  return Math.min(level, 6);
}

element("s-badge", class extends PolarisElement {
  static css = `
    :host { display: inline-flex; vertical-align: middle; max-inline-size: 100%; }
    .badge { display: inline-flex; align-items: center; gap: 4px; padding: 1px 8px; border-radius: 8px; font-size: 12px;
      font-weight: 550; line-height: 18px; white-space: nowrap; }
    :host([size="large"]) .badge, :host([size="large-100"]) .badge { padding: 3px 10px; font-size: 14px; }
  `;
  static html = '<span class="badge"><span class="icon"></span><slot></slot></span>';

  sync() {
    const tone = this.text("tone") || "auto";
    const strong = this.text("color") === "strong";
    const badge = find(this, ".badge");
    badge.style.background = (strong ? TONE_STRONG : TONE_FILL)[tone] ?? TONE_FILL.auto;
    badge.style.color = strong ? "#ffffff" : tone === "auto" ? "#303030" : TONE[tone];
    find(this, ".icon").innerHTML = this.text("icon") ? drawing(this.text("icon"), 14) : "";
    find(this, ".icon").hidden = !this.text("icon");
  }
});

class Chip extends PolarisElement {
  static focusable = true;
  static css = `
    :host { display: inline-flex; vertical-align: middle; }
    .chip { display: inline-flex; align-items: center; gap: 4px; padding: 2px 8px; border: 1px solid transparent;
      border-radius: 8px; background: #e3e3e3; font-size: 13px; text-decoration: none; cursor: default; }
    :host([color="subdued"]) .chip { background: #f1f1f1; color: #616161; }
    :host([color="strong"]) .chip { background: #d4d4d4; font-weight: 600; }
    a.chip, button.chip { cursor: pointer; }
    .remove { border: 0; padding: 0 0 0 2px; background: none; cursor: pointer; line-height: 1; }
  `;
  static html = '<span class="chip"><slot name="graphic"></slot><slot></slot></span>'
    + '<button class="remove" type="button" hidden>×</button>';

  built() {
    find(this, ".remove").addEventListener("click", (event) => {
      event.stopPropagation();
      if (this.announce("remove") && this.localName === "s-clickable-chip") this.hidden = true;
      if (this.hidden) this.announce("afterhide");
    });
  }

  sync() {
    find(this, ".remove").hidden = !this.hasAttribute("removable");
    find(this, ".remove").setAttribute("aria-label", `Remove ${this.text("accessibilitylabel") || this.textContent.trim()}`);
    const chip = find(this, ".chip");
    if (this.text("accessibilitylabel")) chip.setAttribute("aria-label", this.text("accessibilitylabel"));
  }
}
element("s-chip", Chip);
element("s-clickable-chip", class extends Chip {
  static html = Chip.html.replace('<span class="chip">', '<button class="chip" type="button">')
    .replace("</slot></span>", "</slot></button>");

  built() {
    super.built();
    find(this, ".chip").addEventListener("click", (event) => afterwards(event, () => activate(this)));
  }

  sync() {
    super.sync();
    find(this, ".chip").disabled = this.hasAttribute("disabled");
  }

  click() {
    find(this, ".chip").click();
  }
});

class List extends PolarisElement {
  static css = ":host { display: block; margin: 0; padding-inline-start: 20px; list-style: disc; }";

  built() {
    this.attachInternals().role = "list";
  }
}
element("s-unordered-list", List);
element("s-ordered-list", class extends List {
  static css = List.css.replace("disc", "decimal");
});
element("s-list-item", class extends PolarisElement {
  static css = ":host { display: list-item; margin-block: 2px; }";

  built() {
    this.attachInternals().role = "listitem";
  }
});
