"""The table behind the strict mode: what is kept of a manifest, and how a kind of value is told."""

from typing import Any

import pytest

from simulator.pages.polaris_table import reduce_manifest


def manifest(attribute: dict[str, Any]) -> dict[str, Any]:
    """A manifest of one element with one attribute."""
    declaration = {
        "tagName": "s-thing",
        "attributes": [attribute],
        "members": [{"name": "readOnly"}, {"name": "inlineSize"}],
        "slots": [{"name": ""}],
        "events": [{"name": "change"}],
    }
    return {"modules": [{"declarations": [declaration]}]}


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("readonly", "boolean", {"readOnly": "boolean"}),
        ("rows", "number", {"rows": "number"}),
        ("label", "string", {"label": "text"}),
        ("inlinesize", '"auto" | "0"', {"inlineSize": "size"}),
        ("inlinesize", '"auto" | "fill" | "fit-content"', {"inlineSize": 0}),
        ("gap", "MaybeResponsive<MaybeTwoValuesShorthandProperty<SpacingKeyword>>", {"gap": "spacing"}),
        ("children", "any", {}),
    ],
)
def test_an_attribute_is_kept_as_its_property_with_its_kind(name: str, text: str, kept: dict[str, str | int]) -> None:
    reduced = reduce_manifest(manifest({"name": name, "type": {"text": text}}))

    assert reduced["elements"]["s-thing"] == {"attributes": kept, "slots": [""], "events": ["change"]}


def test_lists_of_words_are_shared_and_responsive_ones_say_so() -> None:
    attribute = {"name": "direction", "type": {"text": '"inline" | "block"'}, "description": "A responsive value."}

    reduced = reduce_manifest(manifest(attribute))

    assert reduced["unions"] == [["block", "inline", "@container"]]
