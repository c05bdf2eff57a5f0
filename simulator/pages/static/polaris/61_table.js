// Tables: native table boxes made of elements, and below phone width (or with variant="list") a list of rows,
// in which each header's listslot says where its cells stand.

const LIST_BELOW = 490;

element("s-table", class extends PolarisElement {
  static css = `
    :host { display: block; min-inline-size: 0; }
    .filters { display: none; padding: 10px 12px; border-block-end: 1px solid #ebebeb; }
    .filters.filled { display: block; }
    .frame { position: relative; }
    .scroll { overflow-x: auto; }
    .table { display: table; inline-size: 100%; border-collapse: collapse; font-size: 13px; }
    :host(:state(list)) .table { display: block; }
    .veil { position: absolute; inset: 0; display: grid; place-items: center; background: #ffffffb3; }
    .veil[hidden] { display: none; }
    nav { display: flex; justify-content: center; gap: 4px; padding: 8px; border-block-start: 1px solid #ebebeb; }
    nav[hidden] { display: none; }
    nav button { inline-size: 36px; block-size: 32px; border: 1px solid #d4d4d4; border-radius: 8px; background: #fff; cursor: pointer; }
    nav button:disabled { color: #b5b5b5; cursor: default; }
  `;
  static html = `<div class="filters" data-slot><slot name="filters"></slot></div><div class="frame"><div class="scroll"><div class="table" role="table"><slot></slot></div></div>
    <div class="veil" role="status" aria-label="Loading" hidden>…</div></div>
    <nav aria-label="Pagination" hidden><button type="button" class="back" aria-label="Previous">‹</button><button type="button" class="on" aria-label="Next">›</button></nav>`;

  built() {
    this.internals = this.attachInternals();
    watchSlots(this);
    find(this, ".back").addEventListener("click", () => this.announce("previouspage"));
    find(this, ".on").addEventListener("click", () => this.announce("nextpage"));
    this.watch = new MutationObserver(() => this.arrangeSoon());
    this.measure = new ResizeObserver(() => this.arrangeSoon());
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch.observe(this, { childList: true, subtree: true, attributes: true, attributeFilter: ["listslot", "format", "variant"] });
    this.measure.observe(this);
  }

  disconnectedCallback() {
    this.watch.disconnect();
    this.measure.disconnect();
  }

  sync() {
    find(this, ".veil").hidden = !this.hasAttribute("loading");
    find(this, "nav").hidden = !this.hasAttribute("paginate");
    find(this, ".back").disabled = !this.hasAttribute("haspreviouspage");
    find(this, ".on").disabled = !this.hasAttribute("hasnextpage");
    this.arrangeSoon();
  }

  // Once before the next picture, however many parts ask for it.
  arrangeSoon() {
    this.due ??= requestAnimationFrame(() => {
      this.due = undefined;
      this.arrange();
    });
  }

  arrange() {
    const isList = this.text("variant") === "list" || (this.clientWidth > 0 && this.clientWidth < LIST_BELOW);
    setState(this, "list", isList);
    const headers = [...this.querySelectorAll("s-table-header")].map((header) => ({
      label: header.textContent.trim(),
      listslot: header.getAttribute("listslot") ?? "labeled",
      format: header.getAttribute("format") ?? "base",
    }));
    for (const part of this.querySelectorAll("s-table-header-row, s-table-header, s-table-body, s-table-row")) part.take?.(isList);
    for (const row of this.querySelectorAll("s-table-row")) {
      const cells = [...row.children].filter((cell) => cell.localName === "s-table-cell");
      cells.forEach((cell, at) => cell.take?.(isList, headers[at]));
    }
  }
});

function setState(host, name, isOn) {
  if (isOn) host.internals.states.add(name);
  else host.internals.states.delete(name);
}

class TablePart extends PolarisElement {
  static role = null;

  built() {
    this.internals = this.attachInternals();
    this.internals.role = this.constructor.role;
  }

  // A part may be upgraded after its table: it then asks to be arranged.
  connectedCallback() {
    super.connectedCallback();
    this.closest("s-table")?.arrangeSoon?.();
  }

  take(isList) {
    setState(this, "list", isList);
  }
}

element("s-table-header-row", class extends TablePart {
  static role = "row";
  static css = ":host { display: table-row; background: #f7f7f7; } :host(:state(list)) { display: none; }";
});
element("s-table-header", class extends TablePart {
  static role = "columnheader";
  static css = `
    :host { display: table-cell; padding: 8px 12px; border-block-end: 1px solid #ebebeb; color: #616161; font-size: 12px; font-weight: 550; text-align: start; white-space: nowrap; }
    :host([format="numeric"]), :host([format="currency"]) { text-align: end; }
  `;
});
element("s-table-body", class extends TablePart {
  static role = "rowgroup";
  static css = ":host { display: table-row-group; } :host(:state(list)) { display: block; }";
});
element("s-table-row", class extends TablePart {
  static role = "row";
  static css = `
    :host { display: table-row; }
    :host([clickdelegate]) { cursor: pointer; }
    :host([clickdelegate]:hover) { background: #f7f7f7; }
    :host(:state(list)) { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 8px; padding: 12px; border-block-end: 1px solid #ebebeb; }
  `;

  built() {
    super.built();
    this.addEventListener("click", (event) => this.delegate(event));
  }

  // A click beside anything that can be pressed goes to the named link.
  delegate(event) {
    if (!this.hasAttribute("clickdelegate") || event.defaultPrevented) return;
    const pressable = "a, button, input, select, textarea, label, s-link, s-button, s-clickable, s-checkbox, s-switch, s-select, s-press-button";
    const path = event.composedPath();
    if (path.slice(0, path.indexOf(this)).some((step) => step instanceof Element && step.matches(pressable))) return;
    this.getRootNode().getElementById(this.text("clickdelegate"))?.click();
  }
});
element("s-table-cell", class extends TablePart {
  static role = "cell";
  static css = `
    :host { display: table-cell; padding: 8px 12px; border-block-end: 1px solid #ebebeb; vertical-align: middle; }
    :host(:state(number)) { text-align: end; font-variant-numeric: tabular-nums; }
    .label { display: none; }
    :host(:state(list)) { display: block; padding: 0; border: 0; text-align: start; min-inline-size: 0; overflow-wrap: anywhere; }
    :host(:state(kicker)) { order: 1; flex: 1 0 100%; color: #616161; font-size: 12px; }
    :host(:state(primary)) { order: 2; font-weight: 600; font-size: 14px; }
    :host(:state(inline)) { order: 3; margin-inline-start: auto; }
    :host(:state(secondary)) { order: 4; flex: 1 0 100%; color: #616161; }
    :host(:state(labeled)) { order: 5; flex: 1 0 100%; display: grid; grid-template-columns: minmax(96px, 34%) minmax(0, 1fr); gap: 8px; }
    :host(:state(labeled)) .label { display: block; color: #616161; }
  `;
  static html = '<span class="label"></span><span class="content"><slot></slot></span>';

  take(isList, header) {
    super.take(isList);
    setState(this, "number", !isList && ["numeric", "currency"].includes(header?.format));
    const place = header?.listslot ?? "labeled";
    for (const name of ["kicker", "primary", "inline", "secondary", "labeled"]) setState(this, name, isList && name === place);
    find(this, ".label").textContent = isList && place === "labeled" ? header?.label ?? "" : "";
  }
});
