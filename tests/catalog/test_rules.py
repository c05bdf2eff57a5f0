"""SKUs of imported variants, and what a sold SKU says: tables of cases."""

import pytest

from app.catalog.rules import SKU_LIMIT, SkuSource, importable, imported_skus, is_doubtful, parse_sku, sku_prefix

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
