// All elements are defined at once and a moment late, as the real script arrives from its CDN after the page began.

function defineAll() {
  if (customElements.get("s-page")) return;
  for (const [name, kind] of kinds) {
    const attributes = Object.keys(MANIFEST.elements[name].attributes).map((property) => property.toLowerCase());
    Object.defineProperty(kind, "observedAttributes", { value: [...attributes, "hidden"] });
    defineProperties(kind, MANIFEST.elements[name].attributes);
    customElements.define(name, kind);
  }
  const missing = Object.keys(MANIFEST.elements).filter((name) => !kinds.has(name));
  if (missing.length) console.error(`Polaris: not defined: ${missing.join(", ")}`);
  watchForUnknown();
  watchInterest();
}

setTimeout(defineAll, UPGRADE_DELAY);
