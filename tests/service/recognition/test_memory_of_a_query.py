"""What a query costs in memory, measured in a process of its own."""

import json
import subprocess
import sys

import pytest

CHILD = """
import io, json, resource, sys
from pathlib import Path
import numpy as np
from PIL import Image
from reid.photo.images import decode_photo
from service.recognition.query import QueryUpload, read_photos
from service.web.metrics import Stopwatch

def peak_mb():
    return int(next(l for l in Path("/proc/self/status").read_text().split("\\n")
                    if l.startswith("VmHWM")).split()[1]) / 1024

number, side = int(sys.argv[1]), int(sys.argv[2])
flat = Image.new("P", (side, side), 3)
flat.putpalette([n % 256 for n in range(768)])
out = io.BytesIO()
flat.save(out, "PNG")
del flat
decode_photo((lambda b: (Image.new("P", (64, 64)).save(b, "PNG"), b.getvalue())[1])(io.BytesIO()),
             max_pixels=10**6)
Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
before = peak_mb()
query = [QueryUpload(out.getvalue()) for _ in range(number)]
read = read_photos(query, lambda image: [], Stopwatch(), max_pixels=60_000_000)
print(json.dumps({"bytes": len(out.getvalue()), "mb": peak_mb() - before,
                  "crops": [c.image.shape[:2] for c in read.crops],
                  "boxes": [[c.box.x1 * c.reduction, c.box.y1 * c.reduction] for c in read.crops]}))
"""


def measured(number, side):
    """Megabytes that a query of so many palette PNGs takes at most, and its crops."""
    command = [sys.executable, "-c", CHILD, str(number), str(side)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_photos_of_a_query_are_decoded_one_after_the_other_within_one_budget():
    few, many = measured(2, 4000), measured(8, 4000)
    assert many["bytes"] < 40_000
    assert few["crops"][0] == [4000, 4000]  # within its share, it is left as it is
    assert many["crops"][0] == [2000, 2000]
    assert many["boxes"][0] == [4000, 4000]  # in pixels of the photo, whatever was kept
    assert many["mb"] < 250, "eight at once would take 384 MB and more"


PROBING = (
    CHILD.split("flat = ")[0]
    + """
from concurrent.futures import ThreadPoolExecutor
from reid.photo.images import probe
from service.operations.heaps import share_heaps
share_heaps()
out = io.BytesIO()
Image.new("RGB", (side, side)).save(out, "PNG")
Path("/proc/self/clear_refs").write_text("5")
before = peak_mb()
with ThreadPoolExecutor(number) as pool:
    list(pool.map(lambda _: probe(out.getvalue(), max_pixels=60_000_000), range(number)))
print(json.dumps({"mb": peak_mb() - before}))
"""
)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_many_uploads_at_once_leave_no_heap_behind_for_each_of_their_threads():
    command = [sys.executable, "-c", PROBING, "30", "3000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["mb"] < 200, "a heap a thread would keep 500 MB"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_twelve_photos_of_sixty_megapixels_take_less_than_a_gigabyte():
    assert measured(12, 7745)["mb"] < 800
