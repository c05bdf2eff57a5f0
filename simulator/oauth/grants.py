"""What happens when a member of staff installs the app, grants it more, or refuses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator.admin_api.app_identity import AppScopes
from simulator.oauth.signed_queries import Tamper, encoded_host, signed_query
from simulator.oauth.tokens import issue_code
from simulator.world.apps import implied, install, set_scopes
from simulator.world.clock import machine_now
from simulator.world.errors import Impossible, Unreadable
from simulator.world.store import Store
from simulator.world.world import World


@dataclass(frozen=True)
class GrantRequest:
    """What an authorize or install link asks for."""

    client_id: str
    scopes: tuple[str, ...] = ()
    redirect_uri: str | None = None
    state: str = ""
    per_user: bool = False

    @classmethod
    def parse(cls, query: str) -> "GrantRequest":
        """Read the query of an authorize or install link."""
        values = parse_qs(query)

        def one(name: str) -> str:
            return values.get(name, [""])[0]

        asked = one("optional_scopes") or one("scope")
        return cls(
            client_id=one("client_id"),
            scopes=tuple(name.strip() for name in asked.split(",") if name.strip()),
            redirect_uri=one("redirect_uri") or None,
            state=one("state"),
            per_user="per-user" in values.get("grant_options[]", []),
        )


def app_scopes(world: World) -> AppScopes:
    """The scopes of the app's configuration."""
    return AppScopes.read(world.settings.manifest)


def trouble_with(world: World, asked: GrantRequest, *, redirects: bool) -> str | None:
    """Why Shopify shows an error page instead of the question, if it does."""
    if asked.client_id != world.settings.api_key:
        return "Oauth error invalid_request: Could not find Shopify API application with that api_key"
    if not redirects:
        return None
    target = urlsplit(asked.redirect_uri or "")
    allowed = urlsplit(world.settings.hub_url or "")
    if not target.netloc or (world.settings.hub_url and target.netloc != allowed.netloc):
        return "Oauth error invalid_request: The redirect_uri is not whitelisted"
    return None


def wanted_scopes(world: World, store: Store, asked: Iterable[str]) -> list[str]:
    """The scopes the question shows: the required ones and those asked now that are not granted yet."""
    declared = app_scopes(world)
    first = declared.required if declared.required else tuple(asked)
    optional = [name for name in asked if name in declared.optional]
    granted = implied(store.app.scopes) if store.app.installed else set()
    return [name for name in dict.fromkeys([*first, *optional]) if name not in granted]


def grant(world: World, store: Store, asked: Iterable[str]) -> None:
    """Install the app with its required scopes and grant the optional ones asked for."""
    wanted = wanted_scopes(world, store, asked)
    if not store.app.installed:
        install(world, store, wanted)
    elif wanted:
        set_scopes(world, store, [*store.app.scopes, *wanted])


def callback_url(
    world: World, store: Store, asked: GrantRequest, *, now: datetime | None = None, tamper: Tamper | None = None
) -> str:
    """The redirect with a code, signed; `tamper` spoils it."""
    at = now or machine_now()
    parameters = {
        "code": issue_code(world, store, asked.redirect_uri or "", at, per_user=asked.per_user),
        "host": encoded_host(store),
        "shop": store.domain,
        "state": asked.state,
        "timestamp": str(int(at.timestamp())),
    }
    return f"{asked.redirect_uri}?{signed_query(world, parameters, tamper)}"


def after_grant(world: World, store: Store, asked: GrantRequest, tamper: Tamper | None = None) -> str:
    """Where the browser goes once the link was granted: to the callback with a code, or into the app."""
    if world.switches.authorize_grants_code and asked.redirect_uri:
        return callback_url(world, store, asked, tamper=tamper)
    return app_page(store)


def app_page(store: Store) -> str:
    """The app's page in the simulated admin."""
    return f"/admin/{store.domain}/app"


def approve(world: World, authorize_url: str, granted: bool = True, tamper: Tamper | None = None) -> dict[str, Any]:
    """Answer an authorize or install link as the store's owner would, without a browser.

    Answers `{shop, granted, redirect}`: the redirect is the callback with a code, the app's page in the admin (the link
    installs without a code, or asked for optional scopes only), or the admin when it was refused.
    """
    parts = urlsplit(authorize_url)
    store = _store_of(world, authorize_url)
    asked = GrantRequest.parse(parts.query)
    redirects = parts.path.endswith("/admin/oauth/authorize")
    trouble = trouble_with(world, asked, redirects=redirects)
    if trouble:
        raise Impossible(trouble)
    if not granted:
        return {"shop": store.domain, "granted": False, "redirect": f"/admin/{store.domain}"}
    grant(world, store, asked.scopes)
    redirect = after_grant(world, store, asked, tamper) if redirects else app_page(store)
    return {"shop": store.domain, "granted": True, "redirect": redirect}


def _store_of(world: World, authorize_url: str) -> Store:
    parts = urlsplit(authorize_url)
    host = parts.hostname or ""
    if host.endswith(".myshopify.com"):
        return world.store(host)
    head, _, rest = parts.path.partition("/shops/")
    if head or "/admin/oauth/" not in rest:
        raise Unreadable(f"not a link to a store's grant page: {authorize_url}")
    return world.store(rest.partition("/")[0])
