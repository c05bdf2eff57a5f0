// Icons, pictures and signs of progress.

// Of the several hundred icons a few dozen are drawn; any other name of the manifest shows a plain dot in a square.
const STROKES = {
  plus: "M10 4v12M4 10h12", minus: "M4 10h12", x: "M5 5l10 10M15 5L5 15", check: "M4 10.5l4 4 8-9",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4M13 13l4 4", "arrow-left": "M16 10H4M9 5l-5 5 5 5",
  "arrow-right": "M4 10h12M11 5l5 5-5 5", "arrow-up": "M10 16V4M5 9l5-5 5 5", "arrow-down": "M10 4v12M5 11l5 5 5-5",
  "chevron-down": "M5 8l5 5 5-5", "chevron-up": "M5 12l5-5 5 5", "chevron-left": "M12 5l-5 5 5 5",
  "chevron-right": "M8 5l5 5-5 5", info: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 9v5M10 6.2v.4",
  "alert-circle": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6v5M10 13.6v.4",
  "alert-triangle": "M10 3.5L17 16H3zM10 8v4M10 13.8v.4", "alert-diamond": "M10 2.5l7.5 7.5-7.5 7.5L2.5 10zM10 6v5M10 13.4v.4",
  "check-circle": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M6.5 10.2l2.5 2.5 4.5-5",
  "check-circle-filled": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M6.5 10.2l2.5 2.5 4.5-5",
  "circle-dashed": "M7.3 3.5a7 7 0 0 1 5.4 0M15 5.1a7 7 0 0 1 1.9 3.5M16.9 11.4a7 7 0 0 1-1.9 3.5M12.7 16.5a7 7 0 0 1-5.4 0M5 14.9a7 7 0 0 1-1.9-3.5M3.1 8.6A7 7 0 0 1 5 5.1",
  "question-circle": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M8 8a2 2 0 1 1 2.6 2c-.4.2-.6.5-.6 1.2M10 13.6v.4",
  home: "M3 9l7-6 7 6v8h-5v-5H8v5H3z", order: "M5 3h10v14l-2-1.5L11 17l-1-1-1 1-2-1.5L5 17zM8 7h4M8 10h4",
  product: "M3 7l7-4 7 4v7l-7 4-7-4zM3 7l7 4 7-4M10 11v7", package: "M3 7l7-4 7 4v7l-7 4-7-4zM3 7l7 4 7-4M10 11v7",
  "package-fulfilled": "M17 9.5V7l-7-4-7 4v7l7 4M3 7l7 4 7-4M10 11v7M12 15.5l2 2 4-4.5",
  inventory: "M3 4h14v4H3zM4 8v8h12V8M8 11h4", cart: "M3 4h2l2 8h8l2-6H6M8 16v.2M14 16v.2",
  person: "M10 4a3 3 0 1 0 0 6 3 3 0 0 0 0-6M4 17c1-4 11-4 12 0", store: "M3 8l1-4h12l1 4M4 9v7h12V9M8 16v-4h4v4",
  settings: "M10 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6M10 2v3M10 15v3M2 10h3M15 10h3M4.5 4.5l2 2M13.5 13.5l2 2M15.5 4.5l-2 2M6.5 13.5l-2 2",
  calendar: "M4 5h12v12H4zM4 9h12M7 3v4M13 3v4", clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6v4l3 2",
  email: "M3 5h14v10H3zM3 6l7 5 7-5", link: "M8 12l4-4M7 9l-2 2a3 3 0 0 0 4 4l2-2M13 11l2-2a3 3 0 0 0-4-4L9 7",
  external: "M11 4h5v5M16 4l-7 7M13 11v5H4V7h5", refresh: "M16 6v4h-4M15.6 10A6 6 0 1 0 14 14.5",
  delete: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11", edit: "M4 16l1-4 8-8 3 3-8 8zM11 6l3 3", import: "M10 3v9M6 9l4 4 4-4M4 16h12",
  download: "M10 3v9M6 8.5l4 4 4-4M3.5 12.5V17h13v-4.5",
  export: "M10 13V4M6 7l4-4 4 4M4 16h12", filter: "M3 5h14M6 10h8M8 15h4", sort: "M7 4v12M4 13l3 3 3-3M13 16V4M10 7l3-3 3 3",
  print: "M6 8V3h8v5M4 8h12v6H4zM6 12h8v5H6z", delivery: "M2 5h10v9H2zM12 8h4l2 3v3h-6M6 15v.2M15 15v.2",
  note: "M4 4h12v9l-3 3H4zM7 8h6M7 11h4", "menu-horizontal": "M5 10v.2M10 10v.2M15 10v.2", view: "M2 10c4-7 12-7 16 0-4 7-12 7-16 0M10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  lock: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3", location: "M10 2a5 5 0 0 0-5 5c0 4 5 11 5 11s5-7 5-11a5 5 0 0 0-5-5M10 6v2",
  money: "M3 6h14v9H3zM10 8a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5", "pause-circle": "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M8 7.5v5M12 7.5v5",
};
const UNDRAWN = "M5 5h10v10H5zM10 9.9v.2";

function drawing(name, size = 20) {
  return `<svg width="${size}" height="${size}" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" `
    + `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" style="display:block"><path d="${STROKES[name] ?? UNDRAWN}"/></svg>`;
}

