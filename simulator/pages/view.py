"""Renders the simulator's own pages: the templates, their filters, and the way back after a form."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from simulator.world.currencies import exponent
from simulator.world.errors import Impossible, Unknown, Unreadable
from simulator.world.order_model import DraftLine, OrderLine
from simulator.world.store import Store
from simulator.world.world import World

Handler = Callable[[Request], Awaitable[Response]]

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
TONES = {
    "PAID": "good", "FULFILLED": "good", "ACTIVE": "good", "COMPLETED": "good", "SUCCESS": "good",
    "PENDING": "warn", "UNFULFILLED": "warn", "PARTIALLY_FULFILLED": "warn", "AUTHORIZED": "warn", "ON_HOLD": "warn",
    "PARTIALLY_PAID": "warn", "PARTIALLY_REFUNDED": "warn", "HIGH": "bad", "CANCELLED": "bad", "VOIDED": "bad",
    "OPEN": "calm", "DRAFT": "calm",
}  # fmt: skip


def money(amount: Decimal, currency: str) -> str:
    """An amount as the store's admin writes it."""
    number = f"{amount:,.{exponent(currency)}f}"
    return f"{SIGNS[currency]}{number}" if currency in SIGNS else f"{number} {currency}"


def when(at: datetime | None, zone: str = "UTC") -> str:
    """An instant in the store's own time."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M}" if at else "–"


def words(state: str) -> str:
    """A state of the API as a person reads it."""
    return state.replace("_", " ").capitalize()


def tone(state: str) -> str:
    """How a state is to be coloured."""
    return TONES.get(state, "plain")


def named(line: OrderLine | DraftLine) -> str:
    """What a line is of: the product with its variant."""
    return " · ".join(filter(None, (line.title, line.variant_title)))


def _environment() -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "money": money,
        "when": when,
        "words": words,
        "tone": tone,
        "named": named,
    }
    environment.filters.update(filters)
    return environment


ENVIRONMENT = _environment()


def world_of(request: Request) -> World:
    """The world that the application serves."""
    world: World = request.app.state.world
    return world


def store_of(request: Request) -> Store:
    """The store of the address: its whole domain, or the name before the first dot."""
    world, name = world_of(request), request.path_params["shop"].lower()
    return world.store(name if "." in name else f"{name}.myshopify.com")


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a page; what was said or went wrong before the redirect is shown at its top."""
    shared = {
        "world": world_of(request),
        "said": request.query_params.get("said"),
        "problem": request.query_params.get("problem"),
        "path": request.url.path,
    }
    if store := values.get("store"):
        here = request.url.path.replace(request.path_params["shop"], store.domain, 1)
        shared |= {"path": here, "home": f"/admin/{store.domain}", "front": f"/storefront/{store.domain}"}
    return HTMLResponse(ENVIRONMENT.get_template(template).render(shared | values), status_code=status)


def refused(request: Request, status: int, sentence: str) -> Response:
    """Answer with a page that says why there is nothing else to show."""
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse({"error": sentence}, status_code=status)
    return render(request, "refused.html", status=status, sentence=sentence)


def explained(handler: Handler) -> Handler:
    """Answer a page that says what is wrong, instead of an error."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Unknown as failure:
            return refused(request, 404, str(failure))
        except Unreadable as failure:
            return refused(request, 400, str(failure))
        except Impossible as failure:
            return refused(request, 409, str(failure))

    return answer


async def act(request: Request, back: str, said: str, do: Callable[[FormData], object]) -> Response:
    """Do what a form asks as one control call and return to the page, or say there why it cannot be."""
    world = world_of(request)
    form = await request.form()
    try:
        with world.control_call():
            do(form)
        message = {"said": said}
    except (Impossible, Unknown, Unreadable) as refusal:
        message = {"problem": str(refusal)}
    return RedirectResponse(f"{back}?{urlencode(message)}", status_code=303)


def text(form: FormData, name: str, default: str = "") -> str:
    """A field of the form, without blanks around it."""
    value = form.get(name, default)
    return value.strip() if isinstance(value, str) else default


def number(form: FormData, name: str) -> int:
    """A whole number of the form."""
    try:
        return int(text(form, name))
    except ValueError:
        raise Unreadable(f"{name} is not a whole number") from None


def amount(form: FormData, name: str) -> Decimal:
    """An amount of money of the form."""
    try:
        return Decimal(text(form, name))
    except ArithmeticError:
        raise Unreadable(f"{name} is not an amount") from None


def quantities(form: FormData, prefix: str = "quantity-") -> dict[int, int]:
    """The filled quantities of a table, by the number after the prefix."""
    filled = [name for name in form if name.startswith(prefix) and text(form, name) != ""]
    return {int(name.removeprefix(prefix)): number(form, name) for name in filled}
