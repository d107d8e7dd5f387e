"""What a dossier says in sentences: the answer, what stays open, the limits, how to cite it."""

from collections.abc import Iterator, Mapping, Sequence

from reid.types import Verdict
from service.calibration.suggestion_words import suggested
from service.cases.wire import CasePairOut, CaseReportOut, PartitionOut
from service.dossier.wire import DossierContentOut, DossierOut
from service.photos.wire import AnnotationOut
from service.web.languages import gettext as _
from service.web.languages import ngettext, npgettext, pgettext
from service.web.quantities import percent
from service.web.sentences import in_full
from service.web.species import Species
from service.web.words import day, decimal, general, listed, meaning, number, verdict_word
from service.web.words import signed as rounded

Line = tuple[str, str]
Letters = Mapping[int, str]
NEAR_BOUND = 0.005
TIED = 0.005
WORTH_SAYING = 0.05


def signed(llr: float) -> str:
    """An llr as a document quotes it: two decimals, so that it does not round over a threshold."""
    return rounded(llr, 2)


def interval(ends: tuple[float, float]) -> str:
    """An interval as a document quotes it: "[+0.90, +1.60]"."""
    return f"[{signed(ends[0])}, {signed(ends[1])}]"


def facts(record: DossierOut, made: str) -> Iterator[Line]:
    """Who made it, with what: the table at the top."""
    of = record.content
    model, calibrator, case = of.model, of.calibrator, of.report.case
    yield _("Made"), _("%(moment)s, by %(software)s") % {"moment": made, "software": of.software}
    opened = _("number %(number)s, opened %(day)s, %(state)s")
    values = {"number": case.id, "day": day(case.created_at), "state": _closed(of)}
    yield _("Case"), opened % values
    yield _("Species"), Species(of.species).words
    yield _("Network"), _card(model.id, model.licence)
    if model.trained_on:
        yield _("Trained on"), model.trained_on
    if model.sha256:
        yield _("Weights, SHA-256"), model.sha256
    yield _("Calibrator"), _card(calibrator.id, calibrator.licence)
    fitted = ngettext(
        "%(data)s (%(num)s individual)", "%(data)s (%(num)s individuals)", calibrator.individuals
    )
    on = calibrator.fitted_on or _("not stated on a card")
    yield _("Fitted on"), fitted % {"data": on, "num": number(calibrator.individuals)}
    bound = _("±%(bound)s, log10 of %(individuals)s")
    yield (
        _("Bound of the llr"),
        bound % {"bound": decimal(calibrator.bound, 2), "individuals": _individuals(of)},
    )
    yield _("Digest of the content"), record.digest


def _individuals(of: DossierContentOut) -> str:
    """Of how many individuals a logarithm is taken."""
    words = npgettext("of", "%(num)s individual", "%(num)s individuals", of.calibrator.individuals)
    return words % {"num": number(of.calibrator.individuals)}


def _card(name: str, licence: str | None) -> str:
    words = _("%(name)s, licence %(licence)s") if licence else _("%(name)s, without a card")
    return words % {"name": name, "licence": licence}


def _closed(of: DossierContentOut) -> str:
    closed = of.report.case.closed_at
    return _("closed %(day)s") % {"day": day(closed)} if closed else pgettext("case", "open")


def unfinished(of: DossierContentOut) -> str:
    """A warning while photos wait for the worker; else nothing."""
    waiting = sum(p.annotation.state == "pending" for e in of.encounters for p in e.photos)
    if not waiting:
        return ""
    return ngettext(
        "%(num)s photo has not been embedded yet: what is said here may change.",
        "%(num)s photos have not been embedded yet: what is said here may change.",
        waiting,
    ) % {"num": number(waiting)}


def answer(of: DossierContentOut, letters: Letters) -> str:
    """The most probable partition, with the prior it rests on."""
    report = of.report
    if len(report.encounters) < 2:
        return _("The case has fewer than two encounters: there is nothing to compare.")
    best, second = report.partitions[:2]
    if best.probability - second.probability < TIED:
        words = _(
            "No answer stands out: the two most probable ways to sort the encounters into animals "
            "have the posterior probabilities %(best)s and %(second)s."
        ) % {"best": percent(best.probability), "second": percent(second.probability)}
        return f"{words} {_rests(report)}"
    words = _(
        "The most probable answer is that %(answer)s. Its posterior probability is %(share)s."
    ) % {"answer": _sorted(best, letters), "share": percent(best.probability)}
    if second.probability >= WORTH_SAYING:
        following = _("The next is that %(answer)s, with %(share)s.")
        values = {"answer": _sorted(second, letters), "share": percent(second.probability)}
        words = f"{words} {following % values}"
    return f"{words} {_rests(report)}"


