// Fields: a native control in the shadow root, its label tied to it, its value handed to the form around the element.

const FIELD_CSS = `
  :host { display: block; min-inline-size: 0; }
  .field { display: grid; gap: 4px; grid-template-columns: minmax(0, 1fr); }
  label, .label { font-size: 13px; font-weight: 500; }
  .required { color: #8e0b21; }
  .control { display: flex; align-items: center; gap: 6px; min-block-size: 34px; padding: 0 10px; border: 1px solid #8a8a8a;
    border-radius: 8px; background: #fdfdfd; }
  .control :focus-visible { outline: none; }
  .control:focus-within { outline: 2px solid #005bd3; outline-offset: 0; background: #fff; }
  .control.wrong { border-color: #8e0b21; background: #fee8eb; }
  .control.disabled { background: #f1f1f1; border-color: #d4d4d4; color: #8a8a8a; }
  input, select, textarea { flex: 1; inline-size: 100%; min-inline-size: 0; padding: 6px 0; border: 0; background: none; outline: none; font-size: 14px; }
  textarea { resize: vertical; line-height: 20px; }
  .around { color: #616161; font-size: 13px; white-space: nowrap; }
  .around:empty { display: none; }
  .error { display: none; color: #8e0b21; font-size: 13px; }
  .details { display: none; color: #616161; font-size: 13px; }
  .error.filled, .details.filled { display: block; }
  @media (max-width: 490px) { input, select, textarea { font-size: 16px; } .control { min-block-size: 40px; } }
`;

const FIELD_FOOT = '<div class="error" id="error" data-slot><slot name="error"><span class="words"></span></slot></div>'
  + '<div class="details" id="details" data-slot><slot name="details"><span class="words"></span></slot></div>';

const fieldHtml = (control) => `<div class="field"><label for="control"><span class="text"></span><span class="required" aria-hidden="true"></span></label>
  <div class="control"><span class="around icon"></span><span class="around prefix"></span>${control}<span class="around suffix"></span><slot name="accessory"></slot></div>
  ${FIELD_FOOT}</div>`;

// What label, details and error share, whatever the control is.
class Labelled extends PolarisElement {
  static focusable = true;
  static formAssociated = true;

  built() {
    this.internals = this.attachInternals();
    this.isFormDisabled = false;
    watchSlots(this, () => this.isConnected && this.syncFoot());
  }

  formDisabledCallback(disabled) {
    this.isFormDisabled = disabled;
    this.sync();
  }

  get form() {
    return this.internals.form;
  }

  get isInert() {
    return this.hasAttribute("disabled") || this.isFormDisabled;
  }

  syncLabel() {
    const label = find(this, "label, .label");
    find(this, ".text").textContent = this.text("label");
    find(this, ".required").textContent = this.hasAttribute("required") ? " *" : "";
    label.classList.toggle("hidden", !this.text("label") || this.text("labelaccessibilityvisibility") === "exclusive");
  }

  syncFoot() {
    for (const name of ["error", "details"]) {
      const box = find(this, `.${name}`);
      if (!box) continue;
      box.querySelector(".words").textContent = this.text(name);
      const isSlotted = box.querySelector("slot").assignedNodes().length > 0;
      box.classList.toggle("filled", isSlotted || Boolean(this.text(name)));
    }
    const wrong = find(this, ".error")?.classList.contains("filled") ?? false;
    find(this, ".control")?.classList.toggle("wrong", wrong);
    for (const control of rootOf(this).querySelectorAll("input, select, textarea")) {
      control.setAttribute("aria-invalid", wrong);
      control.setAttribute("aria-describedby", "error details");
    }
  }

  // "change" of a control stays inside a shadow root; "input" leaves it by itself.
  passOnChange(control) {
    control.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
  }
}

// A field with one value of text. The attribute is the value it starts from, the property the value it has.
class Field extends Labelled {
  static html = fieldHtml('<input id="control" type="text">');
  static css = FIELD_CSS;
  static kept = ["placeholder", "autocomplete", "minlength", "maxlength", "min", "max", "step", "inputmode", "rows"];

