"""What a dossier says in sentences: the answer, what stays open, the limits, how to cite it."""

from collections.abc import Iterator, Sequence
from string import ascii_uppercase

from reid.identify.movement import Span
from reid.identify.partitions import WeighedPartition
from reid.interchange.great_circle import Position
from reid.interchange.obscuring import Telling
from reid.types import Verdict
from service.calibration.card_words import filled, fitted_on, trained_on
from service.calibration.view import of_individuals
from service.cases.report import CasePair, CaseReport
from service.cases.report_view import unjudged
from service.dossier.record import Dossier
from service.store.photos import Annotation
from service.web.languages import gettext as _
from service.web.languages import ngettext, pgettext
from service.web.quantities import percent
from service.web.species import Species
from service.web.words import (
    clock,
    day,
    decimal,
    general,
    leaning,
    listed,
    meaning,
    number,
    when,
)
from service.web.words import limits as limits_of
from service.web.words import signed as signed_to

Line = tuple[str, str]
PLACES = 2  # decimals of an llr
TIED = 0.005
WORTH_SAYING = 0.05


def signed(llr: float) -> str:
    """An llr as a document quotes it: two decimals, so that it does not round over a threshold."""
    return signed_to(llr, PLACES)


def interval(ends: tuple[float, float]) -> str:
    """An interval as a document quotes it: "[+0.90, +1.60]"."""
    return f"[{signed(ends[0])}, {signed(ends[1])}]"


def facts(record: Dossier, digest: str) -> Iterator[Line]:
    """Who made it, with what: the table at the top."""
    model, calibrator, case = record.model, record.calibrator, record.report.case
    moment = {"moment": f"{when(record.made_at)} UTC", "software": record.software}
    yield _("Made"), _("%(moment)s, by %(software)s") % moment
    opened = _("number %(number)s, opened %(day)s, %(state)s")
    number_of = {"number": case.id, "day": day(case.created_at), "state": _closed(record)}
    yield _("Case"), opened % number_of
    yield _("Species"), Species(record.species).words
    yield _("Network"), _card(model.id, model.licence)
    if model.trained_on:
        yield _("Trained on"), trained_on(model.trained_on)
    if model.sha256:
        yield _("Weights, SHA-256"), model.sha256
    yield _("Calibrator"), _card(calibrator.id, calibrator.licence)
    fitted = ngettext(
        "%(data)s (%(num)s individual)", "%(data)s (%(num)s individuals)", calibrator.individuals
    )
    values = {"data": fitted_on(calibrator.fitted_on), "num": number(calibrator.individuals)}
    yield _("Fitted on"), filled(fitted, values)
    bound = _("±%(bound)s, log10 of %(individuals)s")
    yield (
        _("Strongest weight of evidence"),
        bound
        % {
            "bound": decimal(calibrator.bound, 2),
            "individuals": of_individuals(calibrator.individuals),
        },
    )
    yield _("Digest of the content"), digest


def _card(name: str, licence: str | None) -> str:
    words = _("%(name)s, licence %(licence)s") if licence else _("%(name)s, without a card")
    return words % {"name": name, "licence": licence}


def _closed(record: Dossier) -> str:
    closed = record.report.case.closed_at
    return _("closed %(day)s") % {"day": day(closed)} if closed else pgettext("case", "open")


def unfinished(record: Dossier) -> str:
    """A warning while photos wait for the worker; else nothing."""
    references = [r for member in record.report.members for r in member.detail.references]
    waiting = sum(reference.annotation.state == "pending" for reference in references)
    if not waiting:
        return ""
    return ngettext(
        "%(num)s photo is not ready yet: what is said here may change.",
        "%(num)s photos are not ready yet: what is said here may change.",
        waiting,
    ) % {"num": number(waiting)}


def answer(report: CaseReport) -> str:
    """The most probable partition, with the prior it rests on."""
    if report.partitions is None or len(report.members) < 2:
        return _("The case has fewer than two encounters: there is nothing to compare.")
    best, second = report.partitions.partitions[:2]
    if best.probability - second.probability < TIED:
        words = _(
            "No answer stands out: after looking, the two most probable ways to sort the "
            "encounters into animals have the probabilities %(best)s and %(second)s."
        ) % {"best": percent(best.probability), "second": percent(second.probability)}
        return f"{words} {_rests(report)}"
    words = _(
        "The most probable answer is that %(answer)s. After looking, its probability is %(share)s."
    ) % {"answer": _sorted(best), "share": percent(best.probability)}
    if second.probability >= WORTH_SAYING:
        following = _("The next is that %(answer)s, with %(share)s.")
        values = {"answer": _sorted(second), "share": percent(second.probability)}
        words = f"{words} {following % values}"
    return f"{words} {_rests(report)}"


