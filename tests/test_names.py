"""One name for one thing: class names are unique, and names are nouns of the field."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VAGUE = {
    *("one", "found", "some", "said", "seen", "made", "asked", "wanted", "told", "held", "given"),
    *("kept", "it", "who", "far"),
}
LARGEST_SHARE = 0.02


def trees(folder):
    """(path, syntax tree) of every module of a package, migrations apart: they never change."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "versions" not in path.parts:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def named(tree):
    """Parameters and variables, each with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.arg not in {"self", "cls"}:
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def test_no_class_name_stands_twice_in_the_tree():
    places = defaultdict(list)
    for folder in ("reid", "service"):
        for path, tree in trees(folder):
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("folder", ["reid", "service"])
def test_parameters_and_variables_are_named_after_what_they_hold(folder):
    counted, vague = Counter(), []
    for path, tree in trees(folder):
        for name, line in named(tree):
            counted[name.strip("_") in VAGUE] += 1
            if name.strip("_") in VAGUE:
                vague.append(f"{path.relative_to(ROOT)}:{line} {name}")
    share = counted[True] / counted.total()
    message = "\n".join([f"{len(vague)} of {counted.total()} names in {folder}", *vague[:40]])
    assert share < LARGEST_SHARE, message


if __name__ == "__main__":
    for package in ("reid", "service"):
        names = [name.strip("_") for _, tree in trees(package) for name, _ in named(tree)]
        vague = sum(name in VAGUE for name in names)
        print(
            f"{package}: {vague} of {len(names)} names are vague, {100 * vague / len(names):.1f} %"
        )
