// window.shopify: what the page may call. Left out is what the product does not use (pickers, intents, point of sale):
// calling it fails here, as a warning that the simulator would have to learn it.

let toastCount = 0;
const toastActions = new Map();

const toast = {
  show(message, { duration = 5000, isError = false, action, onAction, onDismiss } = {}) {
    const id = `toast-${(toastCount += 1)}`;
    toastActions.set(id, { onAction, onDismiss });
    tell("toast", { id, message: String(message), duration, isError, action });
    return id;
  },
  hide(id) {
    tell("toastHide", { id });
  },
};
onNews("toastAction", ({ id }) => toastActions.get(id)?.onAction?.());
onNews("toastGone", ({ id }) => {
  toastActions.get(id)?.onDismiss?.();
  toastActions.delete(id);
});

function modalById(id) {
  const element = document.getElementById(id);
  if (typeof element?.showOverlay !== "function") throw new Error(`App Bridge: no modal ${id}`);
  return element;
}

window.shopify = {
  config,
  environment: { embedded: isFramed, mobile: false, intent: false },
  idToken: () => idToken({ fresh: true }),
  toast,
  saveBar: { show: saveBar.show, hide: saveBar.hide, toggle: saveBar.toggle, leaveConfirmation: saveBar.leaveConfirmation },
  modal: {
    show: async (id) => modalById(id).showOverlay(),
    hide: async (id) => modalById(id).hideOverlay(),
    toggle: async (id) => modalById(id).toggleOverlay(),
  },
  loading: (isLoading = true) => tell("loading", { isLoading: Boolean(isLoading) }),
  scopes: {
    query: () => ask("scopesQuery"),
    request: (scopes) => ask("scopesRequest", { scopes }, 0),
    revoke: (scopes) => ask("scopesRevoke", { scopes }),
  },
};

// window.open of the admin's own addresses and of other origins goes through the admin.
const windowOpen = window.open.bind(window);
window.open = (url = "", target = "_blank", ...rest) => {
  if (!isFramed || !/^shopify:/.test(String(url))) return windowOpen(url, target, ...rest);
  openOutside(url, target);
  return null;
};

if (params.has("shopify-reload")) returnWithToken(params.get("shopify-reload"));
else ask("hello").then((known) => Object.assign(config, known), () => {});
