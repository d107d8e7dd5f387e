"""Accept differences that are listed: `python tests/golden/rewrite.py`.

Writes to `wanted/` what differs from the first goldens and is listed in differences.md. Anything
else that differs is shown, and nothing is written. `--first` makes the first goldens; they exist.
"""

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from golden import goldens  # noqa: E402  found by the line above
from golden.frozen import collect  # noqa: E402


def main():
    """0 when everything that differs is listed."""
    with tempfile.TemporaryDirectory() as folder:
        now = collect(Path(folder))
    if "--first" in sys.argv:
        if goldens.FIRST.exists():
            sys.exit("the first goldens exist and stay: list what shall differ in differences.md")
        for part, pages in now.items():
            goldens.write(goldens.FIRST, part, pages)
        return
    differ = {
        part: {one: pages.get(one, "") for one in goldens.differing(pages, known)}
        for part, pages in now.items()
        for known in [goldens.first(part)]
    }
    unlisted = {
        f"{one} ({part})": goldens.difference(part, one, goldens.first(part).get(one, ""), page)
        for part, pages in differ.items()
        for one, page in pages.items()
        if not goldens.excused(part, one)
    }
    if unlisted:
        sys.exit(f"{goldens.message(unlisted)}\nnot listed in differences.md: nothing is written")
    for part, pages in differ.items():
        goldens.write(goldens.WANTED, part, pages)
        print(f"{part}: {len(pages)} differ from the first goldens, all listed")


if __name__ == "__main__":
    main()
