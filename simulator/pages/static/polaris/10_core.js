// What every stand-in element shares: its shadow root, its properties, its strictness.
// The stand-in gives elements the manifest's attributes, slots and events and no others. It is drawn in the
// spirit of the admin, not to the pixel; it never reaches production, where Shopify's own script is loaded.

const script = document.currentScript;
const settings = new URL(script ? script.src : location.href).searchParams;
const SHADOW_MODE = settings.get("shadow") === "closed" ? "closed" : "open";
const UPGRADE_DELAY = Number(settings.get("delay") ?? 60);

const roots = new WeakMap();
const rootOf = (element) => roots.get(element);
const find = (element, selector) => rootOf(element).querySelector(selector);
const manifestOf = (element) => MANIFEST.elements[element.localName];

function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

const baseSheet = sheet(`
  *, *::before, *::after { box-sizing: border-box; }
  :host { box-sizing: border-box; font: inherit; color: inherit; }
  :host([hidden]) { display: none !important; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  button, input, select, textarea { font: inherit; color: inherit; }
  a { color: inherit; }
  :focus-visible { outline: 2px solid #005bd3; outline-offset: 1px; }
`);

// Zero specificity: a page's own rules win, as they would over the real script's.
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(`
  :where(html) { -webkit-text-size-adjust: 100%; }
  :where(body) { margin: 0; background: #f1f1f1; color: #303030;
    font: 450 14px/1.45 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
  :where(s-text, s-link, s-badge, s-number, s-icon, s-spinner):not(:defined) { display: inline; }
  :where(s-modal, s-popover, s-menu, s-tooltip):not(:defined) { display: none; }
  :where(s-page, s-section, s-stack, s-box, s-grid, s-table, s-banner):not(:defined) { display: block; }
`)];

class PolarisElement extends HTMLElement {
  static css = ":host { display: block; }";
  static html = "<slot></slot>";
  static focusable = false;
  static slotting = "named";

  constructor() {
    super();
    const kind = this.constructor;
    const root = this.attachShadow({ mode: SHADOW_MODE, delegatesFocus: kind.focusable, slotAssignment: kind.slotting });
    if (!Object.hasOwn(kind, "sheets")) kind.sheets = [baseSheet, sheet(kind.css)];
    root.adoptedStyleSheets = [...kind.sheets];
    root.innerHTML = kind.html;
    roots.set(this, root);
    this.built();
  }

  // Once, after the shadow root is there; the place for listeners.
  built() {}

  // Brings the shadow root in line with the attributes; called again on each change.
  sync() {}

  connectedCallback() {
    adoptEarlyProperties(this);
    checkElement(this);
    this.sync();
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected) return;
    checkAttribute(this, name, after);
    this.sync(name, after);
  }

  // Overlay events of 1.1 do not bubble, so neither does anything announced here unless it says so.
  announce(name, options = {}) {
    return this.dispatchEvent(new CustomEvent(name, { cancelable: true, ...options }));
  }

  text(name) {
    return this.getAttribute(name) ?? "";
  }
}

// A property set on the element before it was upgraded would otherwise hide the class's own.
function adoptEarlyProperties(element) {
  for (const name of Object.keys(manifestOf(element).attributes)) {
    if (!Object.hasOwn(element, name)) continue;
    const value = element[name];
    delete element[name];
    element[name] = value;
  }
}

function defineProperties(kind, attributes) {
  for (const [name, type] of Object.entries(attributes)) {
    if (name === "id" || hasOwnAccessor(kind, name)) continue;
    Object.defineProperty(kind.prototype, name, {
      configurable: true,
      get() {
        if (type === "boolean") return this.hasAttribute(name);
        const value = this.getAttribute(name);
        return type === "number" && value !== null ? Number(value) : value ?? "";
      },
      set(value) {
        if (type === "boolean") this.toggleAttribute(name, Boolean(value));
        else if (value === null || value === undefined) this.removeAttribute(name);
        else this.setAttribute(name, value);
      },
    });
  }
}

function hasOwnAccessor(kind, name) {
  for (let proto = kind.prototype; proto && proto !== PolarisElement.prototype; proto = Object.getPrototypeOf(proto)) {
    if (Object.hasOwn(proto, name)) return true;
  }
  return false;
}

const kinds = new Map();

// Declares an element; it is defined later, all at once, as the real script arrives from its CDN after the page.
function element(name, kind) {
  kinds.set(name, kind);
}

function isFilled(slot) {
  return slot.assignedNodes({ flatten: true }).some((node) => node.nodeType !== Node.TEXT_NODE || node.data.trim());
}

// Marks a box in the shadow root with the class "filled" while its slot has content.
function watchSlots(host, whenChanged = () => {}) {
  for (const slot of rootOf(host).querySelectorAll("slot")) {
    const mark = () => {
      slot.closest("[data-slot]")?.classList.toggle("filled", isFilled(slot));
      whenChanged(slot);
    };
    slot.addEventListener("slotchange", mark);
    mark();
  }
}
