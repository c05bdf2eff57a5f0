// Choosing: select, checkbox, switch, lists of choices, files.

element("s-option", class extends PolarisElement {
  static css = ":host { display: none; }";
});
element("s-option-group", class extends PolarisElement {
  static css = ":host { display: none; }";
});

element("s-select", class extends Field {
  static html = fieldHtml('<select id="control"></select>') + '<div hidden><slot></slot></div>';
  static css = `${FIELD_CSS} select { cursor: pointer; }`;
  static kept = [];

  built() {
    super.built();
    this.watch = new MutationObserver(() => this.sync());
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch.observe(this, { childList: true, subtree: true, attributes: true, characterData: true });
  }

  disconnectedCallback() {
    this.watch.disconnect();
  }

  sync(name) {
    const current = this.isTouched && name !== "value" ? this.control.value : null;
    this.fill();
    super.sync(name);
    if (current !== null) this.control.value = current;
    this.internals.setFormValue(this.control.value);
  }

  fill() {
    const select = this.control;
    select.replaceChildren();
    if (this.text("placeholder")) {
      const option = new Option(this.text("placeholder"), "");
      option.disabled = option.hidden = true;
      select.append(option);
    }
    for (const child of this.children) {
      if (child.localName === "s-option") select.append(nativeOption(child));
      if (child.localName !== "s-option-group") continue;
      const group = document.createElement("optgroup");
      group.label = child.getAttribute("label") ?? "";
      group.disabled = child.hasAttribute("disabled");
      group.append(...[...child.querySelectorAll("s-option")].map(nativeOption));
      select.append(group);
    }
  }

  begin() {
    const selected = this.querySelector("s-option[selected]");
    const start = this.getAttribute("value") ?? (selected ? optionValue(selected) : this.text("placeholder") ? "" : null);
    if (start === null) this.control.selectedIndex = 0;
    else this.control.value = start;
    this.internals.setFormValue(this.control.value);
    this.isTouched = false;
  }
});

const optionValue = (option) => option.getAttribute("value") ?? option.textContent.trim();

function nativeOption(option) {
  const made = new Option(option.textContent.trim(), optionValue(option));
  made.disabled = option.hasAttribute("disabled");
  return made;
}

// Checkbox and switch: on or off, sent only when on.
class Toggle extends Labelled {
  static css = `
    ${FIELD_CSS}
    .line { display: flex; gap: 8px; align-items: flex-start; }
    .line label { padding-block: 1px; font-weight: 450; font-size: 14px; cursor: pointer; }
    input { flex: none; margin: 3px 0 0; inline-size: 16px; block-size: 16px; accent-color: #303030; cursor: pointer; }
    input[role="switch"] { appearance: none; inline-size: 32px; block-size: 18px; margin-block-start: 2px; border-radius: 9px; background: #8a8a8a; position: relative; }
    input[role="switch"]::before { content: ""; position: absolute; inset-block-start: 3px; inset-inline-start: 3px; inline-size: 12px; block-size: 12px;
      border-radius: 50%; background: #fff; }
    input[role="switch"]:checked { background: #303030; }
    input[role="switch"]:checked::before { inset-inline-start: 17px; }
    .error, .details { padding-inline-start: 24px; }
  `;
  static html = `<div class="field"><div class="line"><input id="control" type="checkbox">
    <label for="control"><span class="text"></span><span class="required" aria-hidden="true"></span></label></div>${FIELD_FOOT}</div>`;

  built() {
    super.built();
    this.isTouched = false;
    const control = find(this, "#control");
    control.addEventListener("input", () => this.take());
    this.passOnChange(control);
  }

  take() {
    this.isTouched = true;
    this.send();
  }

  send() {
    this.internals.setFormValue(this.checked ? this.value : null, this.checked ? "on" : "off");
  }

  get checked() {
    return find(this, "#control").checked;
  }

  set checked(checked) {
    find(this, "#control").checked = Boolean(checked);
    this.take();
  }

  get value() {
    return this.getAttribute("value") ?? "on";
  }

  set value(value) {
    this.setAttribute("value", value);
  }

  sync(name) {
    const control = find(this, "#control");
    this.syncLabel();
    control.disabled = this.isInert;
    control.indeterminate = this.hasAttribute("indeterminate") && !this.isTouched;
    copyOrDrop(control, "aria-label", this.getAttribute("accessibilitylabel"));
    if (!this.isTouched || name === "checked") control.checked = this.hasAttribute("checked");
    this.send();
    this.syncFoot();
  }

  formResetCallback() {
    this.isTouched = false;
    this.sync();
  }

  formStateRestoreCallback(state) {
    this.checked = state === "on";
  }

  click() {
    find(this, "#control").click();
  }
}
element("s-checkbox", Toggle);
element("s-switch", class extends Toggle {
  static html = Toggle.html.replace('type="checkbox"', 'type="checkbox" role="switch"');
});

element("s-drop-zone", class extends Labelled {
  static css = `${FIELD_CSS} .drop { display: grid; gap: 6px; place-items: center; padding: 20px; border: 1px dashed #8a8a8a; border-radius: 8px; background: #fdfdfd; }
    .drop.over { background: #eaf4ff; } input { flex: none; max-inline-size: 100%; }`;
  static html = `<div class="field"><label for="control"><span class="text"></span><span class="required" aria-hidden="true"></span></label>
    <div class="drop"><slot></slot><input id="control" type="file"></div>${FIELD_FOOT.split('<div class="details"')[0]}</div>`;

  built() {
    super.built();
    const control = find(this, "#control");
    control.addEventListener("change", () => this.send());
    this.passOnChange(control);
    const drop = find(this, ".drop");
    drop.addEventListener("dragover", (event) => event.preventDefault());
    drop.addEventListener("drop", (event) => this.receive(event));
  }

  receive(event) {
    event.preventDefault();
    const accepted = [...event.dataTransfer.files].filter((file) => acceptsFile(this.text("accept"), file));
    if (accepted.length < event.dataTransfer.files.length) this.announce("droprejected");
    if (!accepted.length || this.isInert) return;
    const transfer = new DataTransfer();
    accepted.slice(0, this.hasAttribute("multiple") ? undefined : 1).forEach((file) => transfer.items.add(file));
    find(this, "#control").files = transfer.files;
    find(this, "#control").dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    find(this, "#control").dispatchEvent(new Event("change"));
  }

  get files() {
    return [...find(this, "#control").files];
  }

  send() {
    const sent = new FormData();
    for (const file of this.files) sent.append(this.text("name"), file);
    this.internals.setFormValue(this.text("name") && this.files.length ? sent : null);
  }

  sync() {
    const control = find(this, "#control");
    this.syncLabel();
    control.accept = this.text("accept");
    control.multiple = this.hasAttribute("multiple");
    control.disabled = this.isInert;
    copyOrDrop(control, "aria-label", this.getAttribute("accessibilitylabel"));
    this.syncFoot();
  }

  formResetCallback() {
    find(this, "#control").value = "";
    this.send();
  }
});

function acceptsFile(accept, file) {
  const rules = accept.split(",").map((rule) => rule.trim().toLowerCase()).filter(Boolean);
  return !rules.length || rules.some((rule) => (rule.startsWith(".") ? file.name.toLowerCase().endsWith(rule)
    : rule.endsWith("/*") ? file.type.startsWith(rule.slice(0, -1)) : file.type === rule));
}
