"""Security headers of every page: who may frame it, for each shop its own; and which scripts to fetch early."""

from urllib.parse import urlsplit

from starlette.responses import Response

from app.core.settings import Settings

NOBODY = "frame-ancestors 'none'"


def frame_policy(settings: Settings, shop_domain: str | None) -> str:
    """Return the policy that lets this shop's admin frame us and nobody else; an unknown shop: nobody at all."""
    if shop_domain is None:
        return NOBODY
    canonical = (f"https://{shop_domain}", "https://admin.shopify.com")
    local = tuple(_origin(address.format(shop=shop_domain)) for address in (settings.store_url, settings.admin_url))
    return f"frame-ancestors {' '.join(dict.fromkeys((*canonical, *local)))};"


def secure(response: Response, settings: Settings, shop_domain: str | None) -> Response:
    """Put the headers on that every answer of ours carries."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", frame_policy(settings, shop_domain))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cache-Control", "no-store")
    return response


def preload(response: Response, settings: Settings) -> Response:
    """Let the browser fetch the two scripts every embedded page begins with."""
    scripts = (settings.app_bridge_url, settings.polaris_url)
    links = [f"<{origin}>; rel=preconnect" for origin in dict.fromkeys(_origin(script) for script in scripts)]
    links += [f"<{script}>; rel=preload; as=script" for script in scripts]
    response.headers["Link"] = ", ".join(links)
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
