// The contextual save bar: a native form with data-save-bar shows it in the admin once something in it changed.

const saveBar = {
  current: null,

  show(id) {
    const element = document.getElementById(id);
    if (!element) return Promise.reject(new Error(`App Bridge: no save bar ${id}`));
    showFor(element.closest("form") ?? element.querySelector("form") ?? element);
    return Promise.resolve();
  },

  hide() {
    hideSaveBar();
    return Promise.resolve();
  },

  toggle(id) {
    return saveBar.current ? saveBar.hide(id) : saveBar.show(id);
  },

  // Resolves when the page may be left; while changes are unsaved the admin asks first.
  async leaveConfirmation() {
    if (!saveBar.current) return;
    if (!(await ask("confirm", { sentence: "Leave this page? Unsaved changes will be lost." }, 0))) {
      return new Promise(() => {});
    }
    hideSaveBar();
  },
};

function showFor(form) {
  saveBar.current = form;
  tell("saveBar", { isShown: true });
}

function hideSaveBar() {
  if (!saveBar.current) return;
  saveBar.current = null;
  tell("saveBar", { isShown: false });
}

const formOf = (event) => event.composedPath().find((step) => step instanceof HTMLFormElement && step.hasAttribute("data-save-bar"));

for (const name of ["input", "change"]) {
  listen(name, (event) => {
    const form = formOf(event);
    if (form) showFor(form);
  });
}
listen("submit", (event) => formOf(event) && hideSaveBar());
listen("reset", (event) => formOf(event) && hideSaveBar());

// A page that Turbo replaced took its form with it.
new MutationObserver(() => {
  if (saveBar.current && !saveBar.current.isConnected) hideSaveBar();
}).observe(document.documentElement, { childList: true, subtree: true });

onNews("save", () => saveBar.current?.requestSubmit());
onNews("discard", async () => {
  const form = saveBar.current;
  if (!form) return;
  const asks = form.hasAttribute("data-discard-confirmation");
  if (asks && !(await ask("confirm", { sentence: "Discard all unsaved changes?" }, 0))) return;
  form.reset();
  hideSaveBar();
});
