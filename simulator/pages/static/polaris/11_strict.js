// The strict mode: whatever an s-* element carries that the manifest does not know is told to the console and
// kept in window.__polarisProblems, so that a journey can assert that there is none.

const problems = (window.__polarisProblems = window.__polarisProblems ?? []);
const told = new WeakMap();

const GLOBAL = new Set([
  "id", "class", "slot", "style", "hidden", "title", "lang", "dir", "tabindex", "role", "autofocus", "is", "nonce",
]);
const SPACES = {
  none: 0, "small-500": 2, "small-400": 4, "small-300": 6, "small-200": 8, "small-100": 10, small: 12, base: 16,
  large: 20, "large-100": 24, "large-200": 32, "large-300": 40, "large-400": 48, "large-500": 64,
};
// App Bridge brings these; they are not in the manifest of Polaris.
const BRIDGE_ELEMENTS = new Set(["s-app-nav", "s-app-window"]);

function problem(element, sentence) {
  const known = told.get(element) ?? new Set();
  if (known.has(sentence)) return;
  told.set(element, known.add(sentence));
  problems.push({ element: element.localName, problem: sentence });
  console.error(`Polaris: <${element.localName}> ${sentence}`);
}

function checkElement(element) {
  for (const { name, value } of element.attributes) checkAttribute(element, name, value);
  const slots = manifestOf(element).slots;
  for (const child of element.children) {
    const slot = child.getAttribute("slot");
    if (slot && !slots.includes(slot)) problem(element, `has no slot "${slot}"`);
  }
}

function checkAttribute(element, name, value) {
  if (value === null || GLOBAL.has(name) || /^(data-|aria-|hx-|on)/.test(name)) return;
  if (name === "rel" && element.closest("s-app-nav")) return;
  const attributes = manifestOf(element).attributes;
  const property = Object.keys(attributes).find((known) => known.toLowerCase() === name);
  if (!property) return problem(element, `has no attribute "${name}"`);
  if (!isAllowed(attributes[property], value)) problem(element, `${name}="${value}" is not a value of it`);
}

function isAllowed(type, value) {
  if (type === "text") return true;
  // "false" still means true in HTML: whoever writes it meant something else.
  if (type === "boolean") return value === "" || value === "true";
  if (type === "number") return value.trim() !== "" && Number.isFinite(Number(value));
  if (type === "size") return /^(auto|none|0|\d+(\.\d+)?(px|%))$/.test(value);
  if (type === "spacing") return isResponsive(value) || value === "" || value.split(/\s+/).every(isSpace);
  const words = MANIFEST.unions[type];
  return words.includes(value) || (isResponsive(value) && words.includes("@container"));
}

const isSpace = (word) => word in SPACES || word === "auto";
const isResponsive = (value) => value.trim().startsWith("@container");

// Elements that no manifest knows are never upgraded, so they are looked for.
function watchForUnknown() {
  const look = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const found of [node, ...node.querySelectorAll("*")]) {
      const name = found.localName;
      if (!name.startsWith("s-") || name in MANIFEST.elements || BRIDGE_ELEMENTS.has(name)) continue;
      problem(found, "is not an element of Polaris 1.1");
    }
  };
  look(document.documentElement);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(look)))
    .observe(document.documentElement, { childList: true, subtree: true });
}
