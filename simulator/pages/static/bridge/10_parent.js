// The line to the admin around the frame: requests with an answer, and news in both directions.
// The admin of the simulator serves this very script, so its origin is the only one that is spoken to.

const script = document.currentScript;
const ADMIN_ORIGIN = new URL(script ? script.src : location.href).origin;
const isFramed = window.parent !== window;
const REQUEST_TIME_OUT = 15_000;

const waiting = new Map();
const listeners = new Map();
let requestCount = 0;

function tell(name, detail = {}) {
  if (isFramed) window.parent.postMessage({ bridge: "news", name, detail }, ADMIN_ORIGIN);
}

// Asks the admin; what waits for a person (a question in a modal) is given no time-out.
function ask(method, params = {}, timeOut = REQUEST_TIME_OUT) {
  if (!isFramed) return Promise.reject(new Error("App Bridge: not inside the admin"));
  const id = (requestCount += 1);
  return new Promise((resolve, reject) => {
    const timer = timeOut && setTimeout(() => answer({ id, error: `no answer to ${method}` }), timeOut);
    waiting.set(id, { resolve, reject, timer });
    window.parent.postMessage({ bridge: "request", id, method, params }, ADMIN_ORIGIN);
  });
}

function answer({ id, result, error }) {
  const asked = waiting.get(id);
  if (!asked) return;
  waiting.delete(id);
  clearTimeout(asked.timer);
  if (error) asked.reject(new Error(`App Bridge: ${error}`));
  else asked.resolve(result);
}

function onNews(name, listener) {
  listeners.set(name, listener);
}

window.addEventListener("message", (event) => {
  if (event.origin !== ADMIN_ORIGIN || event.source !== window.parent) return;
  if (event.data?.bridge === "answer") answer(event.data);
  if (event.data?.bridge === "news") listeners.get(event.data.name)?.(event.data.detail);
});
