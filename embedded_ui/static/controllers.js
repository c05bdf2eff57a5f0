// The few things a page does by itself: Turbo follows App Bridge, permissions are asked, links copied, toasts shown.

// App Bridge announces clicks on s-link, s-button and the app's menu; Turbo follows them without a full load.
document.addEventListener("shopify:navigate", (event) => {
  const address = event.target.getAttribute("href");
  if (address && new URL(address, location.href).origin === location.origin) Turbo.visit(address);
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

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy).then(
    () => shopify.toast.show("Copied"),
    () => shopify.toast.show("Copy the link from the field", { isError: true }),
  );
});

// A count tells while it is typed by how much it differs from what was announced.
document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-compared-with]");
  if (!field) return;
  const difference = Number(field.value) - Number(field.dataset.comparedWith);
  const badge = document.getElementById(field.dataset.tells);
  badge.textContent = difference < 0 ? `${-difference} short` : difference > 0 ? `${difference} over` : "as announced";
  badge.setAttribute("tone", difference < 0 ? "warning" : difference > 0 ? "info" : "success");
}, true);

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
  shopify.toast.show(told.dataset.toast);
  told.remove();
  const address = new URL(location.href);
  address.searchParams.delete("told");
  history.replaceState(history.state, "", address);
}
document.addEventListener("turbo:load", onPage);
