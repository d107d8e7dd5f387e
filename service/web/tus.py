"""The words of tus 1.0, by which files arrive in pieces."""

ARRIVING_FILES = "/api/v1/arriving-files"
TUS = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
STREAM = "application/offset+octet-stream"
HEADERS = {"tus-resumable": TUS, "tus-version": TUS}
"""Of every answer there."""


def brings_bytes(path: str) -> bool:
    """Whether the body of a request to this path is a part of a file."""
    return path.startswith(f"{ARRIVING_FILES}/")
