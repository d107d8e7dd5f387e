"""What a simulation found goes to JSON and comes back as it was."""

import json

import numpy as np
import pytest

from reid.errors import BadDataset
from reid.evaluation.measures.sorting import open_set, partition_calibration
from reid.evaluation.report.sections import KEY, opened, packed


def test_sections_come_back_as_they_were_and_name_their_commands(tmp_path):
    asked = open_set(["a", "b", "c"], ["a", None, None], {"a", "b"})
    cases = partition_calibration(np.array([[0.7, 0.3], [0.4, 0.6]]), [0, 0], encounters=3)
    for name, found in (("open-set", asked), ("triples", cases)):
        held = {"command": f"simulate {name}", KEY: packed(found)}
        (tmp_path / f"{name}.json").write_text(json.dumps(held))
    back = opened(tmp_path)
    assert back.open_set == asked
    assert back.clustering is None
    assert (back.partitions.first, back.partitions.bits) == (cases.first, cases.bits)
    np.testing.assert_array_equal(back.partitions.curve.true, cases.curve.true)
    assert back.partitions.curve.error == cases.curve.error
    assert back.commands == {"open set": "simulate open-set", "partitions": "simulate triples"}


def test_a_folder_without_simulations_or_of_another_release_says_what_to_run(tmp_path):
    with pytest.raises(BadDataset, match=r"simulate\.py --out"):
        opened(tmp_path)
    (tmp_path / "count.json").write_text(json.dumps({"command": "x", KEY: {"animals": 3}}))
    with pytest.raises(BadDataset, match="another release"):
        opened(tmp_path)
