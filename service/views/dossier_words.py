"""What a dossier says in sentences: the answer, what stays open, the limits, how to cite it."""

from collections.abc import Iterator, Mapping, Sequence

from reid.types import Verdict
from service.case_schemas import (
    CasePairOut,
    CaseReportOut,
    DossierContentOut,
    DossierOut,
    PartitionOut,
)
from service.schemas import AnnotationOut
from service.views.case import percent
from service.views.words import MINUS, count, day, meaning, sentence

Line = tuple[str, str]
Letters = Mapping[int, str]
NEAR_BOUND = 0.005
TIED = 0.005
WORTH_SAYING = 0.05


def signed(llr: float) -> str:
    """An llr as a document quotes it: two decimals, so that it does not round over a threshold."""
    text = f"{abs(llr):.2f}"
    return text if float(text) == 0 else ("+" if llr > 0 else MINUS) + text


def interval(ends: tuple[float, float]) -> str:
    """An interval as a document quotes it: "[+0.90, +1.60]"."""
    return f"[{signed(ends[0])}, {signed(ends[1])}]"


def facts(record: DossierOut, made: str) -> Iterator[Line]:
    """Who made it, with what: the table at the top."""
    of = record.content
    model, calibrator, case = of.model, of.calibrator, of.report.case
    yield "Made", f"{made}, by {of.software}"
    yield "Case", f"number {case.id}, opened {day(case.created_at)}, {_closed(of)}"
    yield "Network", _card(model.id, model.licence)
    if model.trained_on:
        yield "Trained on", model.trained_on
    if model.sha256:
        yield "Weights, SHA-256", model.sha256
    yield "Calibrator", _card(calibrator.id, calibrator.licence)
    individuals = count(calibrator.individuals, "individual")
    yield "Fitted on", f"{calibrator.fitted_on or 'not stated on a card'} ({individuals})"
    yield "Bound of the llr", f"±{calibrator.bound:.2f}, log10 of {individuals}"
    yield "Digest of the content", record.digest


def _card(name: str, licence: str | None) -> str:
    return f"{name}, licence {licence}" if licence else f"{name}, without a card"


def _closed(of: DossierContentOut) -> str:
    closed = of.report.case.closed_at
    return f"closed {day(closed)}" if closed else "open"


def unfinished(of: DossierContentOut) -> str:
    """A warning while photos wait for the worker; else nothing."""
    waiting = sum(p.annotation.state == "pending" for e in of.encounters for p in e.photos)
    if not waiting:
        return ""
    are = count(waiting, "photo has", "photos have")
    return f"{are} not been embedded yet: what is said here may change."


def answer(of: DossierContentOut, letters: Letters) -> str:
    """The most probable partition, with the prior it rests on."""
    report = of.report
    if len(report.encounters) < 2:
        return "The case has fewer than two encounters: there is nothing to compare."
    best, second = report.partitions[:2]
    if best.probability - second.probability < TIED:
        return (
            "No answer stands out: the two most probable ways to sort the encounters into animals "
            f"have the posterior probabilities {percent(best.probability)} and "
            f"{percent(second.probability)}. {_rests(report)}"
        )
    words = (
        f"The most probable answer is that {_sorted(best, letters)}. Its posterior probability is "
        f"{percent(best.probability)}."
    )
    if second.probability >= WORTH_SAYING:
        words += (
            f" The next is that {_sorted(second, letters)}, with {percent(second.probability)}."
        )
    return f"{words} {_rests(report)}"


def _sorted(one: PartitionOut, letters: Letters) -> str:
    """A partition as half a sentence."""
    blocks = [[letters[n] for n in animal] for animal in one.animals]
    all_of_them = "both" if len(letters) == 2 else f"all {len(letters)}"
    if len(blocks) == 1:
        return f"{all_of_them} encounters show one animal"
    if len(blocks) == len(letters):
        return f"{all_of_them} encounters show different animals"
    return "; ".join(map(_one_animal, blocks))


def _rests(report: CaseReportOut) -> str:
    return (
        "This rests on the photos and on one prior, that any two encounters of the case are one "
        f"animal with a probability of {report.case.together:g}. {_apart(report)}"
    )


def _apart(report: CaseReportOut) -> str:
    """What is no part of the answer."""
    if report.case.movement_prior:
        return (
            "Place and time are part of the prior, as this case wants it, and of no llr; section 6 "
            "shows all three numbers. The decisions of people are no part of it."
        )
    return "Neither place and time nor the decisions of people are part of it."


def _one_animal(block: Sequence[str]) -> str:
    *others, last = block
    return (
        f"{', '.join(others)} and {last} are one animal"
        if others
        else f"{last} is an animal of its own"
    )


def in_short(one: CasePairOut, of: DossierContentOut, letters: Letters) -> str:
    """One pair in one line."""
    name = pair_name(one, letters)
    if one.annotations is None:
        return f"{name}: not comparable, llr 0."
    llr = f"llr {signed(one.llr)} {interval(one.interval)}"
    return f"{name}: {one.verdict}, {llr}; {meant(one, of)}"


