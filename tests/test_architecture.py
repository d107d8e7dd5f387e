"""The rules of the tree: what lies where, and how long a thing may grow."""

import ast
import subprocess
import sys
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOP = {
    *("pyproject.toml", "requirements.lock", "reid", "service", "weights", "scripts", "tests"),
    *("Dockerfile", "README.md", "CHANGELOG.md", "LICENSE", "Makefile", "docs", "benchmarks"),
}
UNVERSIONED = {"var", "runs", "build", "dist", "shared", "__pycache__"}
NOT_A_SUBJECT = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"}
STATEMENTS = {"select", "insert", "update", "delete", "func", "text", "exists"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50


def python(*folders):
    found = chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders)
    return sorted(path for path in found if "versions" not in path.parts)


def named(path):
    return str(path.relative_to(ROOT))


def source(path):
    return path.read_text(encoding="utf-8")


def parsed(path):
    return ast.parse(source(path))


CODE = python("reid", "service", "scripts", "benchmarks")
EVERYTHING = [*CODE, *python("tests")]


def definitions(tree):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def public(tree):
    """Module-level functions and classes, and methods of such classes, without underscore."""
    for node in definitions(ast.Module(tree.body, [])):
        if node in tree.body and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
                inner = (part for part in node.body if isinstance(part, kinds))
                yield from (part for part in inner if not part.name.startswith("_"))


def test_the_top_level_holds_what_the_architecture_names():
    present = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    extra = {name for name in present - TOP - UNVERSIONED if not name.endswith(".egg-info")}
    assert not extra


def test_a_module_says_first_what_it_holds():
    silent = [named(path) for path in CODE if not ast.get_docstring(parsed(path))]
    late = [named(path) for path in CODE if not source(path).startswith(('"""', "#!"))]
    assert (silent, late) == ([], [])


def is_sentence(node):
    """A class whose head says its text, as errors do: `class X(NotFound, message="no x"): ...`."""
    return isinstance(node, ast.ClassDef) and any(k.arg == "message" for k in node.keywords)


def test_everything_public_says_what_it_is():
    silent = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in python("reid", "service")
        for node in public(parsed(path))
        if not ast.get_docstring(node) and not is_sentence(node)
    ]
    assert silent == []


def test_files_stay_short():
    lengths = {named(path): len(source(path).splitlines()) for path in EVERYTHING}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_functions_stay_short():
    lengths = {
        f"{named(path)} {node.name}": node.end_lineno - node.lineno + 1
        for path in EVERYTHING
        for node in definitions(parsed(path))
        if not isinstance(node, ast.ClassDef)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_a_module_is_named_after_its_subject():
    assert [named(path) for path in EVERYTHING if path.stem in NOT_A_SUBJECT] == []


def test_a_script_holds_no_classes():
    classes = [
        f"{named(path)} {node.name}"
        for path in python("scripts")
        for node in definitions(parsed(path))
        if isinstance(node, ast.ClassDef)
    ]
    assert classes == []


def test_only_the_store_builds_sql():
    """Other rooms hand a connection on: they import no statement and no table, and run nothing."""
    found = []
    for path in python("service"):
        if "store" in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(parsed(path)):
            module = getattr(node, "module", None) or ""
            names = {alias.name for alias in getattr(node, "names", ()) if module}
            builds = module.startswith("sqlalchemy") and names & STATEMENTS
            reads_tables = module.startswith("service.store.tables") and names != {"now"}
            runs = isinstance(node, ast.Attribute) and node.attr == "execute"
            if builds or reads_tables or runs:
                found.append(f"{named(path)}:{node.lineno}")
    assert found == []


def test_the_layers_are_those_of_the_architecture():
    """One import against the layers is an error; see [tool.importlinter] in pyproject.toml."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
