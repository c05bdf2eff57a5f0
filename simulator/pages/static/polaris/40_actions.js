// Buttons, links and whatever can be pressed.

// An action of ours is a default action: it waits until the page's own listeners had the chance to prevent it.
function afterwards(event, act) {
  setTimeout(() => {
    if (!event.defaultPrevented) act();
  });
}

function activate(host) {
  const type = host.localName === "s-press-button" ? "button" : host.text("type");
  if (host.hasAttribute("commandfor")) command(host);
  else if (type === "submit" || type === "reset") finishForm(host, type);
}

// A submit by s-button carries no name and no value, as in the admin.
function finishForm(host, type) {
  const form = host.internals?.form ?? host.closest("form");
  if (!form) return;
  if (type === "submit") form.requestSubmit();
  else form.reset();
}

function command(host) {
  const target = host.getRootNode().getElementById(host.text("commandfor"));
  if (!target) return problem(host, `commandfor names "${host.text("commandfor")}", which is not on the page`);
  const word = host.text("command") || "--auto";
  if (word === "--copy") navigator.clipboard?.writeText(target.value || target.textContent.trim()).catch(() => {});
  else if (typeof target.obey === "function") target.obey(word, host);
  else if (word === "--show" || word === "--hide") target.hidden = word === "--hide";
  else target.hidden = !target.hidden;
}

class Pressable extends PolarisElement {
  static focusable = true;
  static formAssociated = true;

  built() {
    this.internals = this.attachInternals();
    this.isFormDisabled = false;
    this.draw(false);
  }

  formDisabledCallback(disabled) {
    this.isFormDisabled = disabled;
    this.sync();
  }

  // A link is an anchor, anything else a button; changing one into the other redraws the shadow root.
  draw(isLink) {
    const tag = isLink ? "a" : "button";
    rootOf(this).innerHTML = `<${tag} class="press" part="press">${this.inside()}</${tag}>`;
    const press = find(this, ".press");
    if (!isLink) press.type = "button";
    press.addEventListener("click", (event) => {
      if (this.isInert) return event.preventDefault();
      if (!this.hasAttribute("href") || this.hasAttribute("commandfor")) afterwards(event, () => activate(this));
    });
  }

  inside() {
    return "<slot></slot>";
  }

  get isInert() {
    return this.hasAttribute("disabled") || this.hasAttribute("loading") || this.isFormDisabled;
  }

  sync() {
    const isLink = this.hasAttribute("href");
    if ((find(this, ".press").localName === "a") !== isLink) this.draw(isLink);
    const press = find(this, ".press");
    if (isLink) this.syncLink(press);
    else press.disabled = this.isInert;
    press.classList.toggle("inert", this.isInert);
    press.setAttribute("aria-busy", this.hasAttribute("loading"));
    copyOrDrop(press, "aria-label", this.getAttribute("accessibilitylabel"));
    copyOrDrop(press, "lang", this.getAttribute("lang"));
  }

  syncLink(anchor) {
    copyOrDrop(anchor, "href", this.isInert ? null : this.getAttribute("href"));
    copyOrDrop(anchor, "download", this.getAttribute("download"));
    const target = this.text("target");
    copyOrDrop(anchor, "target", target && target !== "auto" ? target : null);
    copyOrDrop(anchor, "rel", target === "_blank" ? "noopener" : null);
    copyOrDrop(anchor, "aria-disabled", this.isInert ? "true" : null);
  }

  click() {
    find(this, ".press").click();
  }
}

function copyOrDrop(target, name, value) {
  if (value === null || value === undefined) target.removeAttribute(name);
  else target.setAttribute(name, value);
}

