"""Count what is as it was before the move: `python tests/golden/compare.py [--diff]`.

With --diff every wanted difference from the first goldens is shown, too.
"""

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from golden import goldens  # noqa: E402  found by the line above
from golden.frozen import (  # noqa: E402
    UNFROZEN,
    collect,
    running,
    templates,
    unvisited,
    visited,
)


def say(text):
    """A line of the report."""
    sys.stdout.write(f"{text}\n")


def main():
    """1 when something differs that nobody wants."""
    with tempfile.TemporaryDirectory() as folder:
        now = collect(Path(folder))
        with running(Path(folder), "empty") as client:
            every, seen = templates(client.app), visited(client.app)
            left = unvisited(client.app)
    say(f"GET routes: {len(every)}; frozen {len(seen)}, on purpose not {len(UNFROZEN & every)}, "
          f"forgotten {len(left)}")  # fmt: skip
    status = bool(left)
    for part, pages in now.items():
        before, wrong = goldens.first(part), goldens.unwanted(part, pages)
        other = [one for one in goldens.differing(pages, before) if one not in wrong]
        say(f"{part}: {len(pages)} compared, {len(pages) - len(other) - len(wrong)} equal, "
              f"{len(other)} different as wanted, {len(wrong)} different")  # fmt: skip
        if "--diff" in sys.argv:
            for one in other:
                say(goldens.difference(part, one, before.get(one, ""), pages.get(one, "")))
        if wrong:
            say(goldens.message(wrong))
        status = status or bool(wrong)
    for entry in goldens.entries():
        say(f"wanted: {entry.reason}: {' '.join(entry.parts)}: {entry.pattern}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
