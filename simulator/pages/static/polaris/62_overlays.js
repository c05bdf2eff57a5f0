// What opens over the page: modal, popover, menu, tooltip. Their events are told on the element and do not bubble.

class Overlay extends PolarisElement {
  built() {
    this.isOpen = false;
  }

  obey(word, trigger) {
    this.trigger = trigger;
    if (word === "--show") this.showOverlay();
    else if (word === "--hide") this.hideOverlay();
    else this.toggleOverlay();
  }

  showOverlay() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.announce("show");
    this.open();
    this.announceLater("aftershow");
  }

  hideOverlay() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.announce("hide");
    this.close();
    this.announceLater("afterhide");
  }

  toggleOverlay() {
    if (this.isOpen) this.hideOverlay();
    else this.showOverlay();
  }

  announceLater(name) {
    requestAnimationFrame(() => this.announce(name));
  }

  disconnectedCallback() {
    this.isOpen = false;
  }
}

element("s-modal", class extends Overlay {
  static css = `
    :host { display: contents; }
    dialog { inline-size: min(620px, calc(100vw - 24px)); max-block-size: calc(100dvh - 40px); padding: 0; border: 0; border-radius: 16px; background: #fff; color: #303030;
      font: 450 14px/1.45 Inter, system-ui, sans-serif; box-shadow: 0 20px 60px #0006; overflow: hidden; }
    dialog:not([open]) { display: none; }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: #0000008c; }
    :host([size="small"]) dialog, :host([size="small-100"]) dialog { inline-size: min(380px, calc(100vw - 24px)); }
    :host([size="large"]) dialog { inline-size: min(980px, calc(100vw - 24px)); }
    :host([size="large-100"]) dialog { inline-size: calc(100vw - 24px); }
    header { padding: 16px 52px 14px 16px; background: #f3f3f3; border-block-end: 1px solid #e3e3e3; }
    h2 { margin: 0; font-size: 14px; font-weight: 650; }
    .body { padding: 16px; overflow: auto; display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
    :host([padding="none"]) .body { padding: 0; }
    footer { display: none; justify-content: flex-end; gap: 8px; padding: 12px 16px; border-block-start: 1px solid #e3e3e3; }
    footer.used { display: flex; flex-wrap: wrap; }
    .close { position: absolute; inset: 10px 10px auto auto; border: 0; border-radius: 8px; background: none; inline-size: 32px; block-size: 32px; font-size: 18px; line-height: 1; cursor: pointer; }
    .close:hover { background: #e3e3e3; }
  `;
  static html = `<dialog aria-labelledby="heading"><header><h2 id="heading"></h2></header>
    <div class="body"><slot></slot></div><footer><span data-slot><slot name="secondary-actions"></slot></span><span data-slot><slot name="primary-action"></slot></span></footer>
    <button class="close" type="button" aria-label="Close">×</button></dialog>`;

  built() {
    super.built();
    const dialog = find(this, "dialog");
    watchSlots(this, () => find(this, "footer").classList.toggle("used", Boolean(find(this, "footer .filled"))));
    find(this, ".close").addEventListener("click", () => this.hideOverlay());
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.hideOverlay();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && event.composedPath()[0] === dialog && this.hideOverlay());
  }

  sync() {
    find(this, "h2").textContent = this.text("heading");
    copyOrDrop(find(this, "dialog"), "aria-label", this.getAttribute("accessibilitylabel"));
    copyOrDrop(find(this, "dialog"), "aria-labelledby", this.hasAttribute("accessibilitylabel") ? null : "heading");
  }

  open() {
    find(this, "dialog").showModal();
  }

  close() {
    find(this, "dialog").close();
  }
});

class Floating extends Overlay {
  static css = `
    :host { display: contents; }
    .float { position: fixed; inset: auto; margin: 0; max-inline-size: min(360px, calc(100vw - 16px)); max-block-size: 70vh; overflow: auto; padding: 0; border: 1px solid #e3e3e3;
      border-radius: 12px; background: #fff; color: #303030; font: 450 14px/1.45 Inter, system-ui, sans-serif; box-shadow: 0 4px 20px #0003; }
  `;
  static html = '<div class="float" popover="auto"><slot></slot></div>';

