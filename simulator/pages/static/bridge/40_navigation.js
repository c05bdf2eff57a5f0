// Where a click leads: inside the app, into the admin, or out into the world; and the address bar that follows.

const PRESSABLE = "a, s-link, s-button, s-clickable, s-clickable-chip";
const SHOPIFY_ELEMENT = /^s-/;

// shopify://admin/... and other origins are opened by the admin around us.
function openOutside(url, target = "_blank") {
  if (!isFramed) return void window.open(url, target === "_blank" ? "_blank" : "_self");
  tell("open", { url: String(url), target });
}

// The default of an s-link would be a full load of its anchor. App Bridge turns it into shopify:navigate; the page
// must listen, as nothing else happens then. Without any listener the full load is left as it is.
let navigateListeners = 0;
const listen = document.addEventListener.bind(document);
document.addEventListener = (name, ...rest) => {
  if (name === "shopify:navigate") navigateListeners += 1;
  return listen(name, ...rest);
};

function navigate(element) {
  element.dispatchEvent(new Event("shopify:navigate", { bubbles: true, composed: true }));
}

// With closed shadow roots the path of a click ends at the element itself, with open ones inside it; both are found here.
function pressedElement(event) {
  const path = event.composedPath().filter((step) => step instanceof Element);
  return path.find((step) => SHOPIFY_ELEMENT.test(step.localName) && step.matches(PRESSABLE) && step.hasAttribute("href"))
    ?? path.find((step) => step.matches("a[href]"));
}

function onClick(event) {
  const element = pressedElement(event);
  if (!element || event.button !== 0 || event.defaultPrevented) return;
  const href = element.getAttribute("href");
  if (href.startsWith("#") || element.hasAttribute("download") || element.hasAttribute("disabled")) return;
  const url = new URL(href, location.href);
  if (url.protocol === "shopify:") return leave(event, href, element.getAttribute("target") ?? "_top");
  if (!/^https?:$/.test(url.protocol)) return;
  const target = element.getAttribute("target");
  if (url.origin !== location.origin) return leave(event, url, target === "_top" || target === "_parent" ? "_top" : "_blank");
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || (target && !["auto", "_self"].includes(target));
  if (opensElsewhere || !SHOPIFY_ELEMENT.test(element.localName) || !navigateListeners) return;
  event.preventDefault();
  navigate(element);
}

function leave(event, url, target) {
  event.preventDefault();
  openOutside(url, target === "_blank" ? "_blank" : "_top");
}

window.addEventListener("click", onClick, true);

// What Shopify adds to the address of a load is no part of the app's path.
const LOAD_PARAMS = ["embedded", "hmac", "host", "id_token", "locale", "session", "shop", "timestamp", "shopify-reload"];

function tellPath() {
  const url = new URL(location.href);
  if (url.searchParams.has("shopify-reload")) return;
  LOAD_PARAMS.forEach((name) => url.searchParams.delete(name));
  tell("path", { path: url.pathname + url.search, title: document.title });
}

for (const name of ["pushState", "replaceState"]) {
  const change = history[name].bind(history);
  history[name] = (...rest) => {
    change(...rest);
    tellPath();
  };
}
window.addEventListener("popstate", tellPath);
document.addEventListener("DOMContentLoaded", tellPath);

// Navigation asked for by the admin: the menu entry of the app nav, or its back button.
onNews("navigate", ({ href }) => {
  const entry = [...document.querySelectorAll("s-app-nav s-link, s-app-nav a, ui-nav-menu a")].find((link) => link.getAttribute("href") === href);
  if (entry && navigateListeners) navigate(entry);
  else location.assign(href);
});