def _sorted(partition: WeighedPartition) -> str:
    """A partition as half a sentence."""
    blocks, encounters = partition.blocks, len(partition.partition)
    if len(blocks) == 1:
        if encounters == 2:
            return _("both encounters show one animal")
        one_of_all = ngettext(
            "all %(num)s encounter shows one animal",
            "all %(num)s encounters show one animal",
            encounters,
        )
        return one_of_all % {"num": encounters}
    if len(blocks) == encounters:
        if encounters == 2:
            return _("both encounters show different animals")
        all_differ = ngettext(
            "all %(num)s encounter shows different animals",
            "all %(num)s encounters show different animals",
            encounters,
        )
        return all_differ % {"num": encounters}
    return "; ".join(map(_one_animal, blocks))


def _rests(report: CaseReport) -> str:
    words = _(
        "This rests on the photos, and on what was taken for probable before looking (the prior): "
        "that any two encounters of the case are one animal with a probability of %(together)s."
    ) % {"together": general(report.case.together)}
    return f"{words} {_apart(report)}"


def _apart(report: CaseReport) -> str:
    """What is no part of the answer."""
    if report.case.movement_prior and not report.telling.exact:
        return _(
            "Place and time, which are part of the prior of this case, are left out here: they "
            "would tell where cameras stand. The decisions of people are no part of it."
        )
    if report.weighs_movement:
        return _(
            "Place and time are part of the prior, as this case wants it, and of no "
            "weight of evidence; section 5 shows all three numbers. The decisions of "
            "people are no part of it."
        )
    return _("Neither place and time nor the decisions of people are part of it.")


def _one_animal(block: Sequence[int]) -> str:
    words = (
        _("%(letters)s are one animal")
        if len(block) > 1
        else _("%(letters)s is an animal of its own")
    )
    return words % {"letters": listed([ascii_uppercase[n] for n in block])}


def in_short(pair: CasePair, report: CaseReport) -> str:
    """One pair in one line."""
    name, evidence = pair.name, pair.says.evidence
    if pair.says.best is None:
        return _("%(pair)s: not comparable, weight of evidence 0.") % {"pair": name}
    llr = _("weight of evidence %(llr)s") % {"llr": signed(evidence.llr)}
    llr = f"{llr} {interval(evidence.interval)}"
    return f"{name}: {leaning(evidence)}, {llr}; {meant(pair, report)}"


def meant(pair: CasePair, report: CaseReport) -> str:
    """An llr in words, with its bound where it stands there."""
    llr = pair.says.evidence.llr
    words = _("what the photos show is %(meaning)s.") % {"meaning": meaning(llr)}
    claim = limits_of(llr, report.bound)
    return f"{words[:-1]}, {claim}." if claim else words


def cannot(record: Dossier) -> Iterator[str]:
    """What stays open, from the particular to the general."""
    report = record.report
    yield from unjudged(report)
    nothing = [pair.name for pair in report.pairs if pair.says.best is None]
    if nothing:
        yield _(
            "Whether %(pairs)s are one animal: no two photos show the same flank, and left and "
            "right rosettes are different patterns."
        ) % {"pairs": listed(nothing)}
    if blank := _compared(report, Verdict.NOT_COMPARABLE):
        yield _("Whether %(pairs)s are one animal: their photos show no coat that could agree.") % {
            "pairs": listed(blank)
        }
    if unsettled := _compared(report, Verdict.INCONCLUSIVE):
        yield _(
            "Whether %(pairs)s are one animal from their photos alone: the weight of "
            "evidence lies between %(least)s and %(most)s."
        ) % {
            "pairs": listed(unsettled),
            "least": signed(-report.same),
            "most": signed(report.same),
        }
    if unsure := _doubted_photos(record):
        yield _(
            "Whether the stated flank of %(photos)s is right: the network sees the other one. What "
            "is said of their pairs rests on what was stated."
        ) % {"photos": listed(unsure)}
    yield _(
        "Which way to sort the encounters is true: it says how probable each is, "
        "with what was taken for probable before looking."
    )
    yield ngettext(
        "Anything stronger than a weight of evidence of ±%(bound)s for a pair, "
        "because no more than %(num)s individual calibrated it.",
        "Anything stronger than a weight of evidence of ±%(bound)s for a pair, "
        "because no more than %(num)s individuals calibrated it.",
        record.calibrator.individuals,
    ) % {"bound": decimal(report.bound, 2), "num": number(record.calibrator.individuals)}


