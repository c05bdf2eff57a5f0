"""Writes the reduced Admin schema and its marks: `python -m simulator.schema_tool INTROSPECTION.json[.gz]`."""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    lexicographic_sort_schema,
    parse,
    print_schema,
    visit,
)
from graphql.language import FieldNode

from simulator.schema import kept

VERSION = "2026-10"
FOLDER = Path(__file__).parent / "schema"
SDL_FILE = FOLDER / f"admin_{VERSION}.graphql"
MARKS_FILE = FOLDER / "schema_marks.json"
DOCUMENTS = Path(__file__).parent.parent / "app" / "gateways" / "shopify" / "queries"

Named = dict[str, Any]
Selection = dict[str, set[str]]


def main(arguments: list[str]) -> int:
    """Renew both files from the introspection file named by the one argument."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m simulator.schema_tool INTROSPECTION.json[.gz]\n")
        return 2
    sdl, marks = reduce_schema(read_introspection(Path(arguments[0])), read_documents(DOCUMENTS))
    SDL_FILE.write_text(sdl, encoding="utf-8")
    MARKS_FILE.write_text(marks, encoding="utf-8")
    sys.stdout.write(f"{SDL_FILE.name}: {len(sdl)} bytes, {MARKS_FILE.name}: {len(marks)} bytes\n")
    return 0


def read_introspection(path: Path) -> Named:
    """The file's JSON, unpacked when its name says so."""
    raw = path.read_bytes()
    content: Named = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    return content


