"""Does a pair say the same in both orders? 1,000 pairs asked of the comparison page, A|B and B|A.

Starts the real `leopard-reid serve` on an empty catalogue, uploads photos without a station, so
that each is an encounter of its own, and waits until they are ready. Then every pair is asked for
in both orders over HTTP; the llr, its interval, the share that agrees, the
number of marks and every mark's place on either photo must be equal to the last digit. Prints what
differed; exit code 1 where anything did.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Mapping, Sized
from itertools import combinations
from pathlib import Path
from random import Random

import httpx
from results import keep
from served import SERVE, serving
from site_pages import ready

PHOTO = {".jpg", ".jpeg"}
PATIENCE_S = 300.0
HTML = {"accept": "text/html"}
VALUE = re.compile(r'<data class="(?:number )?(llr|low|high|agree|agreeing)" value="([^"]*)"')
PANE = re.compile(r'<svg class="pane.*?(?=<svg class="pane|<rect class="frame)', re.DOTALL)
MARK = re.compile(r'(?:<ellipse cx="([^"]*)" cy="([^"]*)"|<path d="M([-0-9.]* [-0-9.]*)l)')

PairFigures = Mapping[str | int, Sized]


def said(client: httpx.Client, one: int, other: int) -> PairFigures:
    """What the page says of a pair: its numbers, and the places of the marks on either photo."""
    address = f"/compare?one={one}&other={other}&every=1"
    page = client.get(address, headers=HTML).raise_for_status().text
    marks = [sorted(MARK.findall(pane)) for pane in PANE.findall(page)]
    return dict(VALUE.findall(page)) | dict(zip((one, other), marks, strict=True))


def uploaded(client: httpx.Client, paths: list[Path]) -> list[int]:
    """Every photo as an encounter of its own."""
    found = []
    for path in paths:
        files = {"files": (path.name, path.read_bytes(), "image/jpeg")}
        answer = client.post("/api/v1/photos", files=files).raise_for_status().json()
        found.append(answer["files"][0]["encounter_id"])
    ready(client)
    return sorted(set(found))


def main() -> int:
    """Upload, ask, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data/leopards-india"))
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    paths = [p for p in sorted(options.photos.rglob("*")) if p.suffix.lower() in PHOTO]
    different, marks, compared = [], 0, 0
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(SERVE, Path(folder)) as url,
        httpx.Client(base_url=url, timeout=PATIENCE_S) as client,
    ):
        pairs = list(combinations(uploaded(client, paths), 2))
        Random(options.seed).shuffle(pairs)
        pairs = pairs[: options.pairs]
        for one, other in pairs:
            first, second = said(client, one, other), said(client, other, one)
            compared += "llr" in first
            marks += len(first[one])
            if first != second:
                different.append(f"{one} | {other}: {first} beside {second}"[:500])
    print(*different[:20], sep="\n")
    print(
        f"{len(paths)} photos, {len(pairs)} pairs in both orders, {compared} compared, {marks}"
        f" marks on a photo of each: {len(different)} differ"
    )
    figures = {"photos": len(paths), "pairs": len(pairs), "compared": compared, "marks": marks}
    keep("both_orders", {**figures, "different": len(different)})
    return int(bool(different) or not compared or not marks)


if __name__ == "__main__":
    sys.exit(main())
