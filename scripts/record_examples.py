"""Record the examples of the API from the demo: one of everything that a route takes or answers."""

import argparse
from pathlib import Path

from service.operations.recording import record

EXAMPLES = Path(__file__).parent.parent / "service" / "web" / "examples.json"


def main() -> None:
    """Paint half a demo, embed it with the released network, call the routes, write one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=EXAMPLES, help="JSON, examples by model")
    options = parser.parse_args()
    print(f"{record(options.out)} examples in {options.out}")


if __name__ == "__main__":
    main()
