// Elements of App Bridge itself: the app nav, whose links the admin shows in its own menu.

class AppNav extends HTMLElement {
  connectedCallback() {
    this.style.display = "none";
    this.watch = new MutationObserver(() => this.report());
    this.watch.observe(this, { childList: true, subtree: true, attributes: true, characterData: true });
    // The children may not be parsed yet.
    queueMicrotask(() => this.report());
    document.addEventListener("DOMContentLoaded", () => this.report(), { once: true });
  }

  disconnectedCallback() {
    this.watch?.disconnect();
  }

  report() {
    if (!this.isConnected) return;
    const links = [...this.querySelectorAll("s-link, a")].map((link) => ({
      href: link.getAttribute("href"),
      label: link.textContent.trim(),
      isHome: link.getAttribute("rel") === "home",
    }));
    tell("nav", { links });
  }
}
customElements.define("s-app-nav", AppNav);

// The two old ways to write a save bar and a window are not offered: the product has no use for them.