element("s-icon", class extends PolarisElement {
  static css = ":host { display: inline-block; vertical-align: middle; }";
  static html = '<span class="icon"></span>';

  sync() {
    const tone = this.text("tone") || "auto";
    const icon = find(this, ".icon");
    icon.innerHTML = drawing(this.text("type"), this.text("size") === "small" ? 16 : 20);
    icon.style.color = tone !== "auto" ? TONE_STRONG[tone] : this.text("color") === "subdued" ? "#8a8a8a" : "inherit";
  }
});

class Picture extends PolarisElement {
  static html = '<img alt="">';

  built() {
    for (const name of ["load", "error"]) find(this, "img").addEventListener(name, () => this.announce(name));
  }

  sync() {
    const image = find(this, "img");
    for (const name of ["src", "alt", "srcset", "sizes", "loading"]) {
      if (this.hasAttribute(name) && image.getAttribute(name) !== this.text(name)) image.setAttribute(name, this.text(name));
    }
    image.hidden = !this.hasAttribute("src");
  }
}

element("s-image", class extends Picture {
  static css = ":host { display: block; } img { display: block; max-inline-size: 100%; inline-size: 100%; object-fit: contain; }";

  sync() {
    super.sync();
    const image = find(this, "img");
    image.style.aspectRatio = this.text("aspectratio") || "1/1";
    image.style.objectFit = this.text("objectfit") || "contain";
    image.style.inlineSize = this.text("inlinesize") === "auto" ? "auto" : "100%";
    image.style.border = this.text("border") ? border(this.text("border")) : "";
    image.style.borderRadius = this.text("borderradius") ? eachWord(BOX_RADIUS, "0")(this.text("borderradius")) : "";
  }
});

const THUMBNAIL = { "small-200": 20, "small-100": 28, small: 32, base: 40, large: 60, "large-100": 80, "large-200": 96 };

element("s-thumbnail", class extends Picture {
  static css = `
    :host { display: inline-block; vertical-align: middle; }
    .frame { display: grid; place-items: center; overflow: hidden; border: 1px solid #e3e3e3; border-radius: 8px; background: #fff; color: #8a8a8a; }
    img { inline-size: 100%; block-size: 100%; object-fit: contain; }
    img[hidden] { display: none; }
  `;
  static html = `<span class="frame"><img alt=""><span class="none">${drawing("product", 18)}</span></span>`;

  sync() {
    super.sync();
    const size = `${THUMBNAIL[this.text("size")] ?? 40}px`;
    find(this, ".frame").style.inlineSize = size;
    find(this, ".frame").style.blockSize = size;
    find(this, ".none").hidden = this.hasAttribute("src");
  }
});

element("s-avatar", class extends Picture {
  static css = `
    :host { display: inline-block; vertical-align: middle; }
    .frame { display: grid; place-items: center; overflow: hidden; border-radius: 8px; background: #c1e5ff; color: #00527c; font-size: 12px; font-weight: 600; }
    img { inline-size: 100%; block-size: 100%; object-fit: cover; }
    img[hidden] { display: none; }
  `;
  static html = '<span class="frame"><img alt=""><span class="initials"></span></span>';

  sync() {
    super.sync();
    const size = `${THUMBNAIL[this.text("size")] ?? 32}px`;
    find(this, ".frame").style.inlineSize = size;
    find(this, ".frame").style.blockSize = size;
    find(this, ".initials").textContent = this.hasAttribute("src") ? "" : this.text("initials");
  }
});

element("s-progress", class extends PolarisElement {
  static css = `
    :host { display: block; }
    .track { block-size: 8px; border-radius: 4px; background: #e3e3e3; overflow: hidden; }
    .bar { block-size: 100%; border-radius: 4px; transition: inline-size .2s; }
  `;
  static html = '<div class="track" role="progressbar" aria-valuemin="0"><div class="bar"></div></div>';

  sync() {
    const most = Number(this.getAttribute("max")) || 1;
    const value = Math.min(Math.max(Number(this.getAttribute("value")) || 0, 0), most);
    const track = find(this, ".track");
    track.setAttribute("aria-valuemax", most);
    track.setAttribute("aria-valuenow", value);
    track.setAttribute("aria-label", this.text("accessibilitylabel") || "Progress");
    const tone = this.text("tone") || "auto";
    find(this, ".bar").style.inlineSize = `${(100 * value) / most}%`;
    find(this, ".bar").style.background = tone === "auto" ? "#303030" : TONE_STRONG[tone];
  }
});

element("s-spinner", class extends PolarisElement {
  static css = `
    :host { display: inline-block; vertical-align: middle; }
    .spinner { inline-size: 20px; block-size: 20px; border: 2px solid #d4d4d4; border-block-start-color: #303030; border-radius: 50%;
      animation: turn .8s linear infinite; }
    :host([size="large"]) .spinner { inline-size: 32px; block-size: 32px; }
    :host([size="large-100"]) .spinner { inline-size: 44px; block-size: 44px; }
    @keyframes turn { to { transform: rotate(1turn); } }
  `;
  static html = '<div class="spinner" role="status"></div>';

  sync() {
    find(this, ".spinner").setAttribute("aria-label", this.text("accessibilitylabel") || "Loading");
  }
});
