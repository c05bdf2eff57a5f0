// A list of choices: radios, or checkboxes when several may be chosen; the controls live in the list, so that
// the browser groups them and the arrow keys walk through them.

element("s-choice", class extends PolarisElement {
  static css = `
    :host { display: block; min-inline-size: 0; }
    .text { cursor: pointer; }
    .details { color: #616161; font-size: 13px; }
    .secondary { display: none; margin-block-start: 6px; }
    :host(:state(chosen)) .secondary.filled { display: block; }
  `;
  static html = '<div class="text"><slot></slot></div><div class="details text"><slot name="details"></slot></div>'
    + '<div class="secondary" data-slot><slot name="secondary-content"></slot></div>';

  built() {
    this.internals = this.attachInternals();
    watchSlots(this);
    for (const text of rootOf(this).querySelectorAll(".text")) text.addEventListener("click", () => this.list?.press(this));
  }

  get list() {
    return this.closest("s-choice-list");
  }

  get selected() {
    return this.internals.states.has("chosen");
  }

  set selected(selected) {
    if (this.list?.choose) this.list.choose(this, Boolean(selected));
  }

  get value() {
    return this.getAttribute("value") ?? this.label;
  }

  set value(value) {
    this.setAttribute("value", value);
  }

  // The label is the text of the choice; what stands in its other slots does not belong to it.
  get label() {
    const own = [...this.childNodes].filter((node) => !(node instanceof Element && node.hasAttribute("slot")));
    return own.map((node) => node.textContent).join("").trim().replace(/\s+/g, " ");
  }

  show(isChosen) {
    if (isChosen) this.internals.states.add("chosen");
    else this.internals.states.delete("chosen");
  }
});

let listCount = 0;

element("s-choice-list", class extends Labelled {
  static slotting = "manual";
  static css = `
    ${FIELD_CSS}
    .choices { display: grid; gap: 8px; margin-block-start: 4px; }
    .choice { display: grid; grid-template-columns: 16px minmax(0, 1fr); gap: 8px; align-items: start; }
    input { flex: none; margin: 3px 0 0; inline-size: 16px; block-size: 16px; accent-color: #303030; cursor: pointer; }
  `;
  static html = `<div class="field" role="group" aria-labelledby="label"><div class="label" id="label"><span class="text"></span><span class="required"></span></div>
    <div class="choices"></div><div class="error" id="error" data-slot><span class="words"></span></div><div class="details" id="details"><span class="words"></span></div></div>`;

  constructor() {
    super();
    this.group = `choices-${(listCount += 1)}`;
    this.rows = new Map();
  }

  built() {
    super.built();
    this.isTouched = false;
    this.watch = new MutationObserver(() => this.sync());
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch.observe(this, { childList: true, subtree: true, attributes: true, characterData: true });
  }

  disconnectedCallback() {
    this.watch.disconnect();
  }

  // Choices stand directly in the list; each gets a control and a slot beside it.
  get choices() {
    return [...this.children].filter((child) => child.localName === "s-choice");
  }

  get values() {
    return this.choices.filter((choice) => this.rows.get(choice)?.checked).map((choice) => choice.value);
  }

  set values(values) {
    for (const choice of this.choices) this.rows.get(choice).checked = values.includes(choice.value);
    this.take();
  }

  choose(choice, isChosen) {
    const control = this.rows.get(choice);
    if (control) control.checked = isChosen;
    this.take();
  }

  press(choice) {
    this.rows.get(choice)?.click();
  }

  take() {
    this.isTouched = true;
    this.send();
  }

  send() {
    const sent = new FormData();
    for (const value of this.values) sent.append(this.text("name"), value);
    this.internals.setFormValue(this.text("name") && this.values.length ? sent : null);
    for (const [choice, control] of this.rows) choice.show?.(control.checked);
  }

  sync() {
    this.syncLabel();
    this.drawRows();
    for (const [choice, control] of this.rows) this.syncRow(choice, control);
    this.send();
    this.syncFoot();
  }

  syncFoot() {
    for (const name of ["error", "details"]) {
      find(this, `.${name} .words`).textContent = this.text(name);
      find(this, `.${name}`).classList.toggle("filled", Boolean(this.text(name)));
    }
  }

  drawRows() {
    const wanted = this.choices;
    const type = this.hasAttribute("multiple") ? "checkbox" : "radio";
    const kept = [...this.rows.keys()];
    if (kept.length === wanted.length && kept.every((choice, at) => choice === wanted[at] && this.rows.get(choice).type === type)) return;
    const checked = new Set(kept.filter((choice) => this.rows.get(choice).checked));
    this.rows.clear();
    find(this, ".choices").replaceChildren(...wanted.map((choice) => this.row(choice, type, checked.has(choice))));
  }

  row(choice, type, isChecked) {
    const row = document.createElement("div");
    row.className = "choice";
    row.innerHTML = `<input type="${type}" name="${this.group}"><slot></slot>`;
    const [control, slot] = row.children;
    slot.assign(choice);
    control.checked = isChecked;
    control.addEventListener("input", () => this.take());
    this.passOnChange(control);
    this.rows.set(choice, control);
    return row;
  }

  syncRow(choice, control) {
    control.disabled = this.isInert || choice.hasAttribute("disabled");
    control.setAttribute("aria-label", choice.getAttribute("accessibilitylabel") ?? choice.label ?? choice.textContent.trim());
    if (!this.isTouched) control.checked = choice.hasAttribute("selected");
  }

  formResetCallback() {
    this.isTouched = false;
    this.sync();
  }
});
