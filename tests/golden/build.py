"""Makes the stored catalogue: `PYTHONPATH=.:tests python tests/golden/build.py`.

It was run once, at the last state before the move into rooms, and needs the modules of then.
"""

import io
import shutil
import sqlite3
import tarfile
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from conftest import paint
from fake_embedder import CALIBRATOR, MODEL, FakeEmbedder, fake_recognition
from logged_in import PASSWORD, account, cookie, token
from PIL import Image
from PIL.ExifTags import GPS, IFD
from starlette.testclient import TestClient

from reid.local import study
from reid.tested import Settling, Tested, TestedStratum, write_tested
from service.app import create_app
from service.engine import Engine, recognising
from service.settings import Settings
from service.store.calibration import Studied
from service.worker import Worker

ARCHIVE = Path(__file__).with_name("catalogue.tar.xz")
SITES = {"Ridge": (43.0, 54.0), "North spring": (43.1, 54.1835)}
FAR = "2099-01-01 00:00:00.000000"  # tokens and sessions of the fixture never expire
CAMERA = ("captured_at", "started_at", "ended_at")  # moments that stay


class Build:
    """One catalogue while it is made, through the API as far as there is one."""

    def __init__(self, folder: Path, weights: Path) -> None:
        settings = Settings(_env_file=None, data_dir=folder, weights_dir=weights, page_wait_s=60)
        self.app = create_app(settings, load=fake_recognition)
        self.parts, self.folder = self.app.state.parts, folder
        self.client = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=False)

    def post(self, address, **body):
        """The answer to JSON; anything but success is an error of this script."""
        return self._answer(self.client.post(f"/api/v1{address}", json=body))

    def patch(self, address, **body):
        return self._answer(self.client.patch(f"/api/v1{address}", json=body))

    def get(self, address):
        return self._answer(self.client.get(f"/api/v1{address}"))

    def form(self, address, **fields):
        answer = self.client.post(address, data=fields)
        assert answer.status_code == 303, (address, answer.status_code, answer.text[-800:])

    def _answer(self, answer):
        assert answer.is_success, (answer.request.url, answer.text)
        return answer.json()

    def upload(self, *photos, name="photo", **said):
        """Number of the encounter of these photos."""
        files = [("files", (f"{name}-{n}.jpg", one)) for n, one in enumerate(photos, 1)]
        made = self._answer(self.client.post("/api/v1/photos", files=files, data=said))
        return made["files"][0]["encounter_id"]

    def work(self):
        """All jobs to their end, comparisons and clusters among them."""
        parts, embedder = self.parts, FakeEmbedder()
        load = recognising(embedder, lambda *_: CALIBRATOR)
        engine = Engine(parts.database, parts.settings, parts.metrics, load=load)
        worker = Worker(
            parts.database, parts.files, parts.settings, embedder, name="builder", engine=engine
        )
        worker.beat()
        while worker.work():
            pass

    def decide(self, encounter, kind, **fields):
        """With what the machine says, where an identity is chosen."""
        if kind == "same":
            said = self.get(f"/encounters/{encounter}/candidates")
            best = {one["identity_id"]: one for one in said["candidates"]}
            if shown := best.get(fields["identity_id"]):
                fields |= {"llr": shown["llr"], "model": MODEL, "calibrator": CALIBRATOR.id}
        return self.post(f"/encounters/{encounter}/decisions", kind=kind, **fields)


def seen(animal, view, station, day, hour=22, flank="left", **look):
    """JPEG of an animal at a station; with its position where that is known."""
    size = look.get("size", (320, 160))
    when = f"{day.replace('-', ':')} {hour:02}:{view:02}:00" if day else ""
    data = paint(animal + (100 if flank == "right" else 0), view, size, when, "Bushnell 119")
    image = Image.open(io.BytesIO(data))
    exif = image.getexif()
    if "share" in look:  # of another coat that shines through
        other = Image.open(io.BytesIO(paint(77, view, size)))
        image = Image.blend(image, other, look["share"])
    elif station not in SITES:
        return data
    if station in SITES:
        exif.get_ifd(IFD.GPSInfo).update(_gps(*SITES[station]))
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=88)
    return out.getvalue()


def _gps(latitude, longitude):
    def degrees(value):
        minutes = (value % 1) * 60
        return (float(int(value)), float(int(minutes)), round((minutes % 1) * 60, 1))

    return {
        GPS.GPSLatitudeRef: "N",
        GPS.GPSLatitude: degrees(latitude),
        GPS.GPSLongitudeRef: "E",
        GPS.GPSLongitude: degrees(longitude),
    }


