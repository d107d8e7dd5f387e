"""Every photo below a folder against the catalogue: one row each in results.csv and results.jsonl.

Run it again after an interruption and it goes on where it was. Exit code: 0 every photo was read
and answered, 1 some were not (their rows say why), 2 the command itself cannot work.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from reid.archive.journal import PhotoRow
from reid.archive.run import Summary, identify_archive
from reid.errors import ReidError
from reid.types import Flank
from service.operations.client import open_catalogue


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="photos, in any depth of subfolders")
    parser.add_argument(
        "--catalogue", required=True, help="URL of a service, or a data folder such as var"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument(
        "--flank",
        type=Flank,
        default=Flank.UNKNOWN,
        choices=list(Flank),
        help="side of the animals that the photos show; unknown tries both",
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="do not ask again where only the catalogue or the model has changed since",
    )
    parser.add_argument(
        "--token",
        default=os.environ.get("REID_TOKEN", ""),
        help="of a service that asks for a login; better in the environment variable REID_TOKEN",
    )
    parser.error = usage  # type: ignore[method-assign]
    return parser.parse_args()


def usage(message: str) -> NoReturn:
    """One line, exit code 2."""
    print(f"identify_archive.py: error: {message}", file=sys.stderr)
    raise SystemExit(2)


def bar(rows: Iterator[PhotoRow], total: int, done: int) -> Iterable[PhotoRow]:
    """A progress bar with rate and time left."""
    return tqdm(rows, total=total, initial=done, unit="photo", smoothing=0.05)


def report(summary: Summary, out: Path) -> None:
    """What became of the photos."""
    counts = ", ".join(f"{n} {status.value}" for status, n in sorted(summary.statuses.items()))
    print(f"{sum(summary.statuses.values())} photos: {counts}")
    print(f"{summary.earlier} rows kept from an earlier run; {summary.others} other files skipped")
    for folder in summary.closed:
        print(f"cannot be listed: {folder}", file=sys.stderr)
    print(f"results: {out / 'results.csv'}, {out / 'results.jsonl'}")


def main() -> int:
    """Run it."""
    options = arguments()
    try:
        summary = identify_archive(
            options.folder,
            options.out,
            open_catalogue(options.catalogue, options.token),
            flank=options.flank,
            keep=options.keep,
            progress=bar,
        )
    except (ReidError, ConnectionError) as error:
        usage(str(error))
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    report(summary, options.out)
    return 0 if summary.complete else 1


if __name__ == "__main__":
    sys.exit(main())
