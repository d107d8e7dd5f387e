"""Files of JSON as programs save them: with or without a byte order mark, in UTF-8 or UTF-16."""

import json
from pathlib import Path
from typing import Any


def read_json(path: Path) -> Any:  # noqa: ANN401  whatever stands in it
    """The value of a file. Raises OSError, and ValueError where it is no JSON."""
    try:
        return json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def json_of(path: Path) -> object:
    """The value of a JSON file, None for any other file, and where it cannot be read."""
    if path.suffix.casefold() != ".json" or not path.is_file():
        return None
    try:
        value: object = read_json(path)
    except (OSError, ValueError):
        return None
    return value
