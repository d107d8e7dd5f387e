#!/usr/bin/env python3
"""Run the tests of every fault that docs/faults.md names, and print one line a fault.

1 where a test of a fault failed, or none of its tests ran. `--only WORDS` runs the faults whose
name has these words.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as Xml
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "faults.md"
NODE = re.compile(r"`(tests/[\w/]+\.py::\w+)`")
OUTCOMES = ("passed", "failed", "skipped")


def faults(document: Path = DOCUMENT) -> dict[str, list[str]]:
    """Fault -> node ids of its tests, from the table of the document."""
    found = {}
    for line in document.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[0] not in {"fault", "---"}:
            found[cells[0]] = NODE.findall(cells[2])
    return found


def run(nodes: list[str], report: Path) -> int:
    """One pytest over all of these; its exit code. What it says is shown where a test fails."""
    command = [sys.executable, "-m", "pytest", *nodes, f"--junitxml={report}", "--tb=short"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603


def outcomes(report: Path) -> dict[str, Counter[str]]:
    """Node id -> how often each outcome: a test with parameters has several."""
    found: dict[str, Counter[str]] = {}
    for case in Xml.parse(report).iter("testcase"):  # noqa: S314  we wrote it
        module, name = case.get("classname", ""), case.get("name", "").split("[")[0]
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "passed"
        outcome = "skipped" if "skipped" in kinds else outcome
        node = f"{module.replace('.', '/')}.py::{name}"
        found.setdefault(node, Counter())[outcome] += 1
    return found


def table(wanted: Mapping[str, list[str]], found: Mapping[str, Counter[str]]) -> bool:
    """Print a line a fault and the total; whether each has tests that ran and none that failed."""
    width = max(len(name) for name in wanted)
    good = True
    print(f"{'fault':{width}}  {'tests':>5} " + " ".join(f"{one:>7}" for one in OUTCOMES))
    for name, nodes in wanted.items():
        counts = sum((found.get(node, Counter()) for node in nodes), Counter[str]())
        line_good = bool(counts["passed"]) and not counts["failed"]
        good = good and line_good
        numbers = " ".join(f"{counts[one]:7}" for one in OUTCOMES)
        print(f"{name:{width}}  {counts.total():5} {numbers}{'' if line_good else '  <-'}")
    each = {node for nodes in wanted.values() for node in nodes}
    counts = sum((found.get(node, Counter()) for node in each), Counter[str]())
    numbers = " ".join(f"{counts[one]:7}" for one in OUTCOMES)
    print(f"{f'{len(wanted)} faults, each test once':{width}}  {counts.total():5} {numbers}")
    return good


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name has these words")
    options = parser.parse_args()
    wanted = {k: v for k, v in faults().items() if options.only.lower() in k.lower()}
    if not wanted:
        parser.error(f"no fault of {DOCUMENT.name} has these words: {options.only}")
    nodes = list(dict.fromkeys(node for nodes in wanted.values() for node in nodes))
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        code = run(nodes, report)
        if not report.exists():
            return code or 1
        return 0 if table(wanted, outcomes(report)) and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
