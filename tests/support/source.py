"""The project's own source, as architecture tests read it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.core.local_services.lease import PROJECT

PRODUCT = ("app", "embedded_ui", "webhooks", "jobs")


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file below these folders of the project."""
    for folder in folders:
        yield from sorted((PROJECT / folder).rglob("*.py"))


def tree(file: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def calls(file: Path, method: str) -> list[str]:
    """Where a method of this name is called, as `path:line`."""
    return [
        f"{file.relative_to(PROJECT)}:{node.lineno}"
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    ]


def assignments(file: Path, attributes: frozenset[str]) -> list[str]:
    """Where one of these attributes of an object is set, as `path:line`."""
    return [
        f"{file.relative_to(PROJECT)}:{node.lineno}"
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in attributes and isinstance(node.ctx, ast.Store)
    ]


def imported_packages(file: Path) -> set[str]:
    """The top-level names a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
