"""A JSON document as bytes that do not depend on who wrote it, and their digest."""

import hashlib
import json


def digest_of_json(values: object) -> str:
    """SHA-256, hex, of a value as UTF-8 JSON with sorted keys and without white space."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
