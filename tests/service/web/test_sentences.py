"""Every error is a sentence with facts, said in the language of the page; English is never read."""
# ruff: noqa: RUF001 - Russian letters

import ast
import importlib
import pickle
import pkgutil
import re
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import text

import reid
import service
from reid.errors import ReidError, UnreadableImage
from reid.identify.movement import Movement
from reid.photo.errors import DamagedPhoto, TooManyPixels
from reid.sentences import RESERVED, Sentence, every_sentence, fields_of, filled
from scripts import messages
from service.catalogue.errors import FieldsChangedSince, NameOfIdentity, NoteOfIdentity, numbered
from service.photos.errors import FileRefused, NoFileAccepted
from service.store import reasons
from service.store.database import Database
from service.store.errors import CaseIsClosed, NoSuchCase
from service.store.people import Role
from service.web.errors import RoleNeeded
from service.web.faults import invalid
from service.web.languages import LANGUAGES, speaking
from service.web.sentences import in_full, recorded, translated

ROOT = Path(__file__).parent.parent.parent.parent
SAME_EVERYWHERE = {"{detail}", "{faults}", "{file}: {why}", "{files}", "{field}: {why}"}
SAME_EVERYWHERE |= {"{path}: {why}", "{database}: {why} ({reason})"}
"""Texts of facts alone."""
SAME = {("fr", "note")}
"""Words that two languages share."""
HTML = {"accept": "text/html"}


def every():
    """All classes of sentences of the program, after everything is imported."""
    for package in (reid, service):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name:
                importlib.import_module(module.name)
    classes = [one for one in every_sentence() if one.__module__.startswith(("reid.", "service."))]
    return [one for one in classes if one.message]


def sample(kind):
    """A sentence of this class with facts that can be told apart."""
    numeric = {f.name for f in fields_of(kind.message) if f.spec and f.spec != "04"}
    years = {f.name for f in fields_of(kind.message) if f.spec == "04"}
    names = sorted({field.name for field in fields_of(kind.message)})
    facts = {name: f"Uma{n}" for n, name in enumerate(names)}
    facts |= {name: 7.0 + n for n, name in enumerate(names) if name in numeric}
    return kind(**(facts | {name: 2019 + n for n, name in enumerate(names) if name in years}))


def shown(sentence):
    """The facts as the language of the request writes them."""
    for field in fields_of(sentence.message):
        value = format(sentence.facts[field.name], field.spec)
        yield value, value.replace(".", ",")


def test_every_sentence_is_said_in_every_language_with_all_its_facts():
    classes = every()
    wrong = []
    for code in LANGUAGES:
        for kind in classes:
            sentence = sample(kind)
            with speaking(code):
                words = translated(sentence)
            same = kind.message in SAME_EVERYWHERE or (code, kind.message) in SAME
            if not words or (code != "en" and words == str(sentence) and not same):
                wrong.append((code, kind.__name__, words))
            if not all(any(form in words for form in forms) for forms in shown(sentence)):
                wrong.append((code, kind.__name__, words))
    assert wrong == []
    errors = [one for one in classes if issubclass(one, ReidError)]
    print(f"error sentences in {len(LANGUAGES)} languages: {len(errors)} of {len(errors)}")
    assert len(errors) > 150


def test_a_translation_has_the_fields_of_its_text():
    for code in messages.LANGUAGES:
        catalogue = messages.catalogue(code)
        for kind in every():
            own = catalogue.get(kind.message, kind.context or None).string
            assert {field.name for field in fields_of(own)} == fields(kind), kind


def test_every_error_has_a_code_that_is_documented_and_a_name_of_its_own():
    table = (ROOT / "docs/api.md").read_text(encoding="utf-8").split("\n## Errors\n")[1]
    documented = set(re.findall(r"`(\w+)`", table))
    classes = every()
    assert {one.code for one in classes if issubclass(one, ReidError)} <= documented
    names = [one.__name__ for one in classes]
    assert len(names) == len(set(names))


