// The admin's side of the embedded app: answers what App Bridge asks, shows what it tells, keeps the address in step.

const settings = JSON.parse(document.getElementById("frame-settings").textContent);
const frame = document.getElementById("app");
const element = (id) => document.getElementById(id);

function tellApp(name, detail = {}) {
  frame.contentWindow.postMessage({ bridge: "news", name, detail }, settings.appOrigin);
}

// What the app asks; each answer is sent back under the number of its question.
const answers = {
  hello: async () => ({ shop: settings.shop, host: settings.host, locale: settings.locale }),
  idToken: async () => (await call("id-token")).id_token,
  confirm: async ({ sentence }) => question("Please confirm", [sentence], "Yes"),
  scopesQuery: async () => call("scopes", { action: "query" }),
  scopesRevoke: async ({ scopes }) => call("scopes", { action: "revoke", scopes }),
  scopesRequest: async ({ scopes }) => {
    const asked = await call("scopes", { action: "request", scopes });
    if (!asked.needs_decision) return asked;
    const agreed = await question("Partner Hub asks for more access", asked.scopes, "Update access");
    return call("scopes", { action: "request", scopes, decision: agreed ? "grant" : "decline" });
  },
};

async function call(path, body = {}) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${settings.bridgeUrl}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}

// What the app tells.
const news = {
  path: ({ path }) => {
    const isOfApp = /^\/app(?=[/?]|$)/.test(path);
    history.replaceState(null, "", (isOfApp ? settings.home : settings.anyPath) + path);
    markCurrent(path);
  },
  nav: ({ links }) => {
    element("app-nav").replaceChildren(...links.filter((link) => !link.isHome).map(menuEntry));
    markCurrent(currentPath);
  },
  toast: showToast,
  toastHide: ({ id }) => element(id)?.remove(),
  loading: ({ isLoading }) => element("loading").classList.toggle("on", isLoading),
  saveBar: ({ isShown }) => {
    element("save-bar").hidden = !isShown;
  },
  open: ({ url, target }) => openAddress(url, target),
};

let currentPath = "";

function menuEntry({ href, label }) {
  const entry = document.createElement("a");
  entry.className = "sub";
  entry.textContent = label;
  entry.dataset.href = href;
  entry.href = settings.home + href;
  entry.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    tellApp("navigate", { href });
  });
  return entry;
}

// The longest entry that begins the path is where we are.
function markCurrent(path) {
  currentPath = path;
  const entries = [...element("app-nav").children];
  const here = path.split("?")[0];
  const matching = entries.filter(({ dataset }) => here === dataset.href || here.startsWith(`${dataset.href}/`));
  const current = matching.sort((one, other) => other.dataset.href.length - one.dataset.href.length)[0];
  entries.forEach((entry) => entry.toggleAttribute("aria-current", entry === current));
  // On a phone the menu is one long row.
  current?.scrollIntoView({ block: "nearest", inline: "center" });
}

function openAddress(url, target) {
  const address = url.replace(/^shopify:(\/\/)?admin/, settings.home);
  if (!/^https?:/.test(new URL(address, location.href).protocol)) return;
  if (target === "_blank") window.open(address, "_blank", "noopener");
  else location.assign(address);
}

function showToast({ id, message, duration, isError, action }) {
  const toast = document.createElement("div");
  toast.id = id;
  toast.className = isError ? "toast bad" : "toast";
  toast.append(message);
  if (action) toast.append(button(action, () => tellApp("toastAction", { id })));
  element("toasts").append(toast);
  setTimeout(() => {
    toast.remove();
    tellApp("toastGone", { id });
  }, duration);
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

// Asks the person in front of the admin; true if they agree.
function question(heading, lines, yes) {
  const dialog = element("question");
  element("question-heading").textContent = heading;
  element("question-yes").textContent = yes;
  element("question-body").replaceChildren(...lines.map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  }));
  dialog.showModal();
  return new Promise((resolve) => {
    const finish = (agreed) => {
      dialog.close();
      resolve(agreed);
    };
    element("question-yes").onclick = () => finish(true);
    element("question-no").onclick = () => finish(false);
    dialog.oncancel = () => finish(false);
  });
}

element("save").addEventListener("click", () => tellApp("save"));
element("discard").addEventListener("click", () => tellApp("discard"));

window.addEventListener("message", async ({ origin, source, data }) => {
  if (origin !== settings.appOrigin || source !== frame.contentWindow) return;
  if (data?.bridge === "news") news[data.name]?.(data.detail);
  if (data?.bridge !== "request") return;
  const answer = { bridge: "answer", id: data.id };
  try {
    answer.result = await answers[data.method](data.params);
  } catch (failure) {
    answer.error = failure.message;
  }
  source.postMessage(answer, origin);
});

// The frame is loaded only now, so that nothing it says is missed.
frame.src = settings.source;
