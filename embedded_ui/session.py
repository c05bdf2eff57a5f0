"""Who stands behind a request: the verified ID token decides, nothing else; without one there is no page."""

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core.clock import machine_now
from app.core.errors import HubError, Invalid
from app.core.log import logger
from app.core.settings import Settings
from app.core.unit_of_work import SYSTEM, Actor, ActorKind, Open, UnitOfWork
from app.gateways.shopify.errors import GrantRefused
from app.gateways.shopify.id_tokens import BadToken, Fault, IdToken, verify_id_token
from app.gateways.shopify.shop_domains import parse_shop_domain
from app.gateways.shopify.signed_query import BadQuery, verify_signed_query
from app.stores.flows import ConnectedShopify, install_by_id_token
from app.stores.queries import StoreFacts, find_store_by_domain
from app.stores.states import StoreRole
from embedded_ui import errors
from embedded_ui.addresses import admin_address, host_is_of, is_ours, patch_address
from embedded_ui.forms.entered import Entered
from embedded_ui.templating import render

BEARER = "Bearer "
RETRY = "X-Shopify-Retry-Invalid-Session-Request"
ACTOR_KINDS = {StoreRole.RETAILER: ActorKind.RETAILER, StoreRole.PARTNER: ActorKind.PARTNER, None: ActorKind.VISITOR}

log = logger("embedded_ui.session")


@dataclass(frozen=True, slots=True)
class Services:
    """What the pages need of the outside; the assembly hands it over."""

    settings: Settings
    open_uow: Open
    shopify: ConnectedShopify


@dataclass(slots=True)
class Visit:
    """One request of a store's staff."""

    actor: Actor
    store: StoreFacts
    services: Services
    form: Entered = field(default_factory=Entered)
    banner: tuple[str, str] | None = None  # tone, sentence
    notice: str | None = None  # what the last action did, for a short toast
    status: int = 200
    opened: UnitOfWork | None = None

    @property
    def uow(self) -> UnitOfWork:
        """The open transaction; a route that calls Shopify has none and opens its own."""
        if self.opened is None:
            raise LookupError("this route is a flow: it opens its own units of work")
        return self.opened

    @property
    def open_uow(self) -> Open:
        """Opens units of work, for routes that call Shopify in between."""
        return self.services.open_uow

    @property
    def shopify(self) -> ConnectedShopify:
        """Shopify, as the stores let us in."""
        return self.services.shopify

    @property
    def settings(self) -> Settings:
        """What the environment decides."""
        return self.services.settings

    def page(self, template: str, **context: Any) -> Response:
        """Return the page, rendered now, inside the transaction."""
        content = render(template, visit=self, settings=self.settings, **context)
        return HTMLResponse(content, status_code=self.status)

    def refuse(self, error: HubError, entered: FormData) -> None:
        """Let the form's page be shown again: what was typed, what is wrong with it."""
        faults = error.fields if isinstance(error, Invalid) else {}
        self.form = Entered({name: str(value) for name, value in entered.items()}, faults)
        self.status = errors.status_of(error)
        if not faults or error.sentence != Invalid.sentence:
            self.banner = ("critical" if isinstance(error, Invalid) else "warning", error.sentence)


def redirect(path: str, told: str | None = None) -> Response:
    """Send the browser to a page of ours after a change; `told` names the notice it shows."""
    joint = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{joint}told={told}" if told else path, status_code=303)


def shop_of(request: Request) -> str | None:
    """Return the one shop the query names, if it is a shop's name; it identifies nobody."""
    shops = request.query_params.getlist("shop")
    return parse_shop_domain(shops[0]) if len(shops) == 1 else None


async def identify(request: Request, services: Services) -> Visit | Response:
    """Return who visits, or the answer that ends the request: a bounce, a redirect into the admin, a refusal."""
    shop = shop_of(request)
    if shop is None and "shop" in request.query_params:
        return errors.bad_request(services.settings)
    authorization = request.headers.get("Authorization")
    if authorization is None and request.method not in ("GET", "HEAD"):
        return errors.unauthorized(services.settings, shop)
    try:
        if authorization is None:
            return await _document(request, services, shop)
        token = authorization.removeprefix(BEARER) if authorization.startswith(BEARER) else ""
        return await _visit(services, _verified(token, services.settings, shop), token)
    except BadToken as error:
        return _refused(error, services, shop)
    except BadQuery as error:
        log.warning("security.load_refused", shop=shop, why=error.reason)
        return errors.unauthorized(services.settings, shop)
    except GrantRefused as error:
        log.warning("security.exchange_refused", shop=shop, why=error.code)
        return errors.unauthorized(services.settings, shop)


def _refused(error: BadToken, services: Services, shop: str | None) -> Response:
    """A request with a token in its header: a fresh one mends all but a foreign one."""
    log.warning("security.id_token_refused", shop=shop, why=error.reason)
    answer = errors.unauthorized(services.settings, shop)
    if error.kind is not Fault.FOREIGN:
        answer.headers[RETRY] = "1"
    return answer


async def _document(request: Request, services: Services, shop: str | None) -> Visit | Response:
    """A load by the browser itself: the token stands in the query, or the bounce page fetches one."""
    query = request.query_params
    token = query.get("id_token", "")
    host = query.get("host")
    if shop is None and not token:
        return errors.bad_request(services.settings)
    if shop and host is not None and not host_is_of(host, shop, services.settings):
        return errors.bad_request(services.settings)
    if shop and host and query.get("embedded") != "1":
        path = request.url.path if is_ours(request.url.path) else ""
        return RedirectResponse(admin_address(services.settings, shop, path), status_code=302)
    try:
        verified = _verified(token, services.settings, shop)
    except BadToken as error:
        log.info("embedded.bounced", shop=shop, why=error.reason)
        if error.kind is Fault.FOREIGN:
            log.warning("security.id_token_refused", shop=shop, why=error.reason)
            return errors.unauthorized(services.settings, shop)
        if shop is None:
            return errors.bad_request(services.settings)
        return RedirectResponse(patch_address(request.url.path, request.url.query), status_code=302)
    if "hmac" in query:
        verify_signed_query(request.scope["query_string"], services.settings.api_secrets, machine_now())
    return await _visit(services, verified, token)


def _verified(token: str, settings: Settings, shop: str | None) -> IdToken:
    verified = verify_id_token(token, settings.api_secrets, settings.api_key, machine_now())
    if shop is not None and verified.shop_domain != shop:
        raise BadToken(Fault.FOREIGN, "another shop's token")
    return verified


async def _visit(services: Services, token: IdToken, raw: str) -> Visit:
    """Return the visit; a store we have no living access to is installed by this very token."""
    async with services.open_uow(SYSTEM) as uow:
        store = await find_store_by_domain(uow, token.shop_domain)
    if store is None or store.needs_reopening:
        store = await install_by_id_token(services.shopify, token.shop_domain, raw)
    return Visit(Actor(ACTOR_KINDS[store.role], store.id, staff=token.user_id), store, services)
