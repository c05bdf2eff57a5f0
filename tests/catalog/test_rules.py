"""SKUs of imported variants, and what a sold SKU says: tables of cases."""

import pytest

from app.catalog.rules import (
    SKU_LIMIT,
    SkuSource,
    Traits,
    importable,
    imported_skus,
    is_doubtful,
    likenesses,
    looks_like_a_number,
    parse_sku,
    sku_prefix,
    successors,
)

PREFIXES = {
    "PARTNER-oak-": 1,
    "PARTNER-oak-hill-": 2,
    "PARTNER-the-best-roastery-": 3,
}


@pytest.mark.parametrize(
    ("sku", "found"),
    [
        ("PARTNER-the-best-roastery-BLEND001", (3, "BLEND001")),
        ("PARTNER-oak-hill-X1", (2, "X1")),
        ("PARTNER-oak-X1", (1, "X1")),
        ("PARTNER-oak-hillside-X1", (1, "hillside-X1")),
        ("PARTNER-elm-X1", None),
        ("PARTNER-oakX1", None),
        ("partner-oak-X1", None),
        ("OAK-X1", None),
        ("", None),
    ],
)
def test_the_longest_known_prefix_wins(sku: str, found: tuple[int, str] | None) -> None:
    """A19, B1"""
    assert parse_sku(sku, PREFIXES) == found


def test_the_prefix_is_the_shops_own_name() -> None:
    """A19"""
    assert sku_prefix("oak-hill.myshopify.com") == "PARTNER-oak-hill-"
    assert sku_prefix("oak.myshopify.com") == "PARTNER-oak-"


def variants(*skus: str | None) -> list[SkuSource]:
    return [SkuSource(f"gid://shopify/ProductVariant/{number}", sku) for number, sku in enumerate(skus, 1)]


@pytest.mark.parametrize(
    ("skus", "given"),
    [
        (["BEAN"], ["P-BEAN"]),
        (["A/B 12", "A.B-12"], ["P-A/B 12", "P-A.B-12"]),
        (["A1", "A1", " A1 "], ["P-A1", "P-A1-2", "P-A1-3"]),
        ([None, "", "  "], ["P-V1", "P-V2", "P-V3"]),
        (["00012", "1.23E+05"], ["P-00012", "P-1.23E+05"]),
        (["コーヒー"], ["P-コーヒー"]),
        (["a \n b"], ["P-a b"]),
    ],
)
def test_every_variant_gets_a_sku_of_its_own(skus: list[str | None], given: list[str]) -> None:
    """B2, B3, B4"""
    assert list(imported_skus("P-", variants(*skus)).values()) == given


@pytest.mark.parametrize("sku", ["1.23E+05", "1E+09", "4,5e-3", " 1.23457E+11 "])
def test_a_sku_that_a_spreadsheet_shortened(sku: str) -> None:
    """B4"""
    assert looks_like_a_number(sku)


@pytest.mark.parametrize("sku", ["", "00012", "1E9", "12E", "E12", "1.23", "12.3E+05", "BEAN-1E9", "１E9"])
def test_a_sku_as_the_partner_wrote_it(sku: str) -> None:
    """B4"""
    assert not looks_like_a_number(sku)


def test_too_long_a_sku_is_shortened_and_stays_the_same() -> None:
    """B5"""
    long = variants("x" * 300, "x" * 299 + "y")

    first, second = imported_skus("PARTNER-oak-", long).values()

    assert len(first) == len(second) == SKU_LIMIT
    assert first != second
    assert [first, second] == list(imported_skus("PARTNER-oak-", long).values())


def test_too_long_a_sku_that_is_repeated_is_still_distinct() -> None:
    """B2, B5"""
    given = list(imported_skus("PARTNER-oak-", variants("x" * 250, "x" * 250, "x" * 250)).values())

    assert len(set(given)) == 3
    assert {len(each) for each in given} == {SKU_LIMIT}


@pytest.mark.parametrize(
    ("missing", "found", "is_doubted"),
    [(80, 0, True), (2, 0, True), (1, 0, False), (0, 0, False), (79, 1, False), (0, 80, False)],
)
def test_a_store_that_shows_nothing_is_not_believed_at_once(missing: int, found: int, *, is_doubted: bool) -> None:
    """B10: one product that is gone is as usual (B13)."""
    assert is_doubtful(missing, found) is is_doubted


@pytest.mark.parametrize(
    ("shipped", "count", "has_components", "reason"),
    [
        ([True, True], 2, False, None),
        ([], 0, False, "no variant"),
        ([True, False], 2, False, "not shipped"),
        ([True], 1, True, "bundle"),
    ],
)
def test_what_can_be_imported(shipped: list[bool], count: int, has_components: bool, reason: str | None) -> None:
    """B24, B25"""
    told = importable(requires_shipping=shipped, variant_count=count, has_components=has_components)

    assert (told is None) if reason is None else (told is not None and reason in told)


RED, BLUE = (("Colour", "Red"),), (("Colour", "Blue"),)
GONE = Traits(1, 10, "A1", "400", RED)


@pytest.mark.parametrize(
    ("living", "followed"),
    [
        ([Traits(2, 10, "A1", "400", RED)], 2),
        ([Traits(2, 10, "A1", "400", BLUE)], 2),
        ([Traits(2, 10, "A1", None, RED)], 2),
        ([Traits(2, 11, "A1", "400", ())], 2),
        ([Traits(2, 11, "A1", None, RED)], None),
        ([Traits(2, 10, "A1", None, BLUE)], None),
        ([Traits(2, 10, "B1", "400", RED)], None),
        ([Traits(2, 10, "A1", "400", BLUE), Traits(3, 10, "A1", "500", RED)], None),
        ([Traits(2, 10, "A1", "400", RED), Traits(3, 10, "A1", "500", BLUE)], 2),
        ([], None),
    ],
)
def test_what_was_made_anew_is_followed_only_when_it_is_sure(living: list[Traits], followed: int | None) -> None:
    """B14: the SKU, and the barcode or the options, of one variant alone; options count within one product."""
    assert successors([GONE], living).get(1) == followed


def test_nothing_empty_is_alike() -> None:
    """B14, B3: no SKU and no barcode on both sides say nothing."""
    gone = Traits(1, 10, None, "", RED)

    assert likenesses(gone, [Traits(2, 10, None, "", BLUE)]) == []
    assert successors([gone], [Traits(2, 10, None, "", RED)]) == {}


def test_two_that_are_gone_are_not_followed_by_one() -> None:
    """B14, B2: they shared a SKU and a barcode."""
    twin = Traits(3, 10, "A1", "400", BLUE)

    assert successors([GONE, twin], [Traits(2, 10, "A1", "400", ())]) == {}


def test_the_most_alike_comes_first() -> None:
    """B14"""
    living = [Traits(2, 10, "X", None, RED), Traits(3, 10, "A1", "400", BLUE), Traits(4, 11, "A1", None, ())]

    assert [(each.variant_id, each.score) for each in likenesses(GONE, living)] == [(3, 2), (2, 1), (4, 1)]
