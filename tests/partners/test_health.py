"""How partners are judged, and what the pre-flight check finds, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from app.partners.health import Level, health_of
from app.partners.preflight import Check, Findings, Terms, check, choose_terms, result_of
from app.partners.queries import PartnerFacts
from app.partners.rules import Calendar
from app.partners.states import LIVE, TRANSITIONS, PartnerState
from app.stores.queries import StoreFacts
from app.stores.scopes import PARTNER, REQUIRED
from app.stores.states import AccessState, StoreRole

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
STORE = StoreFacts(
    id=2,
    shopify_shop_id="gid://shopify/Shop/2",
    shop_domain="oak.myshopify.com",
    name="Oak",
    role=StoreRole.PARTNER,
    currency="USD",
    time_zone="America/Denver",
    country_code="US",
    scopes=REQUIRED | PARTNER,
    installed=True,
    installed_at=NOON,
    access_state=AccessState.WORKING,
)
OAK = PartnerFacts(
    store_id=1,
    id=7,
    partner_store_id=2,
    name="Oak",
    contact_email=None,
    shop_domain="oak.myshopify.com",
    state=PartnerState.CONNECTED,
    discount=Decimal("0.3"),
    buffer=0,
    location_ids=(),
    calendar=Calendar(4, time(18), "America/Denver"),
    payment_terms_template_id=None,
    payment_terms_name=None,
    payment_terms_due_days=None,
    checks=(Check("SKUs", True, "fine"),),
    checked_at=NOON,
    connected_at=NOON,
)
FINE = Findings(
    skus=["A", "B"],
    active_locations=[("1", "Roastery")],
    currency="USD",
    missing_scopes=(),
    terms=[Terms("t", "Net 30", "NET", 30)],
)


@pytest.mark.parametrize(
    ("partner", "store", "level", "word"),
    [
        (OAK, STORE, Level.GOOD, "Connected"),
        (OAK, replace(STORE, installed=False), Level.BROKEN, "Needs reconnecting"),
        (OAK, replace(STORE, access_state=AccessState.DEAD), Level.BROKEN, "Needs reconnecting"),
        (OAK, replace(STORE, access_state=AccessState.FROZEN), Level.BROKEN, "Store unavailable"),
        (OAK, replace(STORE, scopes=REQUIRED), Level.ATTENTION, "Limited"),
        (replace(OAK, state=PartnerState.PAUSED), STORE, Level.ATTENTION, "Paused"),
        (replace(OAK, checks=(Check("SKUs", False, "two"),)), STORE, Level.ATTENTION, "Needs attention"),
        (replace(OAK, checks=(), checked_at=None), STORE, Level.WAITING, "Being checked"),
        (replace(OAK, state=PartnerState.INVITED), None, Level.WAITING, "Invited"),
        (replace(OAK, state=PartnerState.DECLINED), None, Level.OVER, "Declined"),
        (replace(OAK, state=PartnerState.DISCONNECTED), STORE, Level.OVER, "Disconnected"),
    ],
)
def test_health_is_the_worst_of_what_is_known(
    partner: PartnerFacts, store: StoreFacts | None, level: Level, word: str
) -> None:
    """A5 A10 A17: limited, reconnect and frozen are told apart."""
    health = health_of(partner, store)

    assert (health.level, health.word) == (level, word)


@pytest.mark.parametrize(
    ("found", "failed"),
    [
        (FINE, set()),
        (replace(FINE, skus=["A", "A", " ", "B"]), {"SKUs"}),
        (replace(FINE, active_locations=[]), {"Locations"}),
        (replace(FINE, currency="EUR"), {"Currency"}),
        (replace(FINE, terms=[]), {"Payment terms"}),
        (replace(FINE, missing_scopes=("write_payment_terms",), terms=[]), {"Permissions", "Payment terms"}),
    ],
)
def test_each_fault_is_found_where_it_is(found: Findings, failed: set[str]) -> None:
    assert {point.name for point in check(found, "USD") if not point.passed} == failed


def test_blank_and_doubled_skus_are_counted() -> None:
    says = next(each.says for each in check(replace(FINE, skus=["A", "A", "", "B"]), "USD") if each.name == "SKUs")

    assert "Of 4 variants: 1 without a SKU, 2 share a SKU" in says


def test_one_is_not_many() -> None:
    single, blank = (
        next(each.says for each in check(replace(FINE, skus=skus), "USD") if each.name == "SKUs")
        for skus in (["A"], [""])
    )

    assert single == "The only variant has a SKU."
    assert blank.startswith("Of 1 variant: 1 without a SKU")


@pytest.mark.parametrize(
    ("failing", "found"), [(0, "everything is in order"), (1, "1 point to look at"), (2, "2 points to look at")]
)
def test_a_check_is_told_in_a_few_words(failing: int, found: str) -> None:
    checks = [Check("SKUs", number >= failing, "") for number in range(3)]

    assert result_of(checks) == found


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([("NET", 60), ("NET", 30), ("NET", 7)], ("NET", 30)),
        ([("NET", 60), ("NET", 15)], ("NET", 15)),
        ([("FIXED", None), ("RECEIPT", None)], ("RECEIPT", None)),
        ([("FIXED", None)], None),
    ],
)
def test_net_thirty_is_chosen_where_it_can_be(offered: list[tuple[str, int | None]], chosen: object) -> None:
    found = choose_terms([Terms(f"{kind}{days}", f"{kind} {days}", kind, days) for kind, days in offered])

    assert (found and (found.type, found.due_days)) == chosen


def test_every_state_has_its_steps() -> None:
    assert set(TRANSITIONS) == set(PartnerState)
    assert {state for state in PartnerState if state in LIVE} == {PartnerState.CONNECTED, PartnerState.PAUSED}
    assert all(PartnerState.INVITED in TRANSITIONS[over] for over in (PartnerState.DECLINED, PartnerState.DISCONNECTED))
