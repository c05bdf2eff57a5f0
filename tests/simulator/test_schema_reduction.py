"""The reduced schema builds, holds every document of the product, and is answered completely by resolvers."""

from pathlib import Path

import pytest
from graphql import DocumentNode, concat_ast, parse, validate
from graphql.language import FragmentDefinitionNode

from simulator.admin_api import answers
from simulator.admin_api.schema import load_marks, load_schema, unmodelled_arguments, unmodelled_fields
from simulator.schema_tool import (
    DOCUMENTS,
    MARKS_FILE,
    SDL_FILE,
    main,
    read_documents,
    read_introspection,
    reduce_schema,
)

INTROSPECTION = Path(__file__).parents[2].parent / "shared" / "data" / "admin_2026-10.json.gz"


def is_fragment(document: DocumentNode) -> bool:
    return all(isinstance(one, FragmentDefinitionNode) for one in document.definitions)


def test_every_document_of_the_product_is_valid_in_the_reduced_schema() -> None:
    documents = read_documents(DOCUMENTS)
    fragments = [one for one in documents if is_fragment(one)]
    operations = [one for one in documents if not is_fragment(one)]

    whole = concat_ast([*operations, *fragments])
    errors = [error for error in validate(load_schema(), whole) if "never used" not in error.message]

    assert operations
    assert errors == []


def test_every_field_and_argument_has_a_resolver() -> None:
    assert answers.MODULES

    assert unmodelled_fields() == []
    assert unmodelled_arguments() == []


def test_the_marks_name_scopes_protection_and_keys() -> None:
    marks = load_marks()

    assert "read_orders" in marks.types["Order"]["scopes"]
    assert marks.is_protected("MailingAddress", "address1")
    assert not marks.is_protected("Order", "id")
    assert marks.needs_key("inventorySetQuantities")
    assert not marks.needs_key("draftOrderCreate")
    assert "customerJourneySummary" in marks.left_out["Order"]


def test_the_schema_carries_no_prose() -> None:
    assert '"""' not in SDL_FILE.read_text(encoding="utf-8")


@pytest.mark.skipif(not INTROSPECTION.is_file(), reason="Shopify's introspection file is not at hand here")
def test_a_rerun_reproduces_both_files_byte_for_byte() -> None:
    sdl, marks = reduce_schema(read_introspection(INTROSPECTION), read_documents(DOCUMENTS))

    assert sdl == SDL_FILE.read_text(encoding="utf-8")
    assert marks == MARKS_FILE.read_text(encoding="utf-8")


@pytest.mark.skipif(not INTROSPECTION.is_file(), reason="Shopify's introspection file is not at hand here")
def test_a_field_shopify_does_not_have_is_refused() -> None:
    introspection = read_introspection(INTROSPECTION)

    with pytest.raises(ValueError, match="Shop has no"):
        reduce_schema(introspection, [parse("fragment Odd on Shop { colourOfTheDay }")])


def test_the_tool_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2

    assert "INTROSPECTION" in capsys.readouterr().err
