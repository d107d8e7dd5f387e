"""Files of JSON as programs save them: with or without a byte order mark, in UTF-8 or UTF-16."""

import json
from pathlib import Path
from typing import Any

from reid.errors import BadDataset
from reid.interchange.locate import is_there


class JsonFileUnreadable(BadDataset, message="{path} cannot be read: {why}"): ...


def read_json(path: Path) -> Any:  # noqa: ANN401  whatever stands in it
    """The value of a file. Raises JsonFileUnreadable, and ValueError where it is no JSON."""
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise JsonFileUnreadable(path=path, why=error.strerror or str(error)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def json_of(path: Path) -> object:
    """The value of a JSON file, None for any other file, and where it cannot be read."""
    if path.suffix.casefold() != ".json" or not is_there(path):
        return None
    try:
        value: object = read_json(path)
    except (JsonFileUnreadable, ValueError):
        return None
    return value
