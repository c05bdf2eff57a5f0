// Dates and colours: pickers, and the rules of which days may be chosen.

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const isoDate = (date) => date.toISOString().slice(0, 10);
const atNoon = (text) => new Date(`${text}T12:00:00Z`);

// "2026-01", "2026-01-05", "2026--", "--2026-06-30", "2026-01-05--2026-02-01", separated by commas.
function isInDates(rule, day) {
  return rule.split(",").map((part) => part.trim()).filter(Boolean).some((part) => {
    if (!part.includes("--")) return day.startsWith(part);
    const [from, to] = part.split("--");
    return (!from || day >= from) && (!to || day.slice(0, to.length) <= to);
  });
}

function isInDays(rule, day) {
  const name = DAYS[atNoon(day).getUTCDay()];
  return rule.split(",").map((part) => part.trim().toLowerCase()).some((part) => part && name.startsWith(part));
}

function isChoosable(host, day) {
  if (host.text("allow") && !isInDates(host.text("allow"), day)) return false;
  if (host.text("disallow") && isInDates(host.text("disallow"), day)) return false;
  if (host.text("allowdays") && !isInDays(host.text("allowdays"), day)) return false;
  return !(host.text("disallowdays") && isInDays(host.text("disallowdays"), day));
}

// The real field opens a calendar of Polaris; here the browser's own does.
element("s-date-field", class extends Field {
  static html = fieldHtml('<input id="control" type="date">');

  built() {
    super.built();
    this.control.addEventListener("change", () => {
      if (this.value && !isChoosable(this, this.value)) this.announce("invalid");
    });
  }
});

element("s-date-picker", class extends PolarisElement {
  static formAssociated = true;
  static css = `
    :host { display: inline-block; inline-size: 264px; }
    .head { display: flex; justify-content: space-between; align-items: center; font-weight: 600; font-size: 13px; }
    .days { display: grid; grid-template-columns: repeat(7, 36px); gap: 2px; margin-block-start: 6px; text-align: center; font-size: 13px; }
    button { min-block-size: 34px; min-inline-size: 34px; border: 0; border-radius: 8px; background: none; cursor: pointer; }
    button:hover { background: #ebebeb; }
    button:disabled { color: #b5b5b5; cursor: default; }
    button[aria-pressed="true"] { background: #303030; color: #fff; }
  `;
  static html = '<div class="head"><button type="button" class="back" aria-label="Previous month">‹</button><span class="month" aria-live="polite"></span>'
    + '<button type="button" class="on" aria-label="Next month">›</button></div><div class="days" role="group"></div>';

  built() {
    this.internals = this.attachInternals();
    find(this, ".back").addEventListener("click", () => this.turn(-1));
    find(this, ".on").addEventListener("click", () => this.turn(1));
    find(this, ".days").addEventListener("click", (event) => event.target.value && this.pick(event.target.value));
  }

  get value() {
    return this.chosen ?? this.text("value");
  }

  set value(value) {
    this.chosen = value;
    this.sync();
  }

  get view() {
    return this.month ?? (this.text("view") || (this.value || isoDate(new Date())).slice(0, 7));
  }

  set view(month) {
    this.month = month;
    this.sync();
  }

  turn(by) {
    const [year, month] = this.view.split("-").map(Number);
    this.view = isoDate(new Date(Date.UTC(year, month - 1 + by, 15))).slice(0, 7);
    this.announce("viewchange");
  }

  // The second day of a range ends it; a third begins a new one.
  pick(day) {
    const [from, to] = this.value.split("--");
    const continues = this.text("type") === "range" && from && !to;
    this.value = continues ? [from, day].sort().join("--") : this.text("type") === "range" ? `${day}--` : day;
    this.dispatchEvent(new Event("input", { bubbles: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  sync() {
    const first = atNoon(`${this.view}-01`);
    find(this, ".month").textContent = first.toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });
    const names = DAYS.map((name) => `<span aria-hidden="true">${name.slice(0, 2)}</span>`).join("");
    const days = [];
    for (const day = new Date(first); isoDate(day).startsWith(this.view); day.setUTCDate(day.getUTCDate() + 1)) days.push(isoDate(day));
    find(this, ".days").innerHTML = names + "<span></span>".repeat(first.getUTCDay()) + days.map((day) => this.day(day)).join("");
    this.internals.setFormValue(this.value);
  }

  day(day) {
    const [from, to] = this.value.split("--");
    const isPressed = day === from || (to && day >= from && day <= to);
    return `<button type="button" value="${day}" aria-label="${day}" aria-pressed="${Boolean(isPressed)}"${isChoosable(this, day) ? "" : " disabled"}>${Number(day.slice(8))}</button>`;
  }

  formResetCallback() {
    this.value = this.text("value");
  }
});

// The real picker is a plane of colour with sliders; here it is the browser's own control.
element("s-color-picker", class extends PolarisElement {
  static formAssociated = true;
  static css = ":host { display: inline-block; } input { inline-size: 64px; block-size: 40px; padding: 0; border: 0; background: none; }";
  static html = '<input type="color" aria-label="Color">';

  built() {
    this.internals = this.attachInternals();
    const control = find(this, "input");
    control.addEventListener("input", () => this.internals.setFormValue(control.value));
    control.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
  }

  get value() {
    return find(this, "input").value;
  }

  set value(value) {
    find(this, "input").value = value;
    this.internals.setFormValue(this.value);
  }

  sync() {
    if (this.hasAttribute("value")) this.value = this.text("value");
  }

  formResetCallback() {
    this.sync();
  }
});
