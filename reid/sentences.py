"""Sentences with facts: an English text with named fields, and the values that fill them.

Whoever shows a sentence in another language translates the text of its class and fills in the same
facts; nobody reads the English back.
"""

from collections.abc import Iterator
from string import Formatter
from typing import Any, NamedTuple

RESERVED = frozenset({"args", "code", "context", "facts", "joint", "message"})


class FieldOf(NamedTuple):
    """A field of a text: {name!conversion:spec}."""

    name: str
    spec: str
    conversion: str


def fields_of(text: str) -> Iterator[FieldOf]:
    """The fields of a text in their order; one that stands in it twice comes twice."""
    for _, name, spec, conversion in Formatter().parse(text):
        if name is not None:
            yield FieldOf(name, spec or "", conversion or "")


def filled(text: str, values: dict[str, str]) -> str:
    """The text with these values in its fields; how a field would write its value is ignored."""
    parts = []
    for literal, name, _, _ in Formatter().parse(text):
        parts += [literal, values[name] if name is not None else ""]
    return "".join(parts)


def written(value: object, field: FieldOf) -> str:
    """A number or a word as its field says, in English."""
    converted = Formatter().convert_field(value, field.conversion or None)
    return format(converted, field.spec)


class Sentence:
    """One sentence. A class is a text, an instance its facts, which are attributes as well.

    `class NoSuchPhoto(NotFound, message="no photo {photo}"): ...` makes one; what it does not say
    is that of its base. message: English, without a capital letter and a full stop unless it is
    used alone; its fields are the names of the facts. code: what clients tell it by, shared by all
    sentences of one kind. context: what tells the text from another one of the same words. joint:
    between the parts of a fact that is a tuple.
    A fact is a number, a word, another sentence, or a tuple of these.
    """

    message = ""
    code = ""
    context = ""
    joint = ", "

    def __init__(self, **facts: Any) -> None:  # noqa: ANN401
        """Raises TypeError unless the facts are exactly the fields of the text."""
        names = {field.name for field in fields_of(self.message)}
        if facts.keys() != names:
            text = f"{type(self).__name__} takes {sorted(names)}, not {sorted(facts)}"
            raise TypeError(text)
        super().__init__()
        self.facts = facts
        vars(self).update(facts)

    def __init_subclass__(
        cls,
        *,
        message: str | None = None,
        code: str | None = None,
        context: str | None = None,
        joint: str | None = None,
    ) -> None:
        """Raises TypeError for facts that would hide what every sentence has."""
        super().__init_subclass__()
        cls.message = cls.message if message is None else message
        cls.code = cls.code if code is None else code
        cls.context = cls.context if context is None else context
        cls.joint = cls.joint if joint is None else joint
        if taken := RESERVED & {field.name for field in fields_of(cls.message)}:
            raise TypeError(f"{cls.__name__} cannot have facts called {sorted(taken)}")

    def __str__(self) -> str:
        """The English sentence."""
        values = {field.name: self._english(field) for field in fields_of(self.message)}
        return filled(self.message, values)

    def _english(self, field: FieldOf) -> str:
        value = self.facts[field.name]
        return (
            self.joint.join(map(str, value)) if isinstance(value, tuple) else written(value, field)
        )

    def __repr__(self) -> str:
        """The class with its facts."""
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{type(self).__name__}({facts})"

    def __eq__(self, other: object) -> bool:
        """The same class with the same facts."""
        return type(self) is type(other) and self.facts == vars(other)["facts"]

    def __hash__(self) -> int:
        """By class and English sentence."""
        return hash((type(self), str(self)))

    def __reduce__(self) -> tuple[object, ...]:
        """Facts are given by name, so that a sentence goes from process to process."""
        return _again, (type(self), self.facts)


def every_sentence(base: type[Sentence] = Sentence) -> Iterator[type[Sentence]]:
    """All classes below a base, those nearest to it first."""
    level = base.__subclasses__()
    while level:
        yield from level
        level = [child for parent in level for child in parent.__subclasses__()]


def _again(kind: type[Sentence], facts: dict[str, Any]) -> Sentence:
    return kind(**facts)