def _compared(report: CaseReport, verdict: Verdict) -> list[str]:
    """The pairs with this verdict of which photos were compared."""
    pairs = [pair for pair in report.pairs if pair.says.best]
    return [pair.name for pair in pairs if pair.says.evidence.verdict is verdict]


def _doubted_photos(record: Dossier) -> list[str]:
    """The photos that speak although the flank that was stated of them is in doubt."""
    speaking = {number for best in record.speaking.values() for number in best.annotations}
    photos = [photo for encounter in record.encounters for photo in encounter.photos]
    return [
        photo.name
        for photo in photos
        if photo.reference.annotation.id in speaking and doubted(photo.reference.annotation)
    ]


def doubted(annotation: Annotation) -> bool:
    """The network is sure of the flank that was not stated."""
    estimated = annotation.estimated_flank
    return estimated is not None and not annotation.flank.comparable_with(estimated)


def limits(record: Dossier) -> Iterator[str]:
    """What the numbers mean and what they do not, in plain words."""
    yield _(
        "A weight of evidence is the log10 of a likelihood ratio: how many times "
        "more probable what the photos show is if both are the same leopard than if "
        "they are different ones. It is not the probability that they are the same; "
        "that depends also on what was probable before looking."
    )
    yield _(
        "The verdict is “same” from a weight of evidence of %(same)s, “different” "
        "from %(different)s, “not enough to decide” between them, and “not "
        "comparable”, with a weight of 0, where no two photos can show the same "
        "flank, or none shows coat that could agree."
    ) % {"same": signed(record.report.same), "different": signed(-record.report.same)}
    yield _fitted(record)
    if record.report.tested is None:
        yield _("This calibrator has no test results: how often it misleads is not known.")
    yield _(
        "The interval of a weight of evidence says how far it would move had other "
        "individuals calibrated it. It does not cover photos, animals or cameras "
        "unlike those of the calibration."
    )
    if any(pair.says.settle for pair in record.report.pairs):
        yield _(
            "What would settle a pair is counted over all tested pairs of such grades, not over "
            "pairs that were as open as this one: a pair that stayed open may stay so more often."
        )
    yield ngettext(
        "%(num)s individual calibrated it, so no weight of evidence beyond "
        "±%(bound)s is claimed, whatever the photos show.",
        "%(num)s individuals calibrated it, so no weight of evidence beyond "
        "±%(bound)s is claimed, whatever the photos show.",
        record.calibrator.individuals,
    ) % {"num": number(record.calibrator.individuals), "bound": decimal(record.calibrator.bound, 2)}
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


def _fitted(record: Dossier) -> str:
    fitted = record.calibrator.fitted_on
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
    return filled(words, {"calibrator": record.calibrator.id, "data": fitted_on(fitted)})


def cite(record: Dossier, digest: str) -> str:
    """How to quote the dossier. digest: of its content."""
    return _(
        "Dossier of the case “%(case)s”, %(day)s. %(software)s, network %(model)s, calibrator "
        "%(calibrator)s. SHA-256 of its content: %(digest)s."
    ) % {
        "case": record.report.case.name,
        "day": day(record.made_at),
        "software": record.software,
        "model": record.model.id,
        "calibrator": record.calibrator.id,
        "digest": digest,
    }


def span_words(span: Span) -> str:
    """From when to when."""
    if span.start == span.end:
        return when(span.start)
    if span.start.date() == span.end.date():
        return _("%(day)s, %(start)s to %(end)s") % {
            "day": day(span.start),
            "start": clock(span.start),
            "end": clock(span.end),
        }
    return _("%(start)s to %(end)s") % {"start": when(span.start), "end": when(span.end)}


def position_words(position: Position | None, telling: Telling) -> str:
    """Where, as far as that is told."""
    if telling.withheld:
        return _("withheld to protect the animal")
    shown = telling.position(position)
    if shown is None:
        return _("not recorded")
    if telling.squares is None:
        return f"{shown[0]:.5f}, {shown[1]:.5f}"
    return _("in a square of %(km)s km around %(position)s (coarse to protect the animal)") % {
        "km": telling.squares.km,
        "position": f"{shown[0]:.1f}, {shown[1]:.1f}",
    }