def photos(build):
    """Encounters 1 to 18; of one animal each unless it says otherwise."""
    met = [  # animal, station, day, flank, views
        (1, "Ridge", "2018-09-29", "left", 2),
        (1, "North spring", "2018-11-11", "left", 1),
        (1, "Ridge", "2018-12-07", "left", 1),
        (2, "Ridge", "2019-01-05", "left", 1),
        (2, "North spring", "2019-01-20", "left", 1),
        (3, "Ridge", "2019-02-02", "left", 1),
        (3, "Saddle <3>", "2019-02-20", "left", 1),
        (2, "Saddle <3>", "2019-03-03", "left", 1),
        (4, "Ridge", "2019-03-09", "left", 1),
        (1, "North spring", "2019-04-01", "left", 1),
        (5, "Ridge", "2019-04-05", "left", 1),
        (5, "North spring", "2019-04-20", "left", 1),
        (6, "Ridge", "2019-05-01", "left", 1),
        (6, "Saddle <3>", "2019-05-21", "left", 1),  # hardly to be recognised
        (1, "Ridge", "2019-06-01", "right", 1),
        (7, "North spring", "2019-06-05", "right", 1),
    ]
    for n, (animal, station, day, flank, views) in enumerate(met, 1):
        look = {"flank": flank} | ({"share": 0.5} if n in (7, 14) else {})
        data = [seen(animal, 10 * n % 50 + v, station, day, **look) for v in range(views)]
        build.upload(*data, name=f"IMG_{n:04}", station=station, flank=flank)
    build.upload(seen(8, 1, "", ""), name="from a phone", flank="unknown")
    small = seen(2, 2, "Ridge", "2019-07-01", size=(280, 140))
    build.upload(small, name="far away", station="Ridge", flank="left", notes="at the water")
    both = [seen(3, v, "", "", flank=side) for v, side in ((31, "left"), (32, "right"))]
    for side, data in zip(("left", "right"), both, strict=True):
        build.upload(data, name=side, flank=side, encounter="Both flanks", station="Saddle <3>")
    build.upload(seen(9, 1, "Ridge", "2019-07-02"), name="tiny", station="Ridge", box="0 0 9 9")
    again = seen(1, 10, "Ridge", "2018-09-29")
    claimed = {"captured_at": "2018-09-28T20:00:00+05:00", "camera": "North 2"}
    build.upload(again, name="IMG_0001", station="North spring", flank="right", **claimed)
    files = [("files", ("notes.txt", b"no photo")), ("files", ("IMG_0002.jpg", again))]
    build.client.post("/upload", files=files, data={"station": "Ridge"})
    build.work()


def decisions(build):
    """Whom people saw: right, wrong, undone, merged, split, renamed."""
    new = {"reviewer": "Aigül K"}
    aysha = build.decide(1, "new", name="Aysha", note="torn ear", **new)["identity_id"]
    for encounter in (2, 3):
        build.decide(encounter, "same", identity_id=aysha, reviewer="ben")
    batyr = build.decide(4, "new", name="Batyr", **new)["identity_id"]
    for encounter in (5, 8, 9):  # 9 is somebody else
        build.decide(encounter, "same", identity_id=batyr, reviewer="ben")
    build.decide(18, "cannot_tell", reviewer="ben", note="too far")
    first = build.decide(6, "new", **new)["identity_id"]
    second = build.decide(7, "new", reviewer="ben")["identity_id"]
    build.decide(10, "new", name="Dana", reviewer="ben")  # is Aysha
    build.decide(15, "same", identity_id=aysha, reviewer="ben")
    build.decide(19, "same", identity_id=second, reviewer="ben")
    build.decide(16, "new", name="Erke", **new)
    build.decide(16, "withdrawn", reviewer="ben", note="wrong button")
    build.post(f"/identities/{first}/merge", other_id=second, reviewer="ann", reason="same coat")
    build.patch(
        f"/identities/{aysha}", sex="female", life_stage="adult", note="cubs in 2018", **new
    )
    renamed = build.patch(f"/identities/{first}", name="Cloud & Co", reviewer="ann", reason="nicer")
    build.post(f"/changes/{renamed[-1]['id']}/undo", reviewer="ben", reason="keep the number")
    part = build.post(
        f"/identities/{batyr}/split", encounters=[8], name="Farida", reviewer="ann", reason="doubt"
    )
    build.post(f"/changes/{part['id']}/undo", reviewer="ann", reason="no doubt")
    build.post(f"/identities/{batyr}/split", encounters=[5], name="Gul", reviewer="ann")
    build.work()
    return aysha, batyr