def to_settle(one: CasePairOut) -> Iterator[str]:
    """What would settle an open pair, or why nothing is known to."""
    for some in one.settle:
        yield some.words
    if one.why_nothing:
        yield f"{sentence(one.why_nothing)}."


def meant(one: CasePairOut, of: DossierContentOut) -> str:
    """An llr in words, with its bound where it stands there."""
    at_bound = of.report.bound - abs(one.llr) < NEAR_BOUND
    end = ", the most that the calibration supports" if at_bound else ""
    return f"what the photos show is {meaning(one.llr)}{end}."


def cannot(of: DossierContentOut, letters: Letters) -> Iterator[str]:
    """What stays open, from the particular to the general."""
    report = of.report
    nothing = [pair_name(one, letters) for one in report.pairs if one.annotations is None]
    unsettled = [
        pair_name(one, letters) for one in report.pairs if one.verdict is Verdict.INCONCLUSIVE
    ]
    if nothing:
        yield (
            f"Whether {listed(nothing)} are one animal: no two photos show the same flank, and "
            "left and right rosettes are different patterns."
        )
    blank = [
        pair_name(one, letters)
        for one in report.pairs
        if one.verdict is Verdict.NOT_COMPARABLE and one.annotations
    ]
    if blank:
        yield f"Whether {listed(blank)} are one animal: their photos show no coat that could agree."
    if unsettled:
        yield (
            f"Whether {listed(unsettled)} are one animal from their photos alone: the llr lies "
            f"between {signed(-report.same)} and {signed(report.same)}."
        )
    speaking = {number for one in of.pairs for number in one.annotations}
    photos = [photo for one in of.encounters for photo in one.photos]
    unsure = [p.name for p in photos if p.annotation.id in speaking and doubted(p.annotation)]
    if unsure:
        yield (
            f"Whether the stated flank of {listed(unsure)} is right: the network sees the other "
            "one. What is said of their pairs rests on what was stated."
        )
    yield "Which of the partitions is true: it says how probable each is, under the stated prior."
    yield (
        f"Anything stronger than an llr of ±{report.bound:.2f} for a pair, because no more than "
        f"{count(of.calibrator.individuals, 'individual')} calibrated it."
    )


def doubted(seen: AnnotationOut) -> bool:
    """The network is sure of the flank that was not stated."""
    return seen.estimated_flank is not None and not seen.flank.comparable_with(seen.estimated_flank)


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def pair_name(one: CasePairOut, letters: Letters) -> str:
    """The letters of both encounters."""
    return "\N{EN DASH}".join(letters[number] for number in one.encounters)


def limits(of: DossierContentOut) -> Iterator[str]:
    """What the numbers mean and what they do not, in plain words."""
    calibrator, report = of.calibrator, of.report
    yield (
        "An llr is the log10 of a likelihood ratio: how many times more probable what the photos "
        "show is if both are the same leopard than if they are different ones. It is not the "
        "probability that they are the same; that needs a prior, too."
    )
    yield (
        f"The verdict is “same” from an llr of {signed(report.same)}, “different” from "
        f"{signed(-report.same)}, “inconclusive” between them, and “not comparable”, with an llr "
        "of 0, where no two photos can show the same flank, or none shows coat that could agree."
    )
    fitted = calibrator.fitted_on
    if fitted is None:
        yield f"No card says what the calibrator {calibrator.id} was fitted on."
    elif "synthetic" in fitted:
        yield (
            f"The calibrator {calibrator.id} was fitted on simulated animals ({fitted}), not on "
            "photographs of leopards. What it did on photographs stands in docs/evaluation.md of "
            "the program."
        )
    else:
        yield f"The calibrator {calibrator.id} was fitted on: {fitted}."
    if of.tested is None:
        yield "This calibrator has no test results: how often it misleads is not known."
    yield (
        "The interval of an llr says how far it would move had other individuals calibrated it. It "
        "does not cover photos, animals or cameras unlike those of the calibration."
    )
    if any(one.settle for one in report.pairs):
        yield (
            "What would settle a pair is counted over all tested pairs of such grades, not over "
            "pairs that were as open as this one: a pair that stayed open may stay so more often."
        )
    yield (
        f"{count(calibrator.individuals, 'individual')} calibrated it, so no llr beyond "
        f"±{calibrator.bound:.2f} is claimed, whatever the photos show."
    )
    yield (
        "Of each flank the two photos of two encounters that agree best speak, beside what all of "
        "them could have shown, as in the calibration. The photos of "
        "one encounter are no independent witnesses, its two flanks are taken for such."
    )
    yield (
        "The network knows the flanks of leopards. Heads, cubs, melanistic animals and other "
        "species are outside what it was made for. The flank is taken as stated."
    )
    yield "Poor photos prove little: see the grade of each photo and the reasons for it."


def cite(record: DossierOut) -> str:
    """How to quote the dossier."""
    of = record.content
    return (
        f"Dossier of the case “{of.report.case.name}”, {day(record.made_at)}. {of.software}, "
        f"network {of.model.id}, calibrator {of.calibrator.id}. SHA-256 of its content: "
        f"{record.digest}."
    )