def read_documents(folder: Path) -> list[DocumentNode]:
    """The product's own operations, in the order of their names."""
    return [parse(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.graphql"))]


def reduce_schema(introspection: Named, documents: Iterable[DocumentNode]) -> tuple[str, str]:
    """The reduced SDL and the marks, both as text that is the same for the same input."""
    full: GraphQLSchema = build_client_schema(introspection["data"], assume_valid=True)
    types = {entry["name"]: entry for entry in introspection["data"]["__schema"]["types"]}
    selection = _selection(full, types, documents)
    reduced = _without_prose(_reduce(introspection["data"], types, selection))
    sdl = print_schema(lexicographic_sort_schema(build_client_schema(reduced, assume_valid=True)))
    marks = _marks(introspection, types, reduced["__schema"]["types"])
    return sdl + "\n", json.dumps(marks, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


# What is selected: type name to the names of its fields, or of its input fields.


def _selection(full: GraphQLSchema, types: Mapping[str, Named], documents: Iterable[DocumentNode]) -> Selection:
    chosen: Selection = {"QueryRoot": set(kept.QUERIES.split()), "Mutation": set(kept.MUTATIONS.split())}
    for name, fields in kept.OUTPUTS.items():
        chosen[name] = set(fields.split())
    for name, fields in kept.INPUTS.items():
        chosen[name] = {field["name"] for field in types[name]["inputFields"]} if fields == "*" else set(fields.split())
    for name, field in _selected_fields(full, documents):
        chosen.setdefault(name, set()).add(field)
    _refuse_unknown_names(types, chosen)
    for name in kept.ABSTRACTS.split():
        chosen[name] = {field["name"] for field in types[name]["fields"] or ()}
    for name, entry in types.items():
        if _is_wrapper(entry) and name not in kept.OUTPUTS:
            chosen[name] = {field["name"] for field in entry["fields"]}
    return chosen


def _selected_fields(full: GraphQLSchema, documents: Iterable[DocumentNode]) -> Iterator[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    type_info = TypeInfo(full)

    class Collector(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = type_info.get_parent_type()
            if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) and not node.name.value.startswith("__"):
                found.append((parent.name, node.name.value))

    for document in documents:
        visit(document, TypeInfoVisitor(type_info, Collector()))
    yield from found


def _refuse_unknown_names(types: Mapping[str, Named], chosen: Selection) -> None:
    for name, fields in chosen.items():
        entry = types[name]
        existing = {field["name"] for field in (entry["fields"] or entry["inputFields"] or ())}
        if missing := fields - existing:
            raise ValueError(f"{name} has no {sorted(missing)} in this schema")


def _is_wrapper(entry: Named) -> bool:
    """Connections, their edges, payloads and user errors are kept whole, as far as what they name is kept."""
    if entry["kind"] != "OBJECT" or entry["name"] in ("QueryRoot", "Mutation"):
        return False
    interfaces = {interface["name"] for interface in entry["interfaces"] or ()}
    return entry["name"].endswith(("Connection", "Edge", "Payload")) or "DisplayableError" in interfaces


# The reduction: only what the two roots reach through selected fields.


def _reduce(data: Named, types: Mapping[str, Named], selection: Selection) -> Named:
    usable = {name for name in selection if name in types}
    usable |= {name for name, entry in types.items() if entry["kind"] in ("SCALAR", "ENUM")}
    usable -= _hollow(types, selection, usable)
    cut = {name: _cut(types[name], selection.get(name, set()), usable) for name in usable}
    reached = _reachable(cut, ("QueryRoot", "Mutation"))
    for name in reached:
        entry = cut[name]
        entry["interfaces"] = [item for item in entry["interfaces"] or () if item["name"] in reached]
        if entry["possibleTypes"] is not None:
            entry["possibleTypes"] = [item for item in entry["possibleTypes"] if item["name"] in reached]
    schema = dict(data["__schema"], description=None, subscriptionType=None)
    schema["types"] = [cut[name] for name in sorted(reached)] + [
        entry for name, entry in sorted(types.items()) if name.startswith("__")
    ]
    return {"__schema": schema}


def _hollow(types: Mapping[str, Named], selection: Selection, usable: set[str]) -> set[str]:
    """Wrappers around things we do not keep: a connection without a kept node is no use."""
    hollow: set[str] = set()
    while True:
        left = usable - hollow
        found = {
            name
            for name in left
            if types[name]["kind"] == "OBJECT" and not _essential_fields(types[name], selection.get(name, set()), left)
        }
        if not found:
            return hollow
        hollow |= found


def _essential_fields(entry: Named, selected: set[str], usable: set[str]) -> bool:
    fields = [field for field in entry["fields"] if field["name"] in selected and _named(field["type"]) in usable]
    if entry["name"].endswith("Connection"):
        return any(field["name"] == "nodes" for field in fields)
    if entry["name"].endswith("Edge"):
        return any(field["name"] == "node" for field in fields)
    return bool(fields)


def _cut(entry: Named, selected: set[str], usable: set[str]) -> Named:
    result = dict(entry)
    if entry["kind"] in ("OBJECT", "INTERFACE"):
        result["fields"] = [
            dict(
                field, args=[argument for argument in field["args"] if _keeps_argument(entry, field, argument, usable)]
            )
            for field in entry["fields"]
            if field["name"] in selected and _named(field["type"]) in usable
        ]
    if entry["inputFields"] is not None:
        result["inputFields"] = [
            field for field in entry["inputFields"] if field["name"] in selected and _named(field["type"]) in usable
        ]
    return result


def _keeps_argument(entry: Named, field: Named, argument: Named, usable: set[str]) -> bool:
    name = argument["name"]
    if f"{entry['name']}.{field['name']}.{name}" in kept.DROPPED_FIELD_ARGUMENTS.split():
        return False
    return name not in kept.DROPPED_ARGUMENTS.split() and _named(argument["type"]) in usable


def _reachable(cut: Mapping[str, Named], roots: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    pending = list(roots)
    while pending:
        name = pending.pop()
        if name in reached or name not in cut:
            continue
        reached.add(name)
        pending.extend(_references(cut[name]))
        # Objects behind an interface are reached through it, as `node` reaches all; foreign mutations' errors are not.
        members = (item["name"] for item in cut[name]["possibleTypes"] or ())
        pending.extend(member for member in members if member in cut and not _is_wrapper(cut[member]))
    return reached


def _references(entry: Named) -> Iterator[str]:
    for field in entry["fields"] or ():
        yield _named(field["type"])
        for argument in field["args"]:
            yield _named(argument["type"])
    for field in entry["inputFields"] or ():
        yield _named(field["type"])
    for interface in entry["interfaces"] or ():
        yield interface["name"]


def _named(reference: Named) -> str:
    while reference["ofType"] is not None:
        reference = reference["ofType"]
    name: str = reference["name"]
    return name


def _without_prose(node: Any) -> Any:
    """The same introspection without descriptions and with the standard reason of deprecation."""
    if isinstance(node, list):
        return [_without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    cleaned = {key: _without_prose(value) for key, value in node.items()}
    if "description" in cleaned:
        cleaned["description"] = None
    if cleaned.get("deprecationReason") is not None:
        cleaned["deprecationReason"] = "No longer supported"
    return cleaned


# The marks: what the SDL cannot say.


def _marks(introspection: Named, types: Mapping[str, Named], reduced: list[Named]) -> Named:
    scopes = {
        (item["typeName"], item.get("fieldName")): sorted(set(item["offlineScopes"]))
        for item in introspection["offline_scopes"]["items"]
        if item["offlineScopes"]
    }
    marks: Named = {"version": VERSION, "types": {}, "fields": {}, "left_out": {}}
    for entry in reduced:
        name = entry["name"]
        if name.startswith("__") or entry["kind"] not in ("OBJECT", "INTERFACE", "UNION", "INPUT_OBJECT"):
            continue
        if found := kept.SCOPES_BY_HAND.get(name, "").split() or scopes.get((name, None)):
            marks["types"][name] = {"scopes": sorted(found)}
        for field in entry["fields"] or ():
            if mark := _field_mark(name, types, field["name"], scopes):
                marks["fields"][f"{name}.{field['name']}"] = mark
        if left := _left_out(types[name], entry):
            marks["left_out"][name] = left
    return marks


def _field_mark(name: str, types: Mapping[str, Named], field_name: str, scopes: Mapping[Any, list[str]]) -> Named:
    field = next(item for item in types[name]["fields"] if item["name"] == field_name)
    mark: Named = {}
    if found := kept.SCOPES_BY_HAND.get(f"{name}.{field_name}", "").split() or scopes.get((name, field_name)):
        mark["scopes"] = sorted(found)
    if field["isProtected"]:
        mark["protected"] = field["protectedContent"]
    if field["isDeprecated"]:
        mark["deprecated"] = field["deprecationReason"]
    if name == "Mutation" and field_name in kept.IDEMPOTENT.split():
        mark["idempotent"] = True
    return mark


def _left_out(entry: Named, reduced: Named) -> list[str]:
    """What Shopify has there and we do not model, so that a refusal can tell the two cases apart."""
    existing = {field["name"] for field in (entry["fields"] or entry["inputFields"] or ())}
    present = {field["name"] for field in (reduced["fields"] or reduced["inputFields"] or ())}
    return sorted(existing - present)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
