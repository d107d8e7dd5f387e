"""An archive against the catalogue: the command `leopard-reid archive`, under its older name.

Run it again after an interruption and it goes on where it was. Exit code: 0 every frame was read
and answered, 1 some were not (their rows say why), 2 the command itself cannot work.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from reid.errors import ReidError
from reid.types import Flank
from service.operations.archive import ArchiveRequest, run, summary
from service.settings import read_settings


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
    parser.add_argument("--pattern", default="", help='what folders mean: "{station}/{camera}"')
    parser.add_argument("--detections", type=Path, help="JSON of MegaDetector")
    parser.add_argument("--clocks", type=Path, help="CSV: station, camera, from, until, error")
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: one a core, up to 4")
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
        help="do not ask again where only the catalogue has changed since",
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


def main() -> int:
    """Run it."""
    options = arguments()
    try:
        finished = run(ArchiveRequest(**vars(options)), read_settings())
    except (ReidError, ConnectionError) as error:
        usage(str(error))
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    for line in summary(finished):
        print(line)
    return 0 if finished.result.complete else 1


if __name__ == "__main__":
    sys.exit(main())