def _sorted(one: PartitionOut, letters: Letters) -> str:
    """A partition as half a sentence."""
    blocks = [[letters[n] for n in animal] for animal in one.animals]
    both, num = len(letters) == 2, {"num": len(letters)}
    if len(blocks) == 1:
        if both:
            return _("both encounters show one animal")
        one_of_all = ngettext(
            "all %(num)s encounter shows one animal",
            "all %(num)s encounters show one animal",
            len(letters),
        )
        return one_of_all % num
    if len(blocks) == len(letters):
        if both:
            return _("both encounters show different animals")
        all_differ = ngettext(
            "all %(num)s encounter shows different animals",
            "all %(num)s encounters show different animals",
            len(letters),
        )
        return all_differ % num
    return "; ".join(map(_one_animal, blocks))


def _rests(report: CaseReportOut) -> str:
    words = _(
        "This rests on the photos and on one prior, that any two encounters of the case are one "
        "animal with a probability of %(together)s."
    ) % {"together": general(report.case.together)}
    return f"{words} {_apart(report)}"


def _apart(report: CaseReportOut) -> str:
    """What is no part of the answer."""
    if report.case.movement_prior:
        return _(
            "Place and time are part of the prior, as this case wants it, and of no llr; section 6 "
            "shows all three numbers. The decisions of people are no part of it."
        )
    return _("Neither place and time nor the decisions of people are part of it.")


def _one_animal(block: Sequence[str]) -> str:
    words = (
        _("%(letters)s are one animal")
        if len(block) > 1
        else _("%(letters)s is an animal of its own")
    )
    return words % {"letters": listed(block)}


def in_short(one: CasePairOut, of: DossierContentOut, letters: Letters) -> str:
    """One pair in one line."""
    name = pair_name(one, letters)
    if one.annotations is None:
        return _("%(pair)s: not comparable, llr 0.") % {"pair": name}
    llr = f"llr {signed(one.llr)} {interval(one.interval)}"
    return f"{name}: {verdict_word(one.verdict)}, {llr}; {meant(one, of)}"


def to_settle(one: CasePairOut, letters: Letters) -> Iterator[str]:
    """What would settle an open pair, or why nothing is known to."""
    for some in one.settle:
        yield suggested(some, letters)
    if one.why_nothing:
        yield in_full(one.why_nothing)


def meant(one: CasePairOut, of: DossierContentOut) -> str:
    """An llr in words, with its bound where it stands there."""
    at_bound = of.report.bound - abs(one.llr) < NEAR_BOUND
    words = (
        _("what the photos show is %(meaning)s, the most that the calibration supports.")
        if at_bound
        else _("what the photos show is %(meaning)s.")
    )
    return words % {"meaning": meaning(one.llr)}


def cannot(of: DossierContentOut, letters: Letters) -> Iterator[str]:
    """What stays open, from the particular to the general."""
    report = of.report
    nothing = [pair_name(one, letters) for one in report.pairs if one.annotations is None]
    unsettled = [
        pair_name(one, letters) for one in report.pairs if one.verdict is Verdict.INCONCLUSIVE
    ]
    if nothing:
        yield _(
            "Whether %(pairs)s are one animal: no two photos show the same flank, and left and "
            "right rosettes are different patterns."
        ) % {"pairs": listed(nothing)}
    blank = [
        pair_name(one, letters)
        for one in report.pairs
        if one.verdict is Verdict.NOT_COMPARABLE and one.annotations
    ]
    if blank:
        yield _("Whether %(pairs)s are one animal: their photos show no coat that could agree.") % {
            "pairs": listed(blank)
        }
    if unsettled:
        yield _(
            "Whether %(pairs)s are one animal from their photos alone: the llr lies between "
            "%(least)s and %(most)s."
        ) % {
            "pairs": listed(unsettled),
            "least": signed(-report.same),
            "most": signed(report.same),
        }
    speaking = {number for one in of.pairs for number in one.annotations}
    photos = [photo for one in of.encounters for photo in one.photos]
    unsure = [p.name for p in photos if p.annotation.id in speaking and doubted(p.annotation)]
    if unsure:
        yield _(
            "Whether the stated flank of %(photos)s is right: the network sees the other one. What "
            "is said of their pairs rests on what was stated."
        ) % {"photos": listed(unsure)}
    yield _(
        "Which of the partitions is true: it says how probable each is, under the stated prior."
    )
    yield ngettext(
        "Anything stronger than an llr of ±%(bound)s for a pair, because no more than %(num)s "
        "individual calibrated it.",
        "Anything stronger than an llr of ±%(bound)s for a pair, because no more than %(num)s "
        "individuals calibrated it.",
        of.calibrator.individuals,
    ) % {"bound": decimal(report.bound, 2), "num": number(of.calibrator.individuals)}


