"""How long all encounters of a catalogue take to be sorted into animals, and how much memory.

Encounters, llrs and decisions are made up: five encounters an animal, two in five decided, twelve
nearest others compared. Prints one row a size.
"""

import argparse
import resource
import time

import numpy as np

from reid.types import Flank
from service.clusters.clustering import ClusteringFacts, clustered
from service.store.clusterings import CONTENT
from service.store.pairs import Maker, Measured


def facts(n: int, identities: int, seed: int) -> ClusteringFacts:
    """A catalogue of n encounters, of which people gave some to identities."""
    rng = np.random.default_rng(seed)
    animal = rng.integers(0, n // 5, n)
    llr: dict[tuple[int, int], float] = {}
    for encounter in range(n):
        kin = np.flatnonzero(animal == animal[encounter])
        for other in np.concatenate([kin, rng.integers(0, n, 12 - min(len(kin), 8))]).tolist():
            if encounter != other:
                same = animal[encounter] == animal[other]
                value = rng.normal(1.3, 0.9) if same else rng.normal(-1.2, 0.6)
                llr[min(encounter, other) + 1, max(encounter, other) + 1] = float(
                    np.clip(value, -2.4, 2.4)
                )
    decided = [
        encounter for encounter in range(n) if animal[encounter] < identities and rng.random() < 0.8
    ]
    flanks = [Flank.LEFT, Flank.RIGHT, Flank.UNKNOWN]
    shown = {
        encounter + 1: frozenset(
            flanks[k] for k in set(rng.choice(3, 2, p=[0.45, 0.45, 0.1]).tolist())
        )
        for encounter in range(n)
    }
    return ClusteringFacts(
        flanks=shown,
        measured=[Measured(pair, value, True, (1, 1)) for pair, value in llr.items()],
        identity_of={encounter + 1: int(animal[encounter]) for encounter in decided},
        standings={},
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1000, 2000, 5000])
    parser.add_argument("--identities", type=int, default=200)
    o = parser.parse_args()
    print(f"{'encounters':>10}{'pairs':>8}{'groups':>8}{'seconds':>9}{'MB':>7}{'JSON kB':>9}")
    for n in o.sizes:
        catalogue = facts(n, min(o.identities, n // 10), seed=1)
        begun = time.perf_counter()
        clustering = clustered(catalogue, Maker("made@1", "up@1"))
        spent = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = len(CONTENT.dump_json(clustering)) / 1000
        groups = len(clustering.clusters)
        print(
            f"{n:>10}{len(catalogue.measured):>8}{groups:>8}{spent:>9.1f}{peak:>7.0f}{size:>9.0f}"
        )


if __name__ == "__main__":
    main()