  built() {
    super.built();
    this.float.addEventListener("toggle", (event) => this.follow(event.newState === "open"));
  }

  get float() {
    return find(this, ".float");
  }

  // The browser closes a popover by itself, on Escape or a click beside it.
  follow(isOpen) {
    if (!isOpen && this.isOpen) this.hideOverlay();
    this.announce("toggle");
    this.announceLater("aftertoggle");
  }

  // The press that closed it by itself must not open it again.
  toggleOverlay() {
    if (!this.isOpen && this.trigger && this.trigger === closedByPress.get(this)) return;
    super.toggleOverlay();
  }

  open() {
    this.float.showPopover();
    placeBeside(this.float, this.trigger ?? this.parentElement);
  }

  close() {
    if (this.float.matches(":popover-open")) this.float.hidePopover();
  }
}

const closedByPress = new WeakMap();
document.addEventListener("pointerdown", (event) => {
  for (const open of document.querySelectorAll("s-popover, s-menu")) {
    closedByPress.delete(open);
    if (open.isOpen && event.composedPath().includes(open.trigger)) closedByPress.set(open, open.trigger);
  }
}, true);

function placeBeside(float, trigger) {
  const beside = trigger.getBoundingClientRect();
  const size = float.getBoundingClientRect();
  const left = Math.max(8, Math.min(beside.left, innerWidth - size.width - 8));
  const isBelow = beside.bottom + 4 + size.height <= innerHeight || beside.top < size.height;
  float.style.left = `${left}px`;
  float.style.top = `${isBelow ? beside.bottom + 4 : beside.top - 4 - size.height}px`;
}

element("s-popover", class extends Floating {
  sync() {
    for (const [attribute, property] of Object.entries({ inlinesize: "inlineSize", blocksize: "blockSize", maxinlinesize: "maxInlineSize", maxblocksize: "maxBlockSize", mininlinesize: "minInlineSize", minblocksize: "minBlockSize" })) {
      if (this.hasAttribute(attribute)) this.float.style[property] = this.text(attribute);
    }
  }
});

element("s-menu", class extends Floating {
  static css = `${Floating.css} .float { padding: 6px; } .items { display: grid; gap: 2px; min-inline-size: 160px; }
    .items { --press-justify: flex-start; --press-size: 100%; --press-line: transparent; }
    ::slotted(s-button) { display: block; }`;
  static html = '<div class="float" popover="auto"><div class="items" role="menu"><slot></slot></div></div>';

  built() {
    super.built();
    this.addEventListener("click", (event) => event.target.closest("s-button, s-link") && this.hideOverlay());
  }

  sync() {
    find(this, ".items").setAttribute("aria-label", this.text("accessibilitylabel") || "Menu");
  }
});

element("s-tooltip", class extends Floating {
  static css = `${Floating.css} .float { padding: 6px 10px; border: 0; background: #303030; color: #fff; font-size: 13px; }`;
  static html = '<div class="float" popover="manual" role="tooltip"><slot></slot></div>';
});

// interestfor: a tooltip or popover follows the pointer and the focus.
function watchInterest() {
  const targetOf = (event) => {
    const trigger = event.composedPath().find((step) => step instanceof Element && step.hasAttribute("interestfor"));
    return [trigger, trigger?.getRootNode().getElementById(trigger.getAttribute("interestfor"))];
  };
  const show = (event) => {
    const [trigger, target] = targetOf(event);
    if (typeof target?.obey === "function") target.obey("--show", trigger);
  };
  const hide = (event) => {
    const [trigger, target] = targetOf(event);
    if (typeof target?.obey === "function" && !trigger.contains(event.relatedTarget)) target.obey("--hide", trigger);
  };
  document.addEventListener("pointerover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("pointerout", hide);
  document.addEventListener("focusout", hide);
}
