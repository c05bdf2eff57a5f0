// The page and its parts: page, section, banner, empty state.

const slotBox = (name, tag = "div") => `<${tag} class="${name}" data-slot><slot name="${name}"></slot></${tag}>`;

// In the real admin the page's heading and actions may be drawn in the admin's own bar; here they stand on the page.
element("s-page", class extends PolarisElement {
  static css = `
    :host { display: block; padding: 16px 24px 48px; container-type: inline-size; }
    .page { max-inline-size: 998px; margin-inline: auto; }
    :host([inlinesize="small"]) .page { max-inline-size: 662px; }
    :host([inlinesize="large"]) .page { max-inline-size: none; }
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; margin-block-end: 16px; }
    header.empty { display: none; }
    h1 { margin: 0; font-size: 20px; font-weight: 650; line-height: 1.3; flex: 1 1 auto; min-inline-size: 0; overflow-wrap: anywhere; }
    .breadcrumb-actions, .supplemental-start, .primary-action, .secondary-actions, .aside { display: none; }
    .filled.breadcrumb-actions, .filled.supplemental-start, .filled.primary-action, .filled.secondary-actions { display: flex; flex-wrap: wrap; gap: 8px; }
    .filled.breadcrumb-actions { flex-basis: 100%; font-size: 13px; }
    .body { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); align-items: start; }
    .main, .filled.aside { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
    @container (min-width: 760px) { .body.two { grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); } }
    @media (max-width: 490px) { :host { padding: 12px 12px 40px; } }
  `;
  static html = `<div class="page"><header>${slotBox("breadcrumb-actions", "nav")}<h1></h1>${slotBox("supplemental-start")}
    ${slotBox("secondary-actions")}${slotBox("primary-action")}</header>
    <div class="body"><div class="main"><slot></slot></div>${slotBox("aside", "aside")}</div></div>`;

  built() {
    find(this, ".breadcrumb-actions").setAttribute("aria-label", "Breadcrumbs");
    watchSlots(this, () => this.arrange());
  }

  sync() {
    find(this, "h1").textContent = this.text("heading");
    find(this, "h1").hidden = !this.text("heading");
    this.arrange();
  }

  arrange() {
    find(this, ".body").classList.toggle("two", find(this, ".aside").classList.contains("filled"));
    find(this, "header").classList.toggle("empty", !this.text("heading") && !find(this, "header .filled"));
  }
});

element("s-section", class extends PolarisElement {
  static css = `
    :host { display: block; min-inline-size: 0; }
    section { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; padding: 16px; border: 1px solid #e3e3e3; border-radius: 12px; background: #fff;
      box-shadow: 0 1px 0 #0000000d; }
    section.inner { padding: 0; border: 0; box-shadow: none; background: none; }
    :host([padding="none"]) section { padding: 0; gap: 0; overflow: hidden; }
    :host([padding="none"]) header:not(.empty) { padding: 12px 16px; }
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; }
    header.empty { display: none; }
    .titles { flex: 1 1 auto; min-inline-size: 0; }
    .heading { margin: 0; font-size: 14px; font-weight: 650; line-height: 1.35; }
    .subheading { margin: 2px 0 0; color: #616161; font-size: 13px; }
    .heading:empty, .subheading:empty { display: none; }
    .graphic, .accessory, .supplemental, .primary-action, .secondary-actions { display: none; }
    .filled.graphic, .filled.accessory, .filled.supplemental, .filled.primary-action, .filled.secondary-actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
    .body { display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
  `;
  static html = `<section><header>${slotBox("graphic")}<div class="titles"><div class="heading" role="heading" id="heading"></div><p class="subheading"></p></div>
    ${slotBox("accessory")}${slotBox("secondary-actions")}${slotBox("primary-action")}</header>
    <div class="body"><slot></slot></div>${slotBox("supplemental")}</section>`;

  built() {
    watchSlots(this, () => this.arrange());
  }

  sync() {
    const section = find(this, "section");
    const heading = find(this, ".heading");
    section.classList.toggle("inner", Boolean(this.parentElement?.closest("s-section, s-modal, s-popover")));
    heading.textContent = this.text("heading");
    heading.setAttribute("aria-level", headingLevel(this));
    find(this, ".subheading").textContent = this.text("subheading");
    copyOrDrop(section, "aria-label", this.getAttribute("accessibilitylabel"));
    copyOrDrop(section, "aria-labelledby", this.text("heading") && !this.hasAttribute("accessibilitylabel") ? "heading" : null);
    this.arrange();
  }

  arrange() {
    const hasWords = this.text("heading") || this.text("subheading");
    find(this, "header").classList.toggle("empty", !hasWords && !find(this, "header .filled"));
  }
});

const BANNER = { auto: ["#f1f1f1", "#616161", "info"], info: ["#eaf4ff", "#0094d5", "info"], success: ["#cdfee1", "#29845a", "check-circle"],
  warning: ["#fff1e3", "#b28400", "alert-triangle"], critical: ["#fee8eb", "#c70a24", "alert-diamond"] };

element("s-banner", class extends PolarisElement {
  static css = `
    :host { display: block; }
    .banner { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 4px 10px; padding: 12px; border: 1px solid; border-radius: 12px; }
    .icon { padding-block-start: 1px; }
    .heading { font-weight: 650; }
    .heading:empty { display: none; }
    .words { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
    .secondary-actions { display: none; }
    .secondary-actions.filled { display: flex; flex-wrap: wrap; gap: 8px; }
    button { border: 0; border-radius: 6px; background: none; inline-size: 28px; block-size: 28px; cursor: pointer; }
    button:hover { background: #0000000d; }
  `;
  static html = `<div class="banner"><span class="icon"></span><div class="words"><div class="heading"></div><div><slot></slot></div>
    ${slotBox("secondary-actions")}</div><button type="button" aria-label="Dismiss" hidden>×</button></div>`;

  built() {
    watchSlots(this);
    find(this, "button").addEventListener("click", () => {
      if (!this.announce("dismiss")) return;
      this.hidden = true;
      this.announce("afterhide");
    });
  }

  sync() {
    const tone = this.text("tone") || "auto";
    const [background, line, icon] = BANNER[tone] ?? BANNER.auto;
    const banner = find(this, ".banner");
    banner.style.background = background;
    banner.style.borderColor = `${line}55`;
    banner.setAttribute("role", tone === "critical" || tone === "warning" ? "alert" : "status");
    find(this, ".icon").style.color = line;
    find(this, ".icon").innerHTML = drawing(icon);
    find(this, ".heading").textContent = this.text("heading");
    find(this, "button").hidden = !this.hasAttribute("dismissible");
  }
});

element("s-empty-state", class extends PolarisElement {
  static css = `
    :host { display: block; }
    .empty { display: grid; justify-items: center; gap: 8px; padding: 32px 16px; text-align: center; }
    .heading { font-size: 16px; font-weight: 650; }
    .graphic, .subheading { display: none; color: #616161; max-inline-size: 46ch; }
    .filled.graphic, .filled.subheading { display: block; }
    .actions { display: flex; flex-wrap: wrap; gap: 8px; justify-content: center; margin-block-start: 4px; }
  `;
  static html = `<div class="empty">${slotBox("graphic")}<div class="heading" role="heading" aria-level="2"></div>${slotBox("subheading")}
    <div class="actions"><slot name="secondary-actions"></slot><slot name="primary-action"></slot></div></div>`;

  built() {
    watchSlots(this);
  }

  sync() {
    find(this, ".heading").textContent = this.text("heading");
  }
});