def marks_and_conflicts(build):
    """Reference photos, and one contradiction that is kept."""
    build.post("/annotations/1/references", state="approved", reviewer="ann")
    build.post("/annotations/2/references", state="refused", reviewer="ann", reason="blurred")
    build.post("/annotations/3/references", state="approved", reviewer="ann")
    build.post("/annotations/3/references", state="unmarked", reviewer="ben")
    found = build.get("/conflicts")
    one = next(one for one in found if one["kind"] == "together")
    couple = {name: one[name] for name in ("kind", "one", "other")}
    newest = max((said["id"] for said in one["opinions"]), default=0)
    build.post("/conflicts/keep", **couple, seen=newest, reviewer="ann", reason="seen by a ranger")


def cases(build):
    """Open, closed, empty, and one whose flanks cannot be compared."""
    put = [
        ("Ustyurt 2018", [1, 2, 3, 10], {"note": "one animal or two?", "movement_prior": True}),
        ("Three & one", [4, 5, 9, 11], {"together": 0.2}),
        ("Nothing yet", [], {}),
        ("Two flanks", [1, 16, 17], {}),
        ("Small and undated", [18, 19, 4], {"note": "<b>look again</b>"}),
        ("With a failure", [20, 1], {}),
    ]
    for name, encounters, facts in put:
        case = build.post("/cases", name=name, **facts)["id"]
        if encounters:
            build.post(f"/cases/{case}/encounters", encounters=encounters, reviewer="ann")
    build.client.delete("/api/v1/cases/1/encounters/10?reviewer=ben")
    build.patch("/cases/2", closed=True)


def reviews(build):
    """Pairs in every state, answered by two observers who do not always agree."""
    sure, unsure = {"certainty": "certain"}, {"certainty": "possible"}
    pairs = [(1, 2), (1, 4), (4, 9), (13, 14), (11, 12), (2, 11), (1, 16), (5, 8), (6, 19), (3, 10)]
    build.post("/reviews", pairs=pairs, reviewer="curator", note="first round")
    build.post(
        "/reviews", pairs=[(12, 13), (2, 10), (3, 18)], blind=False, needed=1, reviewer="curator"
    )
    build.post("/suggestions/reviews", best=3, reviewer="curator")
    build.post("/reviews/round", share=0.3, seed=3, apply=True, reviewer="curator")
    answers = {
        1: (("same", sure), ("same", sure)),
        2: (("different", sure), ("different", unsure)),
        3: (("different", unsure), ("different", sure)),
        4: (("same", sure), ("different", {"certainty": "probable"})),
        5: (("same", sure),),
        6: (("different", sure), ("different", sure)),
        7: (("not_comparable", {"reason": "flank"}), ("not_comparable", {"reason": "flank"})),
        8: (("cannot_tell", {"reason": "blur"}), ("same", sure)),
        10: (("same", sure), ("same", sure)),
        11: (("different", sure),),
        12: (("same", {"certainty": "probable"}),),
    }
    marked = {"annotation_id": 1, "x": 40, "y": 30, "width": 60, "height": 40, "label": "agrees"}
    for pair, said in answers.items():
        for observer, (answer, facts) in zip(("ann", "ben"), said, strict=False):
            regions = [marked] if (pair, observer) == (1, "ann") else []
            build.post(
                f"/reviews/{pair}/opinions",
                answer=answer,
                observer=observer,
                regions=regions,
                seconds=12.5,
                note="the spot over the hip" if regions else "",
                **facts,
            )
    build.post("/reviews/5/opinions", answer="withdrawn", observer="ann")
    build.post("/reviews/5/opinions", answer="same", certainty="probable", observer="ann")
    build.patch("/reviews/4", needed=3, reviewer="curator", note="ask Dana")
    build.patch("/reviews/9", closed=True, reviewer="curator", note="not needed")
    for pair in build.get("/reviews?state=all&whose=all&observer=ann&limit=100")["reviews"]:
        if pair["id"] > 13:  # suggested and hidden ones
            sides = (
                ("ann", "same"),
                ("ben", "same" if pair["id"] in {16, 17, 19} else "different"),
            )
            for observer, answer in sides:
                body = {"answer": answer, "certainty": "probable", "observer": observer}
                build.post(f"/reviews/{pair['id']}/opinions", **body)
    build.post("/reviews/settling", pairs=[1], reviewer="curator")


