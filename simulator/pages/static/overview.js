// While the clock is turned the page says so, and shows how far it has come.

const element = (id) => document.getElementById(id);
const FORM = { weekday: "short", day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" };

async function showNow() {
  const { now } = await (await fetch("/clock")).json();
  element("now").textContent = new Date(now).toLocaleString("en-GB", FORM).replace(",", "");
}

addEventListener("submit", () => {
  element("turning").hidden = false;
  for (const button of document.querySelectorAll("button")) button.disabled = true;
  setInterval(showNow, 1000);
});

// The page as the browser kept it would turn for ever.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
