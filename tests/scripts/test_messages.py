"""Every text of the pages has a translation, and none of them is left over or doubtful."""

import re
from collections import Counter
from io import BytesIO

import pytest
from babel.messages.extract import extract
from jinja2 import Environment

from scripts import messages
from service.web import languages
from service.web.languages import LANGUAGES

PLACES = re.compile(r"%\(\w+\)s|%%|%s|\{\w+[^{}]*\}")


def forms(text):
    return text if isinstance(text, tuple) else (text,)


@pytest.fixture(scope="module")
def wanted():
    return {messages.key(one): one for one in messages.texts() if one.id}


@pytest.fixture(params=messages.LANGUAGES)
def kept(request):
    return {messages.key(one): one for one in messages.catalogue(request.param) if one.id}


def test_every_language_but_english_has_a_catalogue():
    assert {*messages.LANGUAGES, "en"} == set(LANGUAGES)


def test_every_text_in_the_code_is_in_the_catalogue_and_no_other(wanted, kept):
    """`make messages` writes the missing ones in, to be translated."""
    assert sorted(map(str, set(wanted) - set(kept))) == []
    assert sorted(map(str, set(kept) - set(wanted))) == []
    differ = [key for key, one in wanted.items() if forms(one.id) != forms(kept[key].id)]
    assert differ == []


def test_every_text_is_translated_and_none_is_doubtful(kept):
    assert [key for key, one in kept.items() if not all(forms(one.string))] == []
    assert [key for key, one in kept.items() if one.fuzzy] == []


def test_a_translation_fills_in_what_the_english_text_fills_in(kept):
    wrong = []
    for key, one in kept.items():
        allowed = [Counter(PLACES.findall(form)) for form in forms(one.id)]
        wrong += [key for form in forms(one.string) if Counter(PLACES.findall(form)) not in allowed]
    assert wrong == []


def test_a_translation_has_the_markup_of_the_english_text_and_no_double_quote_of_its_own(kept):
    """A text may stand in an attribute between double quotes."""
    tags = re.compile(r"<[^>]*>")
    wrong = []
    for key, one in kept.items():
        english = sorted(tags.findall(forms(one.id)[0]))
        for form in forms(one.string):
            bare = tags.sub("", form)
            wrong += [key] if sorted(tags.findall(form)) != english or '"' in bare else []
    assert wrong == []


def found(extractor, source):
    calls = extract(extractor, BytesIO(source.encode()), messages.KEYWORDS)
    return {(context, text) for _, text, _, context in calls}


def test_texts_of_templates_and_counted_nouns_are_found():
    page = (
        '{{ _("One") }} {% trans n=2 %}{{ n }} cat{% pluralize %}{{ n }} cats{% endtrans %}'
        '{{ 3 | count("identity", "identities") }} {{ pgettext("flank", "left") }}'
    )
    assert found(messages.template, page) == {
        (None, "One"),
        (None, ("%(n)s cat", "%(n)s cats")),
        (None, ("%(num)s identity", "%(num)s identities")),
        ("flank", "left"),
    }


def test_texts_of_code_are_found():
    code = 'x = [N_("a"), _("b"), count(2, "dog"), NP_("c", "d"), pgettext("c", x)]\n'
    assert found(messages.python, code) == {
        (None, "a"),
        (None, "b"),
        (None, ("%(num)s dog", "%(num)s dogs")),
        ("c", "d"),
    }


def test_what_a_template_fills_in_is_escaped_and_the_text_is_not():
    pages = Environment(autoescape=True)
    languages.install(pages)
    page = pages.from_string('{{ _("<b>%(name)s</b>", name="<i>") }}')
    assert page.render() == "<b>&lt;i&gt;</b>"
