"""The report of an evaluation: its figures, its JSON and its page."""

import json
import re
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from reid.errors import MissingExtra
from reid.evaluation.data.photos import Condition
from reid.evaluation.measures.metrics import calibration
from reid.evaluation.measures.retrieval import Retrieval
from reid.evaluation.measures.sorting import clustering, open_set, partition_calibration
from reid.evaluation.measures.strata import figures
from reid.evaluation.report import plots
from reid.evaluation.report.findings import EvaluationReport, content, strata_of
from reid.evaluation.report.html_report import as_html, write_report
from reid.evaluation.report.table import MethodRow
from reid.evaluation.trials.trial import Trial
from reid.evidence.cost import cllr, cllr_min
from reid.evidence.strata import PairStratum

for library in ("matplotlib", "sklearn"):
    pytest.importorskip(library, reason="the optional extra `report` is not installed")
GENUINE, IMPOSTOR = np.array([2.0, 1.5, -1.0, 0.3]), np.array([-2.0, -1.0, 0.2, -0.5, 1.0])
WHOSE = ["a", "b", "c", "a"]
BETWEEN = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("a", "d")]


def stratum(name="all", **changed):
    return PairStratum(name, GENUINE, IMPOSTOR, WHOSE, BETWEEN, **changed)


def row(method, **changed):
    result = Retrieval((3, 4), (4, 4), 0.8, 0.9, (2, 6), {"auc": (0.7, 1.0)})
    return MethodRow(method, changed.get("level", 0), "whole", result)


def report(**parts):
    names = {"title": "Of <rosette@5> & others", "dataset": "DATA/x", "description": "9 photos"}
    made = {"command": "evaluate.py 'a < b'", "model": "m@1", "calibrator": "c@1"}
    return EvaluationReport(**names, **made, date="2026-11-23", seed=1, **parts)


def everything():
    return report(
        strata=[stratum(), stratum("poor"), stratum(level=2)],
        rows=[row("fused"), row("evidence")],
        ranks={"fused": [1, 2, 9], "evidence": [1, 1, 3]},
        open_set=open_set(["a", "b"], ["a", None], {"a"}),
        partitions=partition_calibration([[0.6, 0.4], [0.9, 0.1]], [0, 1], encounters=2),
        clustering=clustering(list("aab"), [1, 2, 3]),
    )


class Outline(HTMLParser):
    """Headings, addresses that a browser would fetch, and whether all elements are closed."""

    EMPTY = frozenset({"meta", "br"})

    def __init__(self, text):
        super().__init__()
        self.headings, self.fetched, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in self.EMPTY:
            self.open.append(tag)
        self.fetched += [v for k, v in attrs if k in {"src", "href", "xlink:href"} and v[0] != "#"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def test_the_figures_of_a_stratum_are_those_of_its_pairs():
    found = figures(stratum(), seed=1, draws=20, refits=5)
    assert found.cllr == cllr(GENUINE, IMPOSTOR)
    assert found.cllr_cal == found.cllr - cllr_min(GENUINE, IMPOSTOR)
    assert found.misleading == (2, 9)
    assert (found.misleading_genuine, found.misleading_impostor) == ((1, 4), (1, 5))
    assert found.genuine_bands == (0, 1, 0, 1, 1, 1)
    assert found.tpr == {1e-2: None, 1e-3: None}
    assert set(found.intervals) == {"cllr", "cllr_min", "cllr_cal", "misleading"}


def test_a_stratum_without_genuine_pairs_has_counts_and_no_figures():
    found = figures(PairStratum("poor", np.empty(0), IMPOSTOR))
    assert found.misleading == (1, 5)
    assert (found.cllr, found.cllr_min, found.eer, found.curve) == (None,) * 4
    assert found.intervals == {}


def test_every_evidence_row_of_the_json_carries_cllr_and_its_stratum():
    whole = everything()
    held = content(whole, [figures(s, draws=20, refits=5) for s in whole.strata])
    assert {"dataset", "command", "model", "rows"} <= held.keys()
    ours = [one for one in held["rows"] if one["method"] == "evidence"]
    assert [(one["stratum"], one["level"]) for one in ours] == [("all", 0), ("poor", 0), ("all", 2)]
    for one in ours:
        assert one["cllr"] == pytest.approx(cllr(GENUINE, IMPOSTOR), abs=1e-4)
        assert one["cllr_cal"] == pytest.approx(one["cllr"] - one["cllr_min"], abs=2e-4)
        assert one["misleading"] == [2, 9]
        assert one["intervals_95"]["cllr"][0] < one["cllr"] < one["intervals_95"]["cllr"][1]
    first = held["rows"][1]  # of retrieval and of evidence
    assert (first["top1"], first["auc"], first["intervals_95"]["auc"]) == ([3, 4], 0.9, [0.7, 1.0])
    assert "cllr" not in held["rows"][0]
    assert held["open_set"]["known"] == [1, 1]
    assert held["partitions"]["first"] == [1, 2]
    assert held["clustering"]["count_error"] == 0.5
    assert held["not_run"] == {}


@pytest.mark.slow
def test_the_page_is_one_file_of_closed_elements_that_fetches_nothing(tmp_path):
    whole = everything()
    html = write_report(whole, tmp_path, draws=5, refits=2).read_text()
    found = [figures(s, seed=1, draws=5, refits=2) for s in whole.strata]
    assert json.loads((tmp_path / "evaluation.json").read_text()) == content(whole, found)
    outline = Outline(html)
    assert (outline.fetched, outline.open) == ([], [])
    assert len(outline.headings) == 6
    assert "Of &lt;rosette@5&gt; &amp; others" in html
    assert "evaluate.py &#39;a &lt; b&#39;" in html
    assert f"{found[0].cllr:.3f}" in html
    assert html.count("<svg") == 6
    identifiers = re.findall(r'\bid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', html)) <= set(identifiers)


