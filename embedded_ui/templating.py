"""Renders templates: autoescaped, strict about names, with the filters that show money, shares and times to people."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.money import Money
from app.core.words import plural
from app.partners.terms import percent, weekly
from app.stores.scopes import WHAT_FOR
from embedded_ui.carriers import tracking_page

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
STATIC = FOLDER / "static"


def moment(at: datetime | None, zone: str) -> str:
    """Return an instant as a person of the zone reads it, with the zone named."""
    if at is None:
        return "–"
    return f"{format_datetime(at, 'EEE d MMM y, HH:mm', tzinfo=ZoneInfo(zone), locale='en')} ({zone_name(zone)})"


def short(at: datetime | None, zone: str) -> str:
    """Return an instant without its year and zone, for a column whose heading names the zone."""
    return "–" if at is None else format_datetime(at, "EEE d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale="en")


def apart(at: datetime, now: datetime) -> str:
    """Return how long it is until an instant, or since it: 2 days 4 h, 35 min."""
    minutes = int(abs((at - now).total_seconds())) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return plural(days, "day") + (f" {hours} h" if hours and days < 7 else "")
    if hours:
        return f"{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{max(minutes, 1)} min"


def tail(gid: str) -> str:
    """Return the number at the end of a global id, as it stands in addresses."""
    return gid.rpartition("/")[2]


def zone_name(zone: str) -> str:
    """Return a time zone as people call it: `America/New_York` is New York time."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def day(on: date) -> str:
    """Return a date in words."""
    return format_date(on, "EEEE d MMMM y", locale="en")


def money(amount: Money | None) -> str:
    """Return an amount with its currency."""
    return "–" if amount is None else amount.formatted()


def scope_sentence(scope: str) -> str:
    """Return what a permission is for."""
    return WHAT_FOR.get(scope, scope)


@cache
def asset(name: str) -> str:
    """Return the address of a static file; a changed file has another address."""
    fingerprint = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={fingerprint}"


def signed(units: int) -> str:
    """Return a difference with its sign: −2, +3."""
    return f"−{-units:,}" if units < 0 else f"+{units:,}"


def share(value: Decimal) -> str:
    """Return a share as a number of per cent without the sign, for a field."""
    return percent(value).removesuffix("\N{NO-BREAK SPACE}%")


@cache
def environment() -> Environment:
    """Return the one environment of all pages."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "apart": apart,
        "day": day,
        "moment": moment,
        "money": money,
        "percent": percent,
        "scope_sentence": scope_sentence,
        "share": share,
        "short": short,
        "signed": signed,
        "tail": tail,
        "zone_name": zone_name,
    }
    made.globals |= {"asset": asset, "plural": plural, "tracking_page": tracking_page, "weekly": weekly}
    return made


def render(template: str, **context: Any) -> str:
    """Return the page."""
    return environment().get_template(template).render(**context)
