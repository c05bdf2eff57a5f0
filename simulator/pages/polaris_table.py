"""Reduce the published manifest of the Polaris elements to the table the stand-in checks itself against.

Run as `python -m simulator.pages.polaris_table FILE` with the `custom-elements.json` of `@shopify/polaris-types`
(plain or gzipped). Kept are names, kinds of values, slots and events; no text of the manifest is copied.
"""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "static" / "polaris" / "elements.json"

LITERALS = re.compile(r'(?:"[^"]*"(?: \| )?)+')
SIZES = {"auto", "none", "0"}
FREE = {"autocomplete", "gridcolumn", "gridrow"}  # the manifest's type leaves out the patterns among its words
IGNORED = {"children", "hideOverlay", "showOverlay", "toggleOverlay", "files"}


def reduce_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    """Give elements with their attributes, slots and events; lists of allowed words are shared by number."""
    unions: list[list[str]] = []
    elements = {
        declaration["tagName"]: {
            "attributes": _attributes(declaration, unions),
            "slots": [slot["name"] for slot in declaration.get("slots", [])],
            "events": [event["name"] for event in declaration.get("events", [])],
        }
        for module in manifest["modules"]
        for declaration in module["declarations"]
    }
    return {"elements": dict(sorted(elements.items())), "unions": unions}


def _attributes(declaration: dict[str, Any], unions: list[list[str]]) -> dict[str, str | int]:
    """Map each property's name to its kind; the attribute is the property in lower case."""
    names = {member["name"].lower(): member["name"] for member in declaration.get("members", []) if "name" in member}
    attributes: dict[str, str | int] = {}
    for attribute in declaration.get("attributes", []):
        name = names.get(attribute["name"], attribute["name"])
        if name not in IGNORED:
            attributes[name] = _kind(attribute, unions)
    return attributes


def _kind(attribute: dict[str, Any], unions: list[list[str]]) -> str | int:
    text = attribute.get("type", {}).get("text", "")
    responsive = "responsive" in attribute.get("description", "").lower()
    if text in ("boolean", "number"):
        return str(text)
    if attribute["name"] in FREE or not LITERALS.fullmatch(text):
        return "spacing" if "PaddingKeyword" in text or "SpacingKeyword" in text else "text"
    words = sorted(set(re.findall(r'"([^"]*)"', text)))
    if attribute["name"].endswith("size") and set(words) <= SIZES:
        return "size"
    if responsive:
        words.append("@container")
    if words not in unions:
        unions.append(words)
    return unions.index(words)


def main(file: str) -> None:
    """Write the table from the manifest in the file."""
    raw = Path(file).read_bytes()
    manifest = json.loads(gzip.decompress(raw) if file.endswith(".gz") else raw)
    TABLE.write_text(_one_line_each(reduce_manifest(manifest)))


def _one_line_each(table: dict[str, Any]) -> str:
    elements = ",\n".join(f"{json.dumps(name)}: {json.dumps(element)}" for name, element in table["elements"].items())
    unions = ",\n".join(json.dumps(words) for words in table["unions"])
    return f'{{"elements": {{\n{elements}\n}},\n"unions": [\n{unions}\n]}}\n'


if __name__ == "__main__":
    main(sys.argv[1])
