"""A column of a photo is written once in each layer, under one name."""

from dataclasses import fields

from service.photos.statements import COLUMNS, FIELDS, Statements
from service.photos.wire import PhotoOut
from service.store.photos import Photo
from service.store.tables.photos import claim, photo


def test_a_photo_and_its_wire_model_have_the_columns_of_the_table():
    columns = [column.name for column in photo.columns]
    assert [one.name for one in fields(Photo)] == columns
    assert list(PhotoOut.model_fields) == columns


def test_what_is_stated_is_a_column_that_conflicts_are_kept_of():
    checks = [str(getattr(one, "sqltext", "")) for one in claim.constraints]
    (allowed,) = (text for text in checks if text.startswith("field IN"))
    assert [name for name in COLUMNS if f"'{name}'" not in allowed] == []


def test_the_form_of_the_upload_page_asks_for_nothing_that_is_not_kept():
    kept = {one.name for one in fields(Statements)}
    assert [field.name for field in FIELDS if field.name not in kept] == []
