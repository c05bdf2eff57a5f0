// Requests of the page to its own origin carry an ID token: fetch and XMLHttpRequest, not navigations and native forms.

const RETRY = "X-Shopify-Retry-Invalid-Session-Request";
const LEAVE = "X-Shopify-API-Request-Failure-Reauthorize-Url";
const pageFetch = window.fetch.bind(window);

function isOurs(url) {
  const { origin, protocol } = new URL(url, location.href);
  return /^https?:$/.test(protocol) && (origin === location.origin || config.appOrigins.includes(origin));
}

async function fetchWithToken(input, init) {
  const request = new Request(input, init);
  if (!isFramed || !isOurs(request.url) || request.headers.has("Authorization")) return pageFetch(request);
  const again = request.clone();
  const response = await pageFetch(withToken(request, await idToken()));
  if (leaves(response)) return new Promise(() => {});
  if (response.status !== 401 || !response.headers.has(RETRY)) return response;
  return pageFetch(withToken(again, await idToken({ fresh: true })));
}

function withToken(request, token) {
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return new Request(request, { headers });
}

function leaves(response) {
  const url = response.headers.get(LEAVE);
  if (url) openOutside(url, "_top");
  return Boolean(url);
}

window.fetch = fetchWithToken;

// send() waits for the token. On a refused one the request is opened and sent a second time; the page's listeners
// see only the second answer, since ours were registered first and hold back the events of the first.
class RequestWithToken extends XMLHttpRequest {
  #opened = null;
  #headers = [];
  #isRetried = false;

  constructor() {
    super();
    const events = ["readystatechange", "progress", "load", "loadend"];
    for (const name of events) super.addEventListener(name, (event) => this.#screen(event));
  }

  open(method, url, ...rest) {
    this.#opened = [method, url, ...rest];
    this.#headers = [];
    this.#isRetried = false;
    super.open(...this.#opened);
  }

  setRequestHeader(name, value) {
    this.#headers.push([name, value]);
    super.setRequestHeader(name, value);
  }

  send(body) {
    this.body = body;
    const isAsync = this.#opened?.[2] !== false;
    // A synchronous request cannot wait for a token; it leaves without one.
    if (!isAsync || !this.#needsToken()) return super.send(body);
    idToken().then((token) => this.#sendWith(token), () => super.send(body));
  }

  #needsToken() {
    const isAuthorized = this.#headers.some(([name]) => name.toLowerCase() === "authorization");
    return isFramed && isOurs(this.#opened[1]) && !isAuthorized;
  }

  #sendWith(token) {
    super.setRequestHeader("Authorization", `Bearer ${token}`);
    super.send(this.body);
  }

  #screen(event) {
    if (this.readyState < XMLHttpRequest.HEADERS_RECEIVED || this.status !== 401) return;
    const url = this.getResponseHeader(LEAVE);
    if (url) {
      if (event.type === "loadend") openOutside(url, "_top");
      return event.stopImmediatePropagation();
    }
    if (this.#isRetried || !this.getResponseHeader(RETRY)) return;
    event.stopImmediatePropagation();
    if (event.type === "loadend") this.#retry();
  }

  #retry() {
    this.#isRetried = true;
    super.open(...this.#opened);
    for (const [name, value] of this.#headers) super.setRequestHeader(name, value);
    idToken({ fresh: true }).then((token) => this.#sendWith(token));
  }
}

window.XMLHttpRequest = RequestWithToken;
