// Ticks that outlive the page they were made on, fields shown only where they are needed, fields two forms share.

// Where a browser keeps nothing for a page in a frame, this memory lasts until the next full load.
const ticked = new Map();

function chosenOf(key) {
  if (!ticked.has(key)) {
    let kept = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    } catch {}
    ticked.set(key, new Set(kept));
  }
  return ticked.get(key);
}

function keep(key) {
  try {
    sessionStorage.setItem(key, JSON.stringify([...chosenOf(key)]));
  } catch {}
}

// What was ticked elsewhere travels along unseen; what is in the store meanwhile is no choice any more.
function showChoice(form) {
  const chosen = chosenOf(form.dataset.chooses);
  for (const mark of form.querySelectorAll("[data-ours]")) chosen.delete(mark.dataset.ours);
  const boxes = [...form.querySelectorAll("s-checkbox[name=product]")];
  for (const box of boxes) if (box.checked !== chosen.has(box.value)) box.checked = chosen.has(box.value);
  const here = new Set(boxes.map((box) => box.value));
  form.querySelector("[data-elsewhere]").replaceChildren(...[...chosen].filter((value) => !here.has(value)).map(hiddenInput));
  const most = Number(form.dataset.most);
  const words = chosen.size ? `${chosen.size} chosen` : "Nothing chosen yet";
  form.querySelector("[data-count]").textContent = chosen.size > most ? `${words}; at most ${most} at a time` : words;
  form.querySelector("[data-clear]").hidden = !chosen.size;
  form.querySelector("[data-choosing]").hidden = !boxes.length && !chosen.size;
  form.querySelector("s-button[type=submit]").toggleAttribute("disabled", !chosen.size || chosen.size > most);
}

function hiddenInput(value) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "product", value });
  return input;
}

function choosing(form, change) {
  const { chooses } = form.dataset;
  change(chosenOf(chooses));
  keep(chooses);
  showChoice(form);
}

// A field that another one's answer makes needless is not there.
function showNeeded() {
  for (const part of document.querySelectorAll("[data-needed-by]")) {
    const [name, value] = part.dataset.neededBy.split("=");
    const decides = part.closest("form").querySelector(`s-select[name=${name}]`);
    part.hidden = decides.value !== value;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.closest?.("s-select")) showNeeded();
  const box = event.target.closest?.("s-checkbox[name=product]");
  const form = box?.closest("form[data-chooses]");
  if (form) choosing(form, (chosen) => (box.checked ? chosen.add(box.value) : chosen.delete(box.value)));
}, true);

document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-all]")?.closest("form");
  if (!form) return;
  const boxes = form.querySelectorAll("s-checkbox[name=product]");
  choosing(form, (chosen) => boxes.forEach((box) => chosen.add(box.value)));
});

document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-clear]")?.closest("form");
  if (!form) return;
  choosing(form, (chosen) => chosen.clear());
  form.querySelector("s-checkbox")?.focus();
});

// What was typed into a field of another form of the page counts for this one too.
document.addEventListener("submit", (event) => {
  for (const input of event.target.querySelectorAll("input[data-typed]")) {
    input.value = document.querySelector(`s-text-field[name=${input.name}]`).value;
  }
}, true);

// A choice is over once its import was asked for; that new prices were shown first is no import.
document.addEventListener("turbo:submit-end", (event) => {
  const key = event.target.dataset.forgets;
  if (!key || !event.detail.fetchResponse?.location.pathname.startsWith("/app/imports/")) return;
  chosenOf(key).clear();
  keep(key);
});

async function onChoices() {
  await Promise.all(["s-checkbox", "s-select"].map((name) => customElements.whenDefined(name)));
  document.querySelectorAll("form[data-chooses]").forEach(showChoice);
}
document.addEventListener("turbo:load", onChoices);
