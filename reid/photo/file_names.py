"""What the name of a file says: a photo, or something that systems leave beside them."""

import re
from pathlib import PurePosixPath

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif"})
OF_SYSTEMS = frozenset(
    {"$recycle.bin", "system volume information", "@eadir", "#recycle", "lost+found"}
)
"""Folders of operating systems and network drives, in small letters; their photos are nobody's."""
FILES_OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
COUNTED = re.compile(
    r"(?<!\d)(?<!-WA)(\d{4,5})(?:[ _-]?\(\d{1,3}\))?$", re.IGNORECASE
)  # IMG_0123, RCNX0123, 0123 (1); a messenger's -WA0001 counts what it sends


def is_of_a_system(name: str) -> bool:
    """Whether a file, or a folder above it, is hidden or an operating system's own."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in "./.."]
    return any(map(is_system_folder, parts)) or (
        bool(parts) and parts[-1].lower() in FILES_OF_SYSTEMS
    )


def is_system_folder(part: str) -> bool:
    """Whether one part of a path is hidden, or a folder of an operating system."""
    return part.startswith(".") or part.lower() in OF_SYSTEMS


def is_photo(name: str) -> bool:
    """Whether a file's name says that it is a photo, and not a hidden one."""
    return not is_of_a_system(name) and PurePosixPath(name).suffix.lower() in SUFFIXES


def number_in(name: str) -> int | None:
    """The camera's count at the end of a file name: 123 of IMG_0123.JPG; None where none is."""
    match = COUNTED.search(PurePosixPath(name.replace("\\", "/")).stem)
    return int(match[1]) if match else None
