"""Templates: each compiles, pages have headings, streams only stream, Polaris is spelled right."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from embedded_ui.templating import TEMPLATES, environment
from tests.architecture.polaris_manifest import REDUCED
from tests.support.source import python_files, tree

GLOBAL = re.compile(r"id|class|slot|style|hidden|title|lang|dir|role|tabindex|data-[\w-]+|aria-[\w-]+")
BRIDGE = {"s-app-nav", "s-app-window"}
MARKUP = re.compile(r"{#.*?#}|{%.*?%}", re.S)
PRINTED = re.compile(r"{{.*?}}", re.S)
NAME = re.compile(r"[\w/.-]+\.html")
HOLE = "\x00"

FILES = sorted(TEMPLATES.rglob("*.html"))
NAMES = [str(file.relative_to(TEMPLATES)) for file in FILES]
STREAMS = [name for name in NAMES if name.endswith(".turbo.html")]
PAGES = [
    name
    for name in NAMES
    if name not in STREAMS
    and not Path(name).name.startswith("_")
    and Path(name).parts[0] not in ("components", "layouts")
]


@cache
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(REDUCED.read_text())
    return found


def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


class Elements(HTMLParser):
    """The s-* elements of a template, each with its attributes and its parent; what is printed is a hole."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(PRINTED.sub(HOLE, MARKUP.sub(" ", text)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.startswith("s-"):
            self.found.append((tag, dict(attrs), self.open[-1] if self.open else ""))
        if tag not in ("meta", "link", "input", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]


def problems(name: str) -> Iterator[str]:
    for tag, attributes, parent in Elements(source(name)).found:
        if tag in BRIDGE:
            continue
        known = manifest()["elements"].get(tag)
        if known is None:
            yield f"<{tag}> is not an element"
            continue
        slot = attributes.get("slot") or ""
        around = manifest()["elements"].get(parent, {}).get("slots")
        if slot and around is not None and slot not in around:
            yield f'<{parent}> has no slot "{slot}"'
        for attribute, value in attributes.items():
            yield from _attribute_problems(tag, attribute, value, known["attributes"], parent)


def _attribute_problems(tag: str, name: str, value: str | None, known: dict[str, str], parent: str) -> Iterator[str]:
    if GLOBAL.fullmatch(name) or HOLE in name or (name == "rel" and parent == "s-app-nav"):
        return
    kind = known.get(name)
    if kind is None:
        yield f'<{tag}> has no attribute "{name}"'
    elif kind == "boolean" and value not in (None, "", "true"):
        yield f'<{tag} {name}="{value}">: a boolean attribute is there or not'
    elif kind in manifest()["unions"] and HOLE not in (value or "") and value not in manifest()["unions"][kind]:
        yield f'<{tag} {name}="{value}">: not one of its values'


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name: str) -> None:
    environment().get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_polaris_elements_are_spelled_as_the_manifest_has_them(name: str) -> None:
    assert list(problems(name)) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_page_sets_a_heading(name: str) -> None:
    assert "{% block heading %}" in source(name)


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_holds_only_streams_and_has_a_page_beside_it(name: str) -> None:
    rest = re.sub(r"<turbo-stream\b.*?</turbo-stream>", "", MARKUP.sub("", source(name)), flags=re.S)

    assert rest.strip() == ""
    assert name.replace(".turbo.html", ".html") in NAMES


def test_every_template_named_in_code_exists() -> None:
    named = {
        node.value
        for file in python_files("embedded_ui")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value)
    }

    assert sorted(name for name in named if "/" in name and not name.startswith("text/") and name not in NAMES) == []


def test_every_page_and_part_is_used() -> None:
    code = "\n".join(file.read_text() for file in python_files("embedded_ui")) + "\n".join(map(source, NAMES))

    unused = [name for name in NAMES if not name.startswith("components/") and name.partition(".")[0] not in code]

    assert unused == []


def test_forms_have_one_button_and_buttons_have_no_name() -> None:
    for name in NAMES:
        for tag, attributes, _ in Elements(source(name)).found:
            assert not (tag == "s-button" and {"name", "value"} & attributes.keys()), name


def test_scripts_are_never_written_into_a_page() -> None:
    inline = [
        name for name in NAMES if re.search(r"<script(?![^>]*\bsrc=)", source(name)) or " onclick" in source(name)
    ]

    assert inline == ["access/exit.html"]
