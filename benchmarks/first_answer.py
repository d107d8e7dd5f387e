"""How long from a fresh clone to the first answer, and from a second start to an answer?

Clones HEAD of this checkout, runs `make serve` there, and asks what the README asks, with its
own curl, until the animal comes. Prints one table; exit code 1 where another animal comes first.
"""

import argparse
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from results import keep

HERE = Path(__file__).resolve().parent.parent
EXPECTED = "L001"  # who is on the README's photo, as the demo survey's index.csv says


def question(clone: Path) -> list[str]:
    """The README's curl of a demo photo, silent."""
    command = re.search(r"^curl -F files=@var/demo.*$", (clone / "README.md").read_text(), re.M)
    if command is None:
        raise SystemExit("the README has no curl of a demo photo")
    return [*shlex.split(command.group()), "-s"]


def first_answer(clone: Path, limit_s: float) -> dict[str, object]:
    """Start `make serve`, ask until there are candidates, stop it again."""
    serving = subprocess.Popen(
        ["make", "serve"],  # noqa: S607
        cwd=clone,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            process = subprocess.run(question(clone), cwd=clone, capture_output=True, check=False)
            if process.stdout.startswith(b"{"):
                answer: dict[str, object] = json.loads(process.stdout)
                if answer.get("candidates"):
                    return answer
            time.sleep(0.2)
        raise SystemExit(f"no answer within {limit_s:.0f} s")
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait()


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=1800, help="seconds to wait for an answer")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        began = time.monotonic()
        subprocess.run(["git", "clone", "-q", str(HERE), str(clone)], check=True)  # noqa: S607
        answer = first_answer(clone, options.limit)
        first = time.monotonic() - began
        time.sleep(3)
        began = time.monotonic()
        first_answer(clone, options.limit)
        second = time.monotonic() - began
    best = answer["candidates"][0]  # type: ignore[index]
    print(f"first animal       {best['identity']} (expected {EXPECTED}), llr {best['llr']:+.2f}")
    print(f"clone to answer    {first:.1f} s\nsecond start       {second:.1f} s")
    keep("first_answer", {"clone_s": round(first, 1), "second_s": round(second, 1)})
    return 0 if EXPECTED in str(best["identity"]) else 1


if __name__ == "__main__":
    sys.exit(main())
