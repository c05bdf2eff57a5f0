// Who we are: the app's key, the store, and ID tokens that live one minute.

const params = new URLSearchParams(location.search);
const apiKey = document.querySelector('meta[name="shopify-api-key"]')?.content ?? script?.dataset.apiKey;
if (!apiKey) console.error("App Bridge: the meta tag shopify-api-key is missing");
if (script && (script.async || script.defer || script.type === "module")) {
  console.error("App Bridge: its script must not be async, deferred or a module");
}

const config = {
  apiKey,
  shop: params.get("shop") ?? "",
  host: params.get("host") ?? "",
  locale: params.get("locale") ?? "en",
  appOrigins: [],
};

const FRESH_FOR = 45_000;
let minted = null;

// One token serves what is asked at the same time; an old one is replaced before it ends.
function idToken({ fresh = false } = {}) {
  if (fresh || !minted || Date.now() - minted.at > FRESH_FOR) {
    minted = { at: Date.now(), token: ask("idToken") };
    minted.token.catch(() => {
      minted = null;
    });
  }
  return minted.token;
}

// The bounce page holds only this script: it asks for a token and returns to where the request came from.
async function returnWithToken(destination) {
  const url = new URL(destination, location.origin);
  if (url.origin !== location.origin) return console.error("App Bridge: shopify-reload leaves the app");
  url.searchParams.set("id_token", await idToken({ fresh: true }));
  location.replace(url);
}