  built() {
    super.built();
    this.isTouched = false;
    const control = this.control;
    control.addEventListener("input", () => this.take(control.value));
    control.addEventListener("keydown", (event) => event.key === "Enter" && this.enter(event));
    this.passOnChange(control);
  }

  get control() {
    return find(this, "#control");
  }

  take(value) {
    this.isTouched = true;
    this.internals.setFormValue(value);
  }

  // Whether Enter in the real element sends the form is not documented; a native input would send it.
  enter(event) {
    if (this.control.localName === "textarea" || event.isComposing || !this.form) return;
    event.preventDefault();
    this.control.dispatchEvent(new Event("change", { bubbles: true }));
    submitImplicitly(this.form);
  }

  get value() {
    return this.control.value;
  }

  set value(value) {
    this.control.value = value ?? "";
    this.take(this.control.value);
  }

  get defaultValue() {
    return this.text("value");
  }

  set defaultValue(value) {
    this.setAttribute("value", value);
  }

  sync(name) {
    const control = this.control;
    this.syncLabel();
    for (const kept of this.constructor.kept) copyOrDrop(control, kept, this.getAttribute(kept));
    control.disabled = this.isInert;
    control.readOnly = this.hasAttribute("readonly");
    copyOrDrop(control, "aria-required", this.hasAttribute("required") ? "true" : null);
    find(this, ".control").classList.toggle("disabled", this.isInert);
    this.around(".prefix", this.text("prefix"));
    this.around(".suffix", this.text("suffix"));
    if (this.text("icon")) find(this, ".around.icon").innerHTML = drawing(this.text("icon"), 18);
    if (!this.isTouched || name === "value") this.begin();
    this.syncFoot();
  }

  around(selector, words) {
    find(this, selector).textContent = words;
  }

  begin() {
    this.control.value = this.text("value");
    this.internals.setFormValue(this.control.value);
    this.isTouched = false;
  }

  formResetCallback() {
    this.begin();
  }

  formStateRestoreCallback(state) {
    if (typeof state === "string") this.value = state;
  }

  select() {
    this.control.select();
  }
}

// As a browser does for Enter in a form: press its first submit button, or send it if it has none.
function submitImplicitly(form) {
  const buttons = [...form.querySelectorAll('button, input[type="submit"], s-button[type="submit"]')];
  const first = buttons.find((button) => button.localName === "s-button" || button.type === "submit");
  if (!first) form.requestSubmit();
  else if (!first.hasAttribute("disabled")) first.click();
}

const field = (type, extra = "") => class extends Field {
  static html = fieldHtml(`<input id="control" type="${type}" ${extra}>`);
};

element("s-text-field", field("text"));
element("s-email-field", field("email", 'inputmode="email"'));
element("s-url-field", field("url", 'inputmode="url"'));
element("s-password-field", field("password"));
element("s-search-field", class extends field("search") {
  sync(name) {
    super.sync(name);
    find(this, ".around.icon").innerHTML = drawing("search", 18);
  }
});
element("s-number-field", class extends field("number", 'step="any"') {
  sync(name) {
    super.sync(name);
    if (!this.hasAttribute("step")) this.control.step = "any";
  }
});
element("s-money-field", class extends field("text", 'inputmode="decimal"') {
  sync(name) {
    super.sync(name);
    const currency = this.text("currencycode");
    this.around(".prefix", currency && currency !== "auto" ? currencySign(currency) : "");
  }
});
element("s-text-area", class extends Field {
  static html = fieldHtml('<textarea id="control" rows="2"></textarea>');
});
element("s-color-field", class extends field("text", 'placeholder="#000000"') {
  static html = fieldHtml('<input id="control" type="text"><input type="color" tabindex="-1" aria-hidden="true" style="flex:0 0 28px">');

  built() {
    super.built();
    const swatch = find(this, "[type=color]");
    swatch.addEventListener("input", () => {
      this.value = swatch.value;
    });
  }

  sync(name) {
    super.sync(name);
    if (/^#[0-9a-f]{6}$/i.test(this.value)) find(this, "[type=color]").value = this.value;
  }
});

function currencySign(code) {
  try {
    const parts = new Intl.NumberFormat("en", { style: "currency", currency: code }).formatToParts(0);
    return parts.find((part) => part.type === "currency").value;
  } catch {
    return code;
  }
}