def clusters(build):
    """One cluster becomes an identity as its page does it."""
    page = build.client.get("/clusters/preview?what=identities&chosen=11,12").text
    seen_then = page.split('name="seen" value="')[1].split('"')[0]
    form = {"chosen": "11,12", "seen": seen_then, "name": "", "note": "by cluster"}
    build.form("/clusters/identities", **form, reviewer="ann")
    build.work()


def calibrated(build, factor=None):
    """A study of this catalogue; with a factor, one that is in force."""
    of = build.parts.calibration
    said = of.studied(list(of.compared(of.couples())))
    if factor:
        made = replace(study([], CALIBRATOR), scale=1.0, widening=factor)
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        of.apply(Studied(CALIBRATOR.id, MODEL, moment, said.decisions, made))


def people(build):
    """Accounts of every role, one closed, one with a password for one login; tokens; a photo that
    waits."""
    build.upload(seen(1, 33, "Ridge", "2019-08-01"), name="waits", station="Ridge", flank="left")
    app = build.app
    made = {role: account(app, f"{role} one", role) for role in ("admin", "curator", "observer")}
    made["viewer"] = account(app, "viewer one", "viewer")
    secrets = {role: token(app, number, role, 365) for role, number in made.items()}
    build.client.headers["authorization"] = f"Bearer {secrets['admin']}"
    build.post("/accounts", name="closed one", role="viewer", password=PASSWORD)
    build.patch("/accounts/5", active=False)
    build.post("/accounts", name="new one", role="observer", password=PASSWORD)
    build.patch("/accounts/3", role="viewer")
    build.patch("/accounts/3", role="observer")
    made["fresh"] = 6  # must choose a password first
    cookies = {role: cookie(app, number) for role, number in made.items()}
    lines = [f"{role} {secret}\n" for role, secret in cookies.items()]
    (build.folder / "cookies.txt").write_text("".join(lines))


def weights(folder):
    """The test of the fake calibrator, which pages draw."""
    folder.mkdir()
    sides = [tuple(np.linspace(*ends, 101).round(4).tolist()) for ends in ((-1, 3), (-3, 1))]
    stratum = TestedStratum("all", (400, 1200), 0.31, 0.29, (17, 1600), *sides)
    grades = ("good", "usable", "poor", "unusable")
    settling = [
        Settling(one, other, 1, 400, 1200, 0.9 - n / 10, 0.8 - n / 10)
        for n, one in enumerate(grades)
        for other in grades[n:]
    ]
    data = "animals that were made up"
    tested = Tested(
        CALIBRATOR.id, data, "scripts/none.py", "2026-01-02", 90, (stratum,), tuple(settling)
    )
    write_tested(folder / f"{CALIBRATOR.id}.tested.json", tested)


def settle_clocks(file):
    """Nothing of the fixture may depend on the day on which it is read."""
    database = sqlite3.connect(file, isolation_level=None)
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = [row[1:3] for row in database.execute(f"PRAGMA table_info({table})")]
        for name, kind in columns:
            if kind == "DATETIME" and name not in CAMERA:
                earlier = f"strftime('%Y-%m-%d %H:%M:%f', {name}, '-40 days') || '000'"
                whole = f"UPDATE {table} SET {name} = {earlier} WHERE {name} IS NOT NULL"  # noqa: S608
                database.execute(whole)
    for table in ("api_token", "login_session"):
        never = f"UPDATE {table} SET expires_at = ?, seen_at = ?"  # noqa: S608
        database.execute(never, (FAR, FAR))
    database.execute("PRAGMA journal_mode=DELETE")
    database.execute("VACUUM")
    database.close()


def main():
    """Both catalogues into the archive."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        weights(root / "weights")
        single = Build(root / "single", root / "weights")
        with single.client:
            photos(single)
            decisions(single)
            cases(single)
            reviews(single)
            marks_and_conflicts(single)
            clusters(single)
            calibrated(single)
        settle_clocks(root / "single" / "reid.sqlite3")
        _copied(root / "single", root / "accounts")
        accounts = Build(root / "accounts", root / "weights")
        with accounts.client:
            calibrated(accounts, factor=0.9)
            people(accounts)
        settle_clocks(root / "accounts" / "reid.sqlite3")
        with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
            for folder in ("weights", "single", "accounts"):
                archive.add(root / folder, folder)
    print(ARCHIVE.stat().st_size)  # noqa: T201


def _copied(source, target):
    shutil.copytree(source, target)


if __name__ == "__main__":
    main()
