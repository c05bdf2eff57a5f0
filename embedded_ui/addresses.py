"""Addresses we send a browser to: paths of ours, the app inside a shop's admin, and nothing else."""

import base64
import binascii
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from app.core.settings import Settings

SIGNED = frozenset({"id_token", "hmac", "timestamp", "session", "signature", "shopify-reload"})
OUR_PATH = re.compile(r"/app(?:/[\w./-]*)?", re.ASCII)
PATCH_PATH = "/auth/patch-id-token"


def is_ours(address: str) -> bool:
    """Tell whether a return address is a path of the embedded app, whatever its spelling hides."""
    if not address.isascii() or any(letter < "!" or letter in "\\\x7f" for letter in unquote(address)):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:  # a host that is begun in brackets and not ended
        return False
    path = unquote(parts.path)
    hidden = ".." in path or "//" in path or not address.startswith("/app")  # `///app` is the host `app` to a browser
    return not (parts.scheme or parts.netloc or hidden) and OUR_PATH.fullmatch(path) is not None


def patch_address(path: str, query: str) -> str:
    """Return the bounce page's address; it comes back here with a fresh ID token."""
    kept = kept_parameters(parse_qsl(query, keep_blank_values=True))
    back = f"{path}?{urlencode(kept)}" if kept else path
    return f"{PATCH_PATH}?{urlencode([*kept, ('shopify-reload', back)])}"


def kept_parameters(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what may travel on: what was signed for one load means nothing on the next."""
    return [(name, value) for name, value in pairs if name not in SIGNED]


def admin_address(settings: Settings, shop_domain: str, path: str = "") -> str:
    """Return where the app opens inside the shop's admin."""
    handle = shop_domain.removesuffix(".myshopify.com")
    return f"{settings.admin_url}/store/{handle}/apps/{settings.api_key}{path}"


def host_is_of(host: str, shop_domain: str, settings: Settings) -> bool:
    """Tell whether a `host` parameter names this shop's admin."""
    handle = shop_domain.removesuffix(".myshopify.com")
    try:
        decoded = base64.b64decode(host + "=" * (-len(host) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return False
    local = settings.admin_url.partition("://")[2]
    return decoded in (f"admin.shopify.com/store/{handle}", f"{shop_domain}/admin", f"{local}/store/{handle}")