def test_sections_without_data_are_named_with_the_command_that_makes_them(tmp_path):
    some = report(rows=[row("fused")], commands={"clustering": "count.py --animals 60"})
    html = write_report(some, tmp_path).read_text()
    assert Outline(html).headings == ["Retrieval", "Not run"]
    assert "not run, by count.py --animals 60" in html
    assert some.not_run().keys() == {
        *("evidence", "cumulative ranks", "open set", "partitions", "clustering")
    }
    assert "<svg" not in html


def test_a_report_of_strata_without_pairs_of_both_kinds_draws_only_bands():
    html = as_html(
        report(strata=[lone := PairStratum("night", np.empty(0), IMPOSTOR)]), [figures(lone)]
    )
    assert html.count("<svg") == 1
    assert "night, impostor" in html


def test_the_same_plot_is_the_same_bytes_and_another_one_has_other_ids():
    curve = calibration([0.1, 0.1, 0.9, 0.9], [0, 0, 1, 0])
    first, second = plots.draw_partitions(curve), plots.draw_partitions(curve)
    assert first == second
    other = plots.draw_cmc({"fused": [1, 2, 2]})
    ids, others = (set(re.findall(r'\bid="([^"]+)"', one)) for one in (first, other))
    assert ids and not ids & others


def test_plots_say_their_counts_in_words_and_keep_text_as_text():
    tree = ElementTree.fromstring(plots.draw_tippett([stratum()]))  # noqa: S314
    said = [(one.text or "").strip() for one in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"all", "genuine, 4", "impostor, 5", "llr (log10)"} <= set(said)
    assert tree.get("aria-label") == "Tippett plots: llr of genuine and impostor pairs"


def test_a_curve_of_many_pairs_is_thinned_to_what_can_be_seen():
    rng = np.random.default_rng(0)
    many = PairStratum("all", rng.normal(1, 1, 20_000), rng.normal(-1, 1, 20_000))
    assert len(plots.draw_rates([many])) < 100_000


def test_strata_of_a_trial_hold_the_pairs_that_count_and_whose_they_are():
    same, counted = np.eye(2, 3, dtype=bool), np.array([[1, 1, 1], [1, 1, 0]], bool)
    llr = np.array([[2.0, -1.0, 0.0], [-2.0, 1.0, np.nan]])
    trial = Trial(Condition(level=1), {}, same, counted, ["uma", "bo"])
    good = np.array([[True, True, False], [False, False, False]])
    whole, part = strata_of(trial, llr, ["uma", "bo", ""], {"good": good})
    assert (whole.name, whole.level, part.name) == ("all", 1, "good")
    assert whole.genuine.tolist() == [2.0, 1.0]
    assert whole.impostor.tolist() == [-1.0, 0.0, -2.0]
    assert whole.genuine_individuals == ["uma", "bo"]
    assert whole.impostor_individuals == [("uma", "bo"), ("uma", "unknown 2"), ("bo", "uma")]
    assert (part.genuine.tolist(), part.impostor.tolist()) == ([2.0], [-1.0])
    assert (whole.individuals, part.individuals) == (3, 2)
    with pytest.raises(ValueError, match="needs its animal"):
        strata_of(Trial(Condition(), {}, same, counted), llr, ["uma", "bo", ""])


def test_without_the_extra_nothing_is_written_and_the_error_says_what_to_install(
    monkeypatch, tmp_path
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"needs matplotlib.*'\.\[report\]'"):
        write_report(report(strata=[stratum()]), tmp_path / "out", draws=5, refits=2)
    assert not (tmp_path / "out").exists()


def test_the_content_is_plain_json_without_numbers_that_json_lacks():
    lone = PairStratum("poor", np.empty(0), IMPOSTOR)
    written = content(report(strata=[lone]), [figures(lone)])
    held = json.loads(json.dumps(written, allow_nan=False))
    assert held["rows"][0]["cllr"] is None
