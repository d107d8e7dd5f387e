"""The validity certificate: what the llrs of one calibrator were worth on named photos."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reid.evidence.strata import Costs, KnownPair, PairStratum, PairTally, costs, strata_of
from reid.interchange.canonical import digest_of_json

EXCLUDED = (-1.0, -2.0)  # llr up to which a genuine pair counts as wrongly excluded
MISLED = (1.0, 2.0)  # llr from which an impostor pair counts as misleading
BIAS = 2.56  # points of population bias for a point of missed matches (Patton 2025)
FEW_MISSED = 0.1  # share of missed pairs up to which a bias is told; beyond it says nothing
FACTS = ("data", "date", "model", "calibrator", "command", "seed", "same", "encounters")
TALLIES = ("independent", "background", "flanks", "reviewers")


@dataclass(frozen=True, slots=True)
class CertifiedStratum:
    """The figures of one kind of pairs.

    name: as in `strata_of`. genuine, impostor: pairs. animals: in them. costs: Cllr and its parts
    in bits, with 95 % intervals over individuals. excluded: genuine pairs by `EXCLUDED`; misled:
    impostor pairs by `MISLED`. missed: genuine pairs below the threshold of `same`.
    """

    name: str
    genuine: int
    impostor: int
    animals: int
    costs: Costs
    excluded: Mapping[float, PairTally]
    misled: Mapping[float, PairTally]
    missed: PairTally

    @property
    def bias(self) -> float | None:
        """Points of population bias that the missed genuine pairs stand for.

        None of no pairs, and where more than `FEW_MISSED` of them are missed: most of those are
        left open and not called different, and people decide what becomes of them in a count.
        """
        share = self.missed.share
        return None if share is None or share > FEW_MISSED else BIAS * 100 * share


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was measured, on what, by what.

    date: ISO 8601. same: llr from which the machine says `same`. encounters: that were compared.
    strata: the first is of all pairs that can be compared.
    independent: genuine pairs that were decided with no llr in view. background: crops without an
    animal whose |llr| is above 0.1; flanks: pairs of left with right flank whose llr is not 0;
    reviewers: wrong answers of observers on pairs whose truth was hidden from them; None where it
    was not measured. decisions: that had been taken in the catalogue; None for a data set.
    """

    data: str
    date: str
    model: str
    calibrator: str
    command: str
    seed: int
    same: float
    encounters: int
    strata: tuple[CertifiedStratum, ...]
    independent: PairTally | None = None
    background: PairTally | None = None
    flanks: PairTally | None = None
    reviewers: PairTally | None = None
    decisions: int | None = None

    @property
    def whole(self) -> CertifiedStratum:
        """The figures of all pairs."""
        return self.strata[0]

    @property
    def digest(self) -> str:
        """SHA-256, hex, of all that it says; see `digest_of_json`."""
        return digest_of_json(_content(self))


def certified_strata(
    pairs: Sequence[KnownPair], *, same: float, seed: int
) -> tuple[CertifiedStratum, ...]:
    """The figures of all pairs, and of their parts as in `strata_of`.

    same: llr from which the machine says `same`. seed: of the intervals.
    """
    return tuple(certified_stratum(part, same=same, seed=seed) for part in strata_of(pairs))


def certified_stratum(
    stratum: PairStratum, *, same: float, seed: int, draws: int = 500, refits: int = 100
) -> CertifiedStratum:
    """The figures of one stratum. draws, refits: of the intervals."""
    ours, theirs = np.asarray(stratum.genuine), np.asarray(stratum.impostor)
    return CertifiedStratum(
        name=stratum.title,
        genuine=len(ours),
        impostor=len(theirs),
        animals=stratum.individuals or 0,
        costs=costs(stratum, seed=seed, draws=draws, refits=refits),
        excluded={at: PairTally(int((ours <= at).sum()), len(ours)) for at in EXCLUDED},
        misled={at: PairTally(int((theirs >= at).sum()), len(theirs)) for at in MISLED},
        missed=PairTally(int((ours < same).sum()), len(ours)),
    )


def content(certificate: Certificate) -> dict[str, Any]:
    """The certificate as JSON knows it, with its digest. Shares lie in [0, 1].

    What was not measured is null, and so is a bias that would say nothing.
    """
    return {**_content(certificate), "digest": certificate.digest}


def _content(certificate: Certificate) -> dict[str, Any]:
    return {
        **{name: getattr(certificate, name) for name in (*FACTS, "decisions")},
        **{name: _tally(getattr(certificate, name)) for name in TALLIES},
        "strata": [_stratum(stratum) for stratum in certificate.strata],
    }


def _stratum(stratum: CertifiedStratum) -> dict[str, Any]:
    return {
        "name": stratum.name,
        "genuine": stratum.genuine,
        "impostor": stratum.impostor,
        "animals": stratum.animals,
        **{key: getattr(stratum.costs, key) for key in ("cllr", "cllr_min", "cllr_cal")},
        "intervals": {key: list(ends) for key, ends in stratum.costs.intervals.items()},
        "excluded": {f"{at:g}": _tally(tally) for at, tally in stratum.excluded.items()},
        "misled": {f"{at:g}": _tally(tally) for at, tally in stratum.misled.items()},
        "missed": _tally(stratum.missed),
        "bias": stratum.bias,
    }


def _tally(tally: PairTally | None) -> dict[str, Any] | None:
    if tally is None or not tally.of:
        return None
    return {"count": tally.count, "of": tally.of, "share": tally.share}


def write_json(certificate: Certificate, path: Path) -> None:
    """Write the certificate as JSON, as a whole: nobody reads half of one."""
    written = json.dumps(content(certificate), indent=2, allow_nan=False, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(written + "\n", encoding="utf-8")
    beside.replace(path)


def read_json(data: bytes) -> Certificate:
    """A certificate that `write_json` wrote.

    Raises ValueError for anything else, and for one that was changed afterwards.
    """
    try:
        values = json.loads(data)
        fields: dict[str, Any] = {name: values[name] for name in (*FACTS, "decisions")}
        fields |= {name: _tally_of(values[name]) for name in TALLIES}
        certificate = Certificate(**fields, strata=tuple(map(_stratum_of, values["strata"])))
        stated, length = values["digest"], len(certificate.strata)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no certificate: {error!r}") from error
    if not length or stated != certificate.digest:
        raise ValueError("the digest is not that of what the certificate says")
    return certificate


def _stratum_of(values: Mapping[str, Any]) -> CertifiedStratum:
    intervals = {key: (low, high) for key, (low, high) in values["intervals"].items()}
    return CertifiedStratum(
        **{name: values[name] for name in ("name", "genuine", "impostor", "animals")},
        costs=Costs(values["cllr"], values["cllr_min"], values["cllr_cal"], intervals),
        excluded={float(at): _known(tally) for at, tally in values["excluded"].items()},
        misled={float(at): _known(tally) for at, tally in values["misled"].items()},
        missed=_known(values["missed"]),
    )


def _tally_of(values: Mapping[str, Any] | None) -> PairTally | None:
    return _known(values) if values else None


def _known(values: Mapping[str, Any] | None) -> PairTally:
    return PairTally(values["count"], values["of"]) if values else PairTally(0, 0)