const BUTTON_CSS = `
  :host { display: inline-block; vertical-align: middle; max-inline-size: 100%; }
  :host([inlinesize="fill"]) { display: block; }
  :host([inlinesize="fill"]) .press { inline-size: 100%; }
  .press { display: inline-flex; align-items: center; justify-content: var(--press-justify, center); gap: 6px; min-block-size: 32px;
    inline-size: var(--press-size, auto); max-inline-size: 100%; padding: 5px 12px; border: 1px solid;
    border-color: var(--press-line, #d4d4d4 #d4d4d4 #b5b5b5); border-radius: 8px; background: #fff; color: #303030;
    font-size: 13px; font-weight: 550; line-height: 20px; text-align: center; text-decoration: none; cursor: pointer; }
  .press:hover { background: #f7f7f7; }
  .press.inert { background: #f1f1f1; border-color: #ebebeb; color: #b5b5b5; cursor: default; }
  .press.icon-only { padding-inline: 6px; }
  :host([variant="primary"]) .press { background: #303030; border-color: #1a1a1a; color: #fff; }
  :host([variant="primary"]) .press:hover { background: #1a1a1a; }
  :host([variant="primary"]) .press.inert { background: #d4d4d4; border-color: #d4d4d4; color: #fff; }
  :host([variant="tertiary"]) .press { background: transparent; border-color: transparent; }
  :host([variant="tertiary"]) .press:hover { background: #e3e3e3; }
  :host([tone="critical"]) .press:not(.inert) { color: #8e0b21; }
  :host([tone="critical"][variant="primary"]) .press:not(.inert) { background: #c70a24; border-color: #8e0b21; color: #fff; }
  :host([pressed]) .press { background: #e3e3e3; box-shadow: inset 0 1px 3px #0003; }
  .spinner { inline-size: 14px; block-size: 14px; border: 2px solid currentColor; border-inline-start-color: transparent; border-radius: 50%;
    animation: turn .8s linear infinite; }
  .spinner[hidden], .icon[hidden] { display: none; }
  @keyframes turn { to { transform: rotate(1turn); } }
  @media (max-width: 490px) { .press { min-block-size: 36px; font-size: 14px; } }
`;

class Button extends Pressable {
  static css = BUTTON_CSS;

  inside() {
    return '<span class="spinner" hidden></span><span class="icon" hidden></span><slot></slot>';
  }

  draw(isLink) {
    super.draw(isLink);
    find(this, "slot").addEventListener("slotchange", () => this.sync());
  }

  sync() {
    super.sync();
    const icon = find(this, ".icon");
    find(this, ".spinner").hidden = !this.hasAttribute("loading");
    icon.hidden = !this.text("icon") || this.hasAttribute("loading");
    icon.innerHTML = this.text("icon") ? drawing(this.text("icon"), 18) : "";
    find(this, ".press").classList.toggle("icon-only", Boolean(this.text("icon")) && !this.textContent.trim());
  }
}
element("s-button", Button);
element("s-press-button", class extends Button {
  sync() {
    super.sync();
    find(this, ".press").setAttribute("aria-pressed", this.hasAttribute("pressed"));
  }
});
element("s-link", class extends Pressable {
  static css = `
    :host { display: inline; }
    .press { display: inline; padding: 0; border: 0; background: none; color: #005bd3; text-align: start; text-decoration: underline;
      text-underline-offset: 2px; cursor: pointer; }
    .press:hover { text-decoration: none; }
    :host([tone="critical"]) .press { color: #8e0b21; }
    :host([tone="neutral"]) .press { color: inherit; }
  `;
});
element("s-button-group", class extends PolarisElement {
  static css = `
    :host { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; }
    :host([gap="none"]) { gap: 0; }
  `;
  static html = '<slot name="secondary-actions"></slot><slot></slot><slot name="primary-action"></slot>';

  built() {
    this.internals = this.attachInternals();
    this.internals.role = "group";
  }

  sync() {
    this.internals.ariaLabel = this.getAttribute("accessibilitylabel");
  }
});

// s-clickable is a box that can be pressed: the box is the host, the press fills it.
element("s-clickable", class extends Pressable {
  static css = `
    :host { display: block; min-inline-size: 0; cursor: pointer; }
    :host([disabled]), :host([loading]) { cursor: default; opacity: .6; }
    .press { display: block; inline-size: 100%; block-size: 100%; padding: 0; border: 0; background: none; color: inherit; text-align: start;
      text-decoration: none; cursor: inherit; border-radius: inherit; }
    :host(:hover) .press { background: #00000008; }
  `;
  static flow = "block";

  built() {
    super.built();
    this.rules = sheet("");
    rootOf(this).adoptedStyleSheets.push(this.rules);
  }

  sync() {
    super.sync();
    Box.prototype.sync.call(this);
  }
});
