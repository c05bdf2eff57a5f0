"""Reduces the manifest of @shopify/polaris-types to what the template check needs: `python -m … FILE` writes it."""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

REDUCED = Path(__file__).parent / "polaris_elements.json"
LITERALS = re.compile(r'"[^"]*"(?:\s*\|\s*"[^"]*")*')


def reduce(manifest: dict[str, Any]) -> dict[str, Any]:
    """Each element with its attributes and slots; values are listed where they are a plain union of literals."""
    unions: dict[str, list[str]] = {}
    elements = {}
    for module in manifest["modules"]:
        for declared in module["declarations"]:
            attributes = {each["name"]: _kind(each, unions) for each in declared.get("attributes", [])}
            elements[declared["tagName"]] = {
                "attributes": dict(sorted(attributes.items())),
                "slots": sorted(slot["name"] for slot in declared.get("slots", [])),
            }
    return {"elements": dict(sorted(elements.items())), "unions": unions}


def _kind(attribute: dict[str, Any], unions: dict[str, list[str]]) -> str:
    """`text`, `boolean`, or the name of a union of literals; long unions are written once."""
    text = (attribute.get("type") or {}).get("text", "")
    if text == "boolean":
        return "boolean"
    if not LITERALS.fullmatch(text):
        return "text"
    values = re.findall(r'"([^"]*)"', text)
    known = next((name for name, other in unions.items() if other == values), None)
    name = known or f"{attribute['name']}-{len(unions)}"
    unions[name] = values
    return name


if __name__ == "__main__":
    source = Path(sys.argv[1])
    content = source.read_bytes()
    whole = json.loads(gzip.decompress(content) if source.suffix == ".gz" else content)
    REDUCED.write_text(json.dumps(reduce(whole), separators=(",", ":")) + "\n")