def test_no_error_is_raised_with_prose():
    kinds = {one.__name__: one for one in every()}
    free = []
    for path in (path for room in ("reid", "service", "scripts") for path in room_of(room)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            kind = kinds.get(getattr(call.func, "id", ""))
            if kind is None or (kind.__name__ in own and not kind.__module__.endswith(path.stem)):
                continue
            named = {word.arg for word in call.keywords}
            if call.args or (None not in named and named != fields(kind)):
                free.append(f"{path.relative_to(ROOT)}:{call.lineno} {kind.__name__}")
    assert free == []


def room_of(name):
    return sorted((ROOT / name).rglob("*.py"))


def fields(kind):
    return {field.name for field in fields_of(kind.message)}


def test_facts_are_attributes_and_exactly_the_fields_of_the_text():
    error = CaseIsClosed(case=3)
    assert (error.case, error.code, str(error)) == (
        *(3, "conflict"),
        "case 3 is closed: open it again first",
    )
    for facts in ({}, {"case": 3, "why": "late"}, {"encounter": 3}):
        with pytest.raises(TypeError, match="CaseIsClosed takes"):
            CaseIsClosed(**facts)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_no_fact_hides_what_every_sentence_has(name):
    with pytest.raises(TypeError, match=name):
        type("Hiding", (Sentence,), {"message": "{" + name + "}"})


def test_an_error_goes_from_process_to_process_with_its_facts():
    sent = pickle.dumps(TooManyPixels(width=3, height=2, pixels=6.0, limit=1.5))
    error = pickle.loads(sent)  # noqa: S301  our own bytes
    assert isinstance(error, TooManyPixels)
    assert (error.width, error.pixels) == (3, 6.0)


def test_numbers_and_roles_are_written_as_the_language_does():
    pixels = TooManyPixels(width=9000, height=8000, pixels=72.0, limit=60.5)
    with speaking("fr"):
        assert translated(pixels).endswith(
            "72,0 millions de pixels, la limite est de 60,5 millions"
        )
        assert "« curateur »" in translated(RoleNeeded(needed=Role.CURATOR, role=Role.VIEWER))
        assert "75,5" not in translated(Movement().source)
        assert "11,5 km" in translated(Movement().source)


def test_sentences_within_a_sentence_are_translated_too():
    changed = FieldsChangedSince(fields=(NameOfIdentity(), NoteOfIdentity()), name="Uma")
    assert str(changed) == "name and note of Uma changed since: undo the later change first"
    assert [str(numbered(ids)) for ids in ([4], [4, 7, 9])] == [
        *("encounter 4", "encounters 4, 7 and 9")
    ]
    files = (FileRefused(file="a.jpg", why=DamagedPhoto(why="cut off")),) * 2
    assert str(NoFileAccepted(files=files)) == "; ".join(
        ["a.jpg: the photo is damaged: cut off"] * 2
    )
    with speaking("ru"):
        assert "имя и примечание" in translated(changed).lower()
        assert translated(NoFileAccepted(files=files)).count("фотография повреждена: cut off") == 2


@pytest.mark.parametrize(
    "reason",
    [
        None,
        "the disk was full",
        DamagedPhoto(why="cut off"),
        FileRefused(file="a", why=DamagedPhoto(why="b")),
    ],
)
def test_a_kept_reason_is_the_same_when_it_is_read(reason):
    kept = reasons.columns(reason)
    assert kept["error_detail"] == (None if reason is None else str(reason))
    assert reasons.reason(kept["error_detail"], kept["error_facts"]) == reason


def test_a_reason_of_a_class_that_is_gone_is_its_english():
    assert reasons.reason("it was so", '{"sentence": "Gone", "facts": {}}') == "it was so"


def test_an_old_row_says_what_its_code_means_and_the_english_behind_it():
    assert recorded("unreadable_image", "cut off") == "cut off"
    assert recorded("no_such_code", "cut off") == "cut off"
    with speaking("fr"):
        meant = translated(UnreadableImage())
        assert recorded("unreadable_image", "cut off") == f"{meant} (cut off)"
        assert recorded("unreadable_image", str(UnreadableImage())) == meant
        assert recorded("unreadable_image", DamagedPhoto(why="x")) == "la photo est endommagée : x"


class Form(BaseModel):
    number: int = Field(ge=1, le=9)
    name: str = Field(min_length=1, max_length=3, pattern="^a")
    share: float = Field(0.5, gt=0, lt=1)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"number": 0, "name": ""},
        {"number": 10, "name": "abcd"},
        {"number": "x", "name": "b", "share": "x"},
        {"number": 1.5, "name": 3, "share": 1},
    ],
)
def test_a_fault_of_a_field_reads_as_pydantic_has_it_and_is_translated(typed):
    with pytest.raises(ValidationError) as caught:
        Form(**typed)
    faults = caught.value.errors()
    sentence = invalid(faults)
    english = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in faults)
    assert str(sentence) == english
    with speaking("ru"):
        assert re.search("[а-я]{3}", translated(sentence))


