"""Backups of a catalogue that is being written, restored and compared; and every damage tried.

A writer uploads small synthetic photos through the service's own intake while the real command
`leopard-reid backup` runs. Every state is restored into an empty folder and compared with the rows
and the bytes that went in. Then each damage is done to a catalogue or to a backup, and what the
commands say is printed. Exit code 1 where anything differs, is lost, or is not noticed.
"""

import argparse
import hashlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Thread

import numpy as np
from PIL import Image
from results import keep
from typer.testing import CliRunner

from reid.errors import ReidError
from service.__main__ import app
from service.photos.intake import Intake
from service.photos.statements import Statements
from service.settings import Settings
from service.store.claiming import claim
from service.store.database import Database
from service.store.files import MARKER, PhotoFiles

AT_ONCE = 20  # files of one upload


@dataclass
class Tried:
    """What was checked so far. sources: SHA-256 of every photo by its id, as it was sent."""

    sources: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def check(self, what: str, right: bool) -> None:
        """Print whether something is as it must be."""
        print(f"{'ok   ' if right else 'WRONG'} {what}", flush=True)
        if not right:
            self.failed.append(what)


def photo(seed: int, number: int) -> bytes:
    """A small JPEG that no other seed and number make."""
    spots = np.random.default_rng([seed, number]).integers(0, 255, (6, 9, 3), np.uint8)
    out = BytesIO()
    Image.fromarray(spots).resize((72, 48), Image.Resampling.BICUBIC).save(out, "JPEG")
    return out.getvalue()


def upload(settings: Settings, tried: Tried, seed: int, numbers: range, seconds: float = 0) -> None:
    """Bring photos in as the service does, some at a time, over at least this many seconds."""
    database, files = Database(settings.database), PhotoFiles(settings.photos)
    claim(database, files, settings.data_dir)
    intake = Intake(database, files, settings)
    for start in numbers[::AT_ONCE]:
        time.sleep(seconds * AT_ONCE / len(numbers))
        batch = range(start, min(start + AT_ONCE, numbers.stop))
        sent = {f"{n}.jpg": photo(seed, n) for n in batch}
        result = intake.accept(list(sent.items()), Statements(station=f"S{start % 7}"))
        for file in result.files:
            data = sent[file.file_name]
            tried.sources[str(file.photo_id)] = hashlib.sha256(data).hexdigest()
    database.close()


def said(*words: object) -> tuple[int, str]:
    """Exit code and text of a command of ours."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    error = str(done.exception) if isinstance(done.exception, ReidError) else ""
    lines = [line for line in (done.output + error).splitlines() if "photo/s" not in line]
    return done.exit_code, "\n".join(lines)


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of a SQLite file."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        named = "SELECT name FROM sqlite_master WHERE type='table' ORDER BY name"
        names = [name for (name,) in database.execute(named)]
        return {n: sorted(database.execute(f'SELECT * FROM "{n}"'), key=repr) for n in names}  # noqa: S608


def compare(tried: Tried, state: Path, folder: Path) -> int:
    """Compare a restored catalogue with the state and with what was sent; how many photos."""
    restored = rows(folder / "reid.sqlite3")
    tried.check(f"{state.name}: every row is back", restored == rows(state / "database.sqlite3"))
    ids = [str(row[0]) for row in restored["photo"]]
    store = PhotoFiles(str(folder / "photos"))
    sent = {one: tried.sources.get(one) for one in ids}
    there = {one: hashlib.sha256(store.get(one)).hexdigest() for one in ids}
    tried.check(f"{state.name}: {len(ids)} photos, each as it was sent", there == sent)
    return len(ids)


def backups_while_writing(
    tried: Tried, settings: Settings, kept: Path, options: argparse.Namespace
) -> float:
    """Half of the photos, then the others while the command runs again and again; seconds a run."""
    photos, seed = options.photos, options.seed
    upload(settings, tried, seed, range(photos // 2))
    others = range(photos // 2, photos)
    writer = Thread(target=upload, args=(settings, tried, seed, others, options.spread))
    seconds, writing = [], 0
    while writer.ident is None or writer.is_alive():
        if writer.ident is None:
            writer.start()
        command = [sys.executable, "-m", "service", "backup", str(kept)]
        began = time.monotonic()
        done = subprocess.run(
            [*command, "--data-dir", str(settings.data_dir), "--keep", "3"], check=False
        )
        seconds.append(time.monotonic() - began)
        writing += writer.is_alive()
        tried.check("backup beside the writer", done.returncode == 0)
    tried.check(f"{writing} backups ended while photos were still coming in", writing > 0)
    tried.check("the last backup", said(*command[3:], "--data-dir", settings.data_dir)[0] == 0)
    return max(seconds)


def first_photo(folder: Path) -> Path:
    """A photo file of a store."""
    return next(path for path in sorted(folder.glob("*/*")) if path.is_file())


def overwrite(file: Path, at: int, data: bytes) -> None:
    """Write bytes into a file."""
    with file.open("rb+") as opened:
        opened.seek(at)
        opened.write(data)


def run_sql(folder: Path, statement: str) -> None:
    """Change the database behind the service's back."""
    with closing(sqlite3.connect(folder / "reid.sqlite3")) as database, database:
        database.execute(statement)


def zero_page(folder: Path) -> None:
    """Overwrite the first page of the table of claims."""
    with closing(sqlite3.connect(folder / "reid.sqlite3")) as database:
        where = "SELECT rootpage FROM sqlite_master WHERE name = 'claim'"
        ((page,),) = database.execute(where).fetchall()
        ((size,),) = database.execute("PRAGMA page_size").fetchall()
    overwrite(folder / "reid.sqlite3", (page - 1) * size, b"\xff" * size)


