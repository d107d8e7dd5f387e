"""What the documents name exists."""

import ast
import csv
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reid.synthetic.survey import write_survey
from scripts.faults import faults
from service.operations.demo import ANIMALS, SEED

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def named(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_file_of_the_tree_that_is_named_exists(document):
    text = document.read_text(encoding="utf-8")
    paths = re.findall(r"\b((?:reid|service|scripts|benchmarks|tests|docs)/[\w/]+\.\w+)", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_fault_names_tests_that_exist():
    table = faults()
    assert len(table) > 40
    assert [fault for fault, nodes in table.items() if not nodes] == []
    for fault, nodes in table.items():
        for node in nodes:
            file, name = node.split("::")
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            names = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
            assert name in names, (fault, node)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_make_target_that_is_named_exists(document):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    quoted = re.findall(r"(?:`|^|time )make ([a-z]+)", document.read_text(), re.MULTILINE)
    assert set(quoted) - targets == set()


BORROWING = [
    path for path in (ROOT / "benchmarks").glob("*.py") if '/ "tests"))' in path.read_text("utf-8")
]  # from the helpers of the tests; tests/service must not stand before service


@pytest.mark.parametrize("benchmark", BORROWING, ids=named)
def test_a_benchmark_that_borrows_from_the_tests_finds_the_program_from_anywhere(
    benchmark, tmp_path
):
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = f"import sys; sys.path[0] = {str(benchmark.parent)!r}; import {benchmark.stem}"
    code += "; from service.store import features"
    command = [sys.executable, "-c", code]
    subprocess.run(command, cwd=tmp_path, env=bare, check=True, timeout=60)


@pytest.mark.slow
def test_the_demo_photo_of_the_readme_shows_whom_it_says(tmp_path):
    text = (ROOT / "README.md").read_text()
    photo, flank = re.search(r"files=@var/demo/(\S+) -F flank=(\w+)", text).groups()
    survey = write_survey(tmp_path, animals=ANIMALS, seed=SEED, ustyurt=True, width=64)
    with survey.open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["path"] == photo)
    assert row["flank"] == flank
    assert f'"identity":"{row["individual"]}"' in text


def test_the_python_of_the_readme_imports_what_exists():
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    statements = ast.parse(block).body
    assert len(block.replace("\n\n", "\n").splitlines()) <= 6
    for statement in statements:
        if isinstance(statement, ast.ImportFrom):
            module = importlib.import_module(statement.module)
            assert all(hasattr(module, alias.name) for alias in statement.names)


def test_every_decision_states_whether_it_is_in_force():
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    decisions = re.findall(r"^- .*(?:\n  .*)*", text, re.MULTILINE)
    assert decisions
    assert [d for d in decisions if "in force" not in d and "replaced by" not in d] == []


def test_the_decisions_fit_on_200_lines():
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200


@pytest.mark.parametrize("document", ["docs/decisions.md", "docs/experiments.md"])
def test_no_line_is_longer_than_140_characters(document):
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 140] == []