ERRORS = [
    ("GET", "/nowhere", {}, 404, "Не найдено."),
    ("POST", "/catalogue", {}, 405, "Так к этому адресу обращаться нельзя."),
    ("GET", "/cases/99", {}, 404, "Нет дела 99."),
    ("GET", "/identities/99", {}, 404, "Нет особи 99."),
    ("GET", "/encounters/0", {}, 422, "число должно быть не меньше 1"),
    ("GET", "/compare?one=1&other=1", {}, 422, "Регистрацию не сравнивают с ней самой"),
    ("POST", "/cases", {"headers": {"sec-fetch-site": "cross-site"}}, 403, "с другого сайта"),
    ("GET", "/", {"headers": {"host": "evil.example"}}, 403, "только на своём компьютере"),
    ("POST", "/cases", {"content": b"x" * 5_000_000}, 413, "больше"),
]


@pytest.mark.parametrize(("method", "address", "extra", "status", "words"), ERRORS)
def test_a_refusal_is_a_page_in_the_language_of_the_browser(
    client, method, address, extra, status, words
):
    headers = {**HTML, "accept-language": "ru", **extra.get("headers", {})}
    answer = client.request(method, address, **{**extra, "headers": headers})
    assert answer.status_code == status
    assert words in answer.text
    assert '<html lang="ru">' in answer.text
    english = client.request(method, address, **{**extra, "headers": {**extra.get("headers", {})}})
    assert english.headers["content-type"] == "application/problem+json"
    assert not re.search("[а-я]", english.text)


def test_a_refused_file_says_why_in_the_language_of_the_page(client):
    files = [("files", ("a.jpg", b"no photo")), ("files", ("b.jpg", b""))]
    client.post("/upload", files=files, headers=HTML)
    page = client.get("/uploads/1", headers={**HTML, "accept-language": "fr"}).text
    assert "Ce n’est pas une photo JPEG, PNG ou WebP, ou elle est endommagée" in page
    assert "Le fichier est vide" in page
    database = client.app.state.components[Database]
    with database.write() as connection:
        connection.execute(text("UPDATE upload_file SET error_facts = NULL"))
    page = client.get("/uploads/1", headers={**HTML, "accept-language": "fr"}).text
    assert "(the file is empty)" in page


def test_a_sentence_in_full_has_a_capital_letter_and_a_full_stop():
    assert in_full(NoSuchCase(case=3)) == "No case 3."
    assert in_full(None) == ""
    assert filled("{a} {b}", {"a": "1", "b": "2"}) == "1 2"


if __name__ == "__main__":
    errors = [kind for kind in every() if issubclass(kind, ReidError)]
    for code in LANGUAGES:
        with speaking(code):
            said = sum(bool(translated(sample(kind))) for kind in errors)
        print(f"{code}: {said} of {len(errors)} sentences of errors")
