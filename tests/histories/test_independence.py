"""The checker shares no code with the product or the simulator: a mistake of theirs must not be its own."""

import ast
import sys
from pathlib import Path

import pytest

CHECKER = Path(__file__).parent / "checker"
FILES = sorted(CHECKER.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_checker_imports_only_itself_and_the_standard_library(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")

    foreign = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}

    assert all(name.startswith("tests.histories.checker") for name in foreign), foreign