def features_of_nobody(folder: Path) -> None:
    """Features of a model that is not installed."""
    run_sql(folder, "UPDATE annotation SET state = 'embedded' WHERE id = 1")
    run_sql(
        folder,
        "INSERT INTO embedding (annotation_id, model, vector) VALUES (1, 'lost@1', x'00')",
    )


def of_another(folder: Path) -> None:
    """Mark the store as another catalogue's."""
    (folder / "photos" / MARKER).write_text('{"catalogue": "another"}')


CATALOGUE: dict[str, Callable[[Path], object]] = {
    "a photo is missing": lambda at: first_photo(at / "photos").unlink(),
    "a photo is cut short": lambda at: first_photo(at / "photos").write_bytes(b"\xff\xd8"),
    "a photo has one other byte": lambda at: overwrite(first_photo(at / "photos"), 99, b"!"),
    "the database has 0 bytes": lambda at: (at / "reid.sqlite3").write_bytes(b""),
    "the database is missing": lambda at: (at / "reid.sqlite3").unlink(),
    "the head of the database is damaged": lambda at: overwrite(at / "reid.sqlite3", 0, b"x" * 99),
    "a page of the database is damaged": zero_page,
    "the photo store is not mounted": lambda at: shutil.rmtree(at / "photos"),
    "the photo store of another catalogue": of_another,
    "features of a missing model": features_of_nobody,
    "the schema of a newer release": lambda at: run_sql(
        at, "UPDATE alembic_version SET version_num = '0999'"
    ),
}
BACKUP: dict[str, Callable[[Path], object]] = {
    "its manifest was changed": lambda at: overwrite(at / "manifest.json", 20, b"9"),
    "its database is cut short": lambda at: (at / "database.sqlite3").write_bytes(b"SQLite"),
    "a photo of it is missing": lambda at: first_photo(at.parent.parent / "photos").unlink(),
    "a photo of it has other bytes": lambda at: overwrite(
        first_photo(at.parent.parent / "photos"), 99, b"!"
    ),
    "it was cut off while it was written": lambda at: at.rename(f"{at}.part"),
}
SEEN_BY_VERIFY_ONLY = {"photo is", "photo has", "page of", "features"}


def damage_catalogues(tried: Tried, folder: Path, kept: Path, scratch: Path) -> None:
    """Every damage on a copy of the catalogue: what verify says, what starting says, and repair."""
    for what, damage in CATALOGUE.items():
        copy = Path(shutil.copytree(folder, scratch / "damaged"))
        damage(copy)
        print(f"\n== {what}")
        code, text = said("verify", "--data-dir", copy)
        print(text)
        tried.check("verify: exit code 1 and a sentence", code == 1 and ": " in text)
        code, text = said("status", "--data-dir", copy)
        if not any(words in what for words in SEEN_BY_VERIFY_ONLY):
            print(f"status: {text.splitlines()[-1]}")
            tried.check("it is not opened", code == 1)
        if "photo is" in what or "photo has" in what:
            code, text = said("verify", "--repair-from", kept, "--data-dir", copy)
            tried.check("mended from the backup", code == 0 and "put back" in text)
        elif "mounted" in what or "database" in what:
            code, text = said("restore", kept, "--data-dir", copy)
            again = said("verify", "--data-dir", copy)[0]
            print(text.replace(str(scratch), ""))
            tried.check("restored, and verify finds nothing", code == again == 0)
        shutil.rmtree(copy)


def damage_backups(tried: Tried, folder: Path, kept: Path, scratch: Path) -> None:
    """Every damage on a copy of the backup: refused, and the catalogue as it was."""
    before = rows(folder / "reid.sqlite3")
    for what, damage in BACKUP.items():
        copy = Path(shutil.copytree(kept, scratch / "kept"))
        states = sorted((copy / "states").iterdir())
        for old in states[:-1]:
            shutil.rmtree(old)
        damage(states[-1])
        print(f"\n== the backup: {what}")
        code, text = said("restore", copy, "--data-dir", folder)
        print(text.replace(str(scratch), ""))
        same = rows(folder / "reid.sqlite3") == before
        untouched = same and not (folder / "restore-points").exists()
        tried.check("refused, and nothing was touched", code == 1 and untouched)
        shutil.rmtree(copy)


def main() -> int:
    """Run everything; 1 where something was lost or not noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spread", type=float, default=60, help="seconds of the second half")
    options = parser.parse_args()
    began, tried = time.monotonic(), Tried()
    with tempfile.TemporaryDirectory() as scratch:
        at = Path(scratch)
        settings, kept = Settings(_env_file=None, data_dir=at / "var"), at / "backup"
        longest = backups_while_writing(tried, settings, kept, options)
        states = sorted((kept / "states").iterdir())
        for state in states:
            target = at / f"restored-{state.name}"
            restored = ("restore", kept, "--state", state.name, "--data-dir", target)
            tried.check(f"{state.name}: restored", said(*restored)[0] == 0)
            last = compare(tried, state, target)
        tried.check(f"all {options.photos} photos are in the last state", last == options.photos)
        damage_catalogues(tried, at / f"restored-{states[-1].name}", kept, at)
        damage_backups(tried, settings.data_dir, kept, at)
    damages = len(CATALOGUE) + len(BACKUP)
    figures: dict[str, object] = {"seed": options.seed, "photos": options.photos}
    figures |= {"states restored": len(states), "damages": damages, "wrong": len(tried.failed)}
    figures |= {"longest backup, s": round(longest, 1), "seconds": round(time.monotonic() - began)}
    print()
    for name, value in figures.items():
        print(f"{name:20} {value:>8}")
    keep("backup", figures)
    return 1 if tried.failed else 0


if __name__ == "__main__":
    sys.exit(main())
