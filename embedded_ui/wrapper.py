"""Runs a page: finds who visits, opens the transaction at the edge, renders, commits, and only then answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from app.core.errors import Conflict, HubError, Invalid, NotFound
from app.core.log import logger
from app.stores.states import StoreRole
from embedded_ui import errors
from embedded_ui.headers import preload, secure
from embedded_ui.notices import notice_of
from embedded_ui.session import Services, Visit, identify, shop_of

Handler = Callable[[Visit, Request], Awaitable[Response]]
MAX_FIELDS = 2000
UNSTORABLE = "This text contains a character that cannot be stored."

log = logger("embedded_ui")


class Who(StrEnum):
    """Whose page it is."""

    RETAILER = "retailer"
    PARTNER = "partner"
    NEW = "new"  # a store that has not said yet what it is

    @classmethod
    def of(cls, role: StoreRole | None) -> "Who":
        """Return whose pages a store of this role sees."""
        return cls.NEW if role is None else cls(role.value)


class Kind(StrEnum):
    """How a page uses the database."""

    VERB = "verb"  # one transaction around the handler: visit.uow
    FLOW = "flow"  # Shopify is called: the handler opens short units of work itself


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One row of the table of routes."""

    method: str
    path: str
    handler: Handler
    who: frozenset[Who]
    kind: Kind
    form: Handler | None = None  # the page that holds the form, shown again when what was typed is refused


@dataclass(frozen=True)
class PageEndpoint:
    """Everything that answers at one path, as an ASGI application."""

    services: Services
    rows: tuple[PageRoute, ...]  # none: an address of nothing
    table: tuple[PageRoute, ...]
    welcome: PageRoute

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive, send)
        response = await self.answer(request)
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Return the answer with the headers of the visiting shop; whatever fails becomes a page of its kind."""
        settings, shop, layout = self.services.settings, shop_of(request), errors.UNKNOWN
        try:
            visit = await identify(request, self.services)
            if isinstance(visit, Response):
                return secure(visit, settings, None)
            shop, layout = visit.store.shop_domain, errors.LAYOUTS[visit.store.role]
            response = await self._page(visit, request)
        except HubError as error:
            if isinstance(error, NotFound):
                log.warning("security.foreign_page", path=request.url.path, shop=shop)
            response = errors.error_page(settings, error, layout)
        except HTTPException as error:
            response = PlainTextResponse(error.detail, error.status_code)
        except ClientDisconnect:
            response = PlainTextResponse(status_code=400)  # nobody reads it
        except Exception:
            log.exception("embedded_ui.bug", path=request.url.path, shop=shop)
            response = errors.error_page(settings, None, layout)
        return preload(secure(response, settings, shop), settings)

    async def _page(self, visit: Visit, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        here = [row for row in self.rows if row.method == method]
        if self.rows and not here:
            return PlainTextResponse("Method not allowed", 405, {"Allow": ", ".join({row.method for row in self.rows})})
        who = Who.of(visit.store.role)
        row = next((row for row in here if who in row.who), None)
        if row is None and who is Who.NEW and method == "GET" and here:
            row = self.welcome
        if row is None:
            raise NotFound
        visit.notice = notice_of(request.query_params.get("told"))
        return await self._run(row, visit, request)

    async def _run(self, row: PageRoute, visit: Visit, request: Request) -> Response:
        form = await _read_form(request)  # before any transaction: it may come slowly
        try:
            return await _once(row, visit, request)
        except (Invalid, Conflict) as error:
            holder = next((each for each in self.table if each.method == "GET" and each.handler is row.form), None)
            if holder is None:
                raise
            visit.refuse(error, form)
            return await _once(holder, visit, request)


async def _once(row: PageRoute, visit: Visit, request: Request) -> Response:
    if row.kind is Kind.FLOW:
        return await row.handler(visit, request)
    async with visit.open_uow(visit.actor) as uow:
        visit.opened = uow
        response = await row.handler(visit, request)
    visit.opened = None
    return response


async def _read_form(request: Request) -> FormData:
    """Return the form if all of it, and of the address, is text that can be stored."""
    try:
        form = await request.form(max_files=0, max_fields=MAX_FIELDS)
        said = "".join(
            str(text) for pair in (*form.multi_items(), *request.query_params.multi_items()) for text in pair
        )
        said.encode()  # a sender may name a character set in which halves of characters can be written
    except UnicodeError:
        raise Invalid(UNSTORABLE) from None
    if "\x00" in said:
        raise Invalid(UNSTORABLE)
    return form
