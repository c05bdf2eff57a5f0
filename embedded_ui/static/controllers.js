// The few things a page does by itself: Turbo follows App Bridge, permissions are asked, links copied, toasts shown,
// the focus led to what is wrong.

// App Bridge announces clicks on s-link, s-button and the app's menu; Turbo follows them without a full load.
// What was changed and not saved is asked about before it is left.
document.addEventListener("shopify:navigate", async (event) => {
  const address = event.target.getAttribute("href");
  if (!address || new URL(address, location.href).origin !== location.origin) return;
  await shopify.saveBar.leaveConfirmation();
  Turbo.visit(address);
});

// A form that needs permissions asks for them first; refused or granted, the server then reads what is true.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.scopes || form.dataset.asked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset.asked = "yes";
  await shopify.scopes.request(form.dataset.scopes.split(" ")).catch(() => {});
  form.requestSubmit();
  delete form.dataset.asked;
}, true);

// The admin shows that something is on its way: a page, or the answer to a form; the form's button says so too.
let isVisiting = false;
let sending = 0;
const tellLoading = () => shopify.loading(isVisiting || sending > 0);

function visiting(is) {
  isVisiting = is;
  tellLoading();
}

function submitting(form, is) {
  sending = Math.max(0, sending + (is ? 1 : -1));
  form.querySelector("s-button[type=submit]")?.toggleAttribute("loading", is);
  tellLoading();
}

document.addEventListener("turbo:visit", () => visiting(true));
document.addEventListener("turbo:load", () => visiting(false));
document.addEventListener("turbo:fetch-request-error", () => visiting(false));
document.addEventListener("turbo:submit-start", (event) => submitting(event.target, true));
document.addEventListener("turbo:submit-end", (event) => submitting(event.target, false));

// One toast at a time: what it told is over when something else is told, or another page is asked for.
let toast;
function hush() {
  if (toast) shopify.toast.hide(toast);
  toast = undefined;
}

function tell(message, options) {
  hush();
  toast = shopify.toast.show(message, options);
}
document.addEventListener("turbo:visit", hush);

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const copied = await navigator.clipboard.writeText(button.dataset.copy).then(() => true, () => copyByHand(button.dataset.copy));
  if (copied) tell("Copied");
  else tell("Copy the link from the field", { isError: true });
});

// Where the browser keeps the clipboard from a frame, a selection can still be copied.
function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

// A page that changes without being left is called by what it is now; the focus goes to what is next.
Turbo.StreamActions.name = function () {
  document.querySelector("s-page").setAttribute("heading", this.getAttribute("heading"));
  document.title = this.getAttribute("heading");
  document.querySelector("[data-next]")?.focus();
};

// After a refused form the focus goes to what is wrong: the first field that says so, else the sentence above the page.
document.addEventListener("turbo:render", () => {
  const wrong = document.querySelector("#page [error]") ?? document.querySelector("[data-refused]");
  if (wrong) requestAnimationFrame(() => wrong.focus());
});

// A count tells while it is typed by how much it differs from what was announced.
function tellCount(field) {
  const difference = Number(field.value) - Number(field.dataset.comparedWith);
  const [words, tone] = !field.value ? ["please count", "caution"]
    : difference < 0 ? [`${-difference} short`, "warning"]
    : difference > 0 ? [`${difference} over`, "info"]
    : ["as announced", "success"];
  const badge = document.getElementById(field.dataset.tells);
  badge.textContent = words;
  badge.setAttribute("tone", tone);
}

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-compared-with]");
  if (field) tellCount(field);
}, true);

// Enter in a count, typed or sent by a scanner, leads to the next field that is empty, then to the button; it never
// sends the form by itself.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-compared-with]");
  if (!field || event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  const form = field.closest("form");
  const fields = [...form.querySelectorAll("[data-compared-with], s-text-field")];
  const here = fields.indexOf(field);
  const next = [...fields.slice(here + 1), ...fields.slice(0, here + 1)].find((each) => !each.value);
  (next ?? form.querySelector("s-button[type=submit]")).focus();
}, true);

document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-fill]")?.closest("form");
  if (!form) return;
  for (const field of form.querySelectorAll("[data-compared-with]")) {
    if (field.value) continue;
    field.value = field.dataset.comparedWith;
    tellCount(field);
  }
  form.querySelector("s-button[type=submit]").focus();
});

// Parts that change while work goes on read themselves again, as long as somebody looks.
setInterval(() => {
  if (document.hidden) return;
  for (const mark of document.querySelectorAll("turbo-frame [data-refresh]")) {
    const frame = mark.closest("turbo-frame");
    if (frame.hasAttribute("busy") || Date.now() - (frame.dataset.readAt ?? 0) < mark.dataset.refresh * 1000) continue;
    frame.dataset.readAt = Date.now();
    if (frame.src) frame.reload();
    else frame.src = mark.dataset.address;
  }
}, 500);

function onPage() {
  const told = document.querySelector("[data-toast]");
  if (!told) return;
  tell(told.dataset.toast);
  told.remove();
  const address = new URL(location.href);
  address.searchParams.delete("told");
  history.replaceState(history.state, "", address);
}
document.addEventListener("turbo:load", onPage);