def doubted(seen: AnnotationOut) -> bool:
    """The network is sure of the flank that was not stated."""
    return seen.estimated_flank is not None and not seen.flank.comparable_with(seen.estimated_flank)


def pair_name(one: CasePairOut, letters: Letters) -> str:
    """The letters of both encounters."""
    return "\N{EN DASH}".join(letters[number] for number in one.encounters)


def limits(of: DossierContentOut) -> Iterator[str]:
    """What the numbers mean and what they do not, in plain words."""
    yield _(
        "An llr is the log10 of a likelihood ratio: how many times more probable what the photos "
        "show is if both are the same leopard than if they are different ones. It is not the "
        "probability that they are the same; that needs a prior, too."
    )
    yield _(
        "The verdict is “same” from an llr of %(same)s, “different” from %(different)s, "
        "“inconclusive” between them, and “not comparable”, with an llr of 0, where no two photos "
        "can show the same flank, or none shows coat that could agree."
    ) % {"same": signed(of.report.same), "different": signed(-of.report.same)}
    yield _fitted(of)
    if of.tested is None:
        yield _("This calibrator has no test results: how often it misleads is not known.")
    yield _(
        "The interval of an llr says how far it would move had other individuals calibrated it. It "
        "does not cover photos, animals or cameras unlike those of the calibration."
    )
    if any(one.settle for one in of.report.pairs):
        yield _(
            "What would settle a pair is counted over all tested pairs of such grades, not over "
            "pairs that were as open as this one: a pair that stayed open may stay so more often."
        )
    yield ngettext(
        "%(num)s individual calibrated it, so no llr beyond ±%(bound)s is claimed, whatever the "
        "photos show.",
        "%(num)s individuals calibrated it, so no llr beyond ±%(bound)s is claimed, whatever the "
        "photos show.",
        of.calibrator.individuals,
    ) % {"num": number(of.calibrator.individuals), "bound": decimal(of.calibrator.bound, 2)}
    yield _(
        "Of each flank the two photos of two encounters that agree best speak, beside what all of "
        "them could have shown, as in the calibration. The photos of one encounter are no "
        "independent witnesses, its two flanks are taken for such."
    )
    yield _(
        "The network knows the flanks of leopards. Heads, cubs, melanistic animals and other "
        "species are outside what it was made for. The flank is taken as stated."
    )
    yield _("Poor photos prove little: see the grade of each photo and the reasons for it.")


def _fitted(of: DossierContentOut) -> str:
    fitted = of.calibrator.fitted_on
    if fitted is None:
        words = _("No card says what the calibrator %(calibrator)s was fitted on.")
    elif "synthetic" in fitted:
        words = _(
            "The calibrator %(calibrator)s was fitted on simulated animals (%(data)s), not on "
            "photographs of leopards. What it did on photographs stands in docs/evaluation.md of "
            "the program."
        )
    else:
        words = _("The calibrator %(calibrator)s was fitted on: %(data)s.")
    return words % {"calibrator": of.calibrator.id, "data": fitted}


def cite(record: DossierOut) -> str:
    """How to quote the dossier."""
    of = record.content
    return _(
        "Dossier of the case “%(case)s”, %(day)s. %(software)s, network %(model)s, calibrator "
        "%(calibrator)s. SHA-256 of its content: %(digest)s."
    ) % {
        "case": of.report.case.name,
        "day": day(record.made_at),
        "software": of.software,
        "model": of.model.id,
        "calibrator": of.calibrator.id,
        "digest": record.digest,
    }
