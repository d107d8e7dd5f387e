"""Real camera-trap photos, where the data lie beside the project (REID_REAL_DATA); never copied."""

import os
from pathlib import Path

import numpy as np
import pytest

from reid.describe.embed import Embedder
from reid.evaluation.data.protocol import countable, describe, genuine, read_dataset
from reid.evaluation.trials.pairs import compare_all
from reid.evidence.calibrator import released

DATA = Path(os.environ.get("REID_REAL_DATA", "../shared/data"))
INDIA = DATA / "leopards-india"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not INDIA.is_dir(), reason=f"no real photographs in {DATA}"),
]


def test_real_leopards_find_themselves_among_others():
    samples = read_dataset(INDIA)
    units = sorted({s.unit for s in samples})
    chosen = [s for unit in units for s in [t for t in samples if t.unit == unit][-3:]]
    features = list(describe(chosen, Embedder.load()))
    counted, same = countable(chosen, chosen), genuine(chosen, chosen)
    fused = compare_all(features, features, counted, released().fusion).agreement
    best = np.where(counted, fused, -np.inf).argmax(1)
    right = sum(bool(same[q, b]) for q, b in enumerate(best))
    assert len(chosen) == 12
    assert right >= 10
