"""Which torch should `make` install here? Prints the options that pip needs for it.

Without an NVIDIA card on Linux the small one for CPUs (0.2 GB instead of 3), from the index of its
makers; where that index is not reached, the one of the ordinary index. Says on stderr what is
downloaded. Runs before anything is installed, with Python's own library only.
"""

import argparse
import shutil
import sys
from urllib.error import URLError
from urllib.request import urlopen

CPU_INDEX = "https://download.pytorch.org/whl/cpu/"
PATIENCE_S = 5.0
SMALL = "the torch for CPUs, about 0.2 GB, and some smaller packages"
LARGE = "the torch for NVIDIA cards, about 3 GB, and some smaller packages"


def reached(address: str) -> bool:
    """Whether an index answers."""
    try:
        with urlopen(address, timeout=PATIENCE_S):  # noqa: S310  an address of ours
            return True
    except (URLError, OSError):
        return False


def choice(wanted: str, index: str = CPU_INDEX) -> tuple[list[str], str]:
    """The options for pip, and what is downloaded, in a sentence.

    wanted: "cpu", "cuda", or "auto" for what this computer can use.
    """
    if not sys.platform.startswith("linux"):
        return [], f"Downloading {SMALL}, as far as they are not kept."
    small = wanted == "cpu" or (wanted == "auto" and shutil.which("nvidia-smi") is None)
    if not small:
        return [], f"Downloading {LARGE}, as far as they are not kept."
    if not reached(index):
        return [], f"{index} is not reached. Downloading {LARGE}, as far as they are not kept."
    return ["--extra-index-url", index], f"Downloading {SMALL}, as far as they are not kept."


def main() -> None:
    """Print the options, and the sentence on stderr."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("torch", choices=("auto", "cpu", "cuda"), nargs="?", default="auto")
    options, words = choice(parser.parse_args().torch)
    print(*options)
    print(words, file=sys.stderr)


if __name__ == "__main__":
    main()
