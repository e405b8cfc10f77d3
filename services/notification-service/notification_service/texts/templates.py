"""The texts that go out (V2), as versioned templates: `templates/<name>.v<n>.toml`, one a wording, never changed once
sent.

They are read and checked when the app and the worker start: a text that is too long for one SMS, names what it must
not, or lacks a placeholder or a language, stops the start.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from notification_service.texts.filling import fill, placeholders
from notification_service.texts.gsm import measure
from notification_service.texts.wording import forbidden_words
from shared.events.notification import Channel
from shared.language import LANGUAGES
from shared.links import find_links

# An SMS carries no link, so that a link in an SMS can be told to be somebody else's.
# Name to the longest value of each placeholder of its SMS; an e-mail has `pages_url` besides, the same for everybody.
_LONGEST: Final[Mapping[str, Mapping[str, str]]] = {
    "tool-prescribed": {},
    "tool-prescribed-several": {"count": "99"},
    "tool-closed": {},
    "tool-closed-several": {"count": "99"},
    "deadline-approaching": {"date": "22. september"},
    "deadline-approaching-several": {"count": "99", "date": "22. september"},
    "for-another": {},
    "for-another-several": {"count": "99"},
    "deadline-approaching-for-another": {"date": "22. september"},
    "deadline-approaching-for-another-several": {"count": "99", "date": "22. september"},
    "contact-confirmation": {"code": "123456", "minutes": "15"},
    "test-contact": {"code": "123456", "minutes": "15"},
}
_WITHOUT_ADDRESS: Final = frozenset({"contact-confirmation", "test-contact"})
_SUBJECT_MAY_LEAVE_OUT: Final = frozenset({"code", "minutes", "pages_url"})
_PARTS: Final = ("sms", "subject", "email")
_FILE: Final = re.compile(r"(?P<name>[a-z-]+)\.v(?P<version>[1-9][0-9]*)\.toml")
_LONGEST_SUBJECT: Final = 78  # RFC 5322, 2.1.1: a header line without folding


class TemplateUnsound(Exception):
    """A text that must not go out; the start fails with it."""


@dataclass(frozen=True, slots=True)
class Words:
    """`subject` is empty on channels that have none; `template` is the name and version that they were made from."""

    text: str
    template: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One version. `texts` has the three parts for each language."""

    name: str
    version: int
    texts: Mapping[str, Mapping[str, str]]

    @property
    def label(self) -> str:
        return f"{self.name}.v{self.version}"

    def compose(self, channel: Channel, language: str, values: Mapping[str, str]) -> Words:
        texts = self.texts[language]
        if channel == "sms":
            return Words(fill(texts["sms"], values), self.label)
        return Words(fill(texts["email"], values), self.label, fill(texts["subject"], values))

    def check(self) -> None:
        """Raises TemplateUnsound."""
        if self.name not in _LONGEST:
            raise TemplateUnsound(f"{self.label}: no such notification")
        if set(self.texts) != set(LANGUAGES):
            raise TemplateUnsound(f"{self.label}: it must exist in {', '.join(LANGUAGES)} and nothing else")
        for language, parts in self.texts.items():
            for fault in _faults(self.name, parts):
                raise TemplateUnsound(f"{self.label} in {language}: {fault}")


class Templates:
    """The newest version of each name. Raises TemplateUnsound when one is missing or unsound."""

    def __init__(self, every: list[Template]) -> None:
        for template in every:
            template.check()
        self._newest = {t.name: t for t in sorted(every, key=lambda t: t.version)}
        if missing := _LONGEST.keys() - self._newest.keys():
            raise TemplateUnsound(f"no template for {', '.join(sorted(missing))}")

    def compose(self, name: str, channel: Channel, language: str, values: Mapping[str, str]) -> Words:
        return self._newest[name].compose(channel, language, values)

    def name_for_another(self, kind: str) -> str:
        """Of what is said to those who act for somebody: of most kinds the same."""
        own = f"{kind}-for-another"
        return own if own in self._newest else "for-another"


@cache
def load_templates() -> Templates:
    return Templates(read_templates())


def read_templates() -> list[Template]:
    folder = files(__package__) / "templates"
    return [_parsed(file.name, file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]


def _parsed(file_name: str, text: str) -> Template:
    if (match := _FILE.fullmatch(file_name)) is None:
        raise TemplateUnsound(f"{file_name}: a template is called <name>.v<number>.toml")
    return Template(match["name"], int(match["version"]), tomllib.loads(text))


def _faults(name: str, parts: Mapping[str, str]) -> Iterator[str]:
    if set(parts) != set(_PARTS) or not all(text.strip() for text in parts.values()):
        yield f"it has a text for each of {', '.join(_PARTS)} and nothing else"
        return
    yield from _wrong_placeholders(name, parts)
    for part, text in parts.items():
        if words := forbidden_words(text):
            yield f"{part} says {', '.join(words)}"
    if find_links(parts["sms"]):
        yield "sms has a link"
    yield from _too_long(name, parts)


def _wrong_placeholders(name: str, parts: Mapping[str, str]) -> Iterator[str]:
    of_sms = set(_LONGEST[name])
    of_email = of_sms if name in _WITHOUT_ADDRESS else of_sms | {"pages_url"}
    wanted = {"sms": of_sms, "email": of_email, "subject": of_email - _SUBJECT_MAY_LEAVE_OUT}
    for part, text in parts.items():
        if placeholders(text) != wanted[part]:
            yield f"{part} must hold exactly the placeholders {sorted(wanted[part])}"


def _too_long(name: str, parts: Mapping[str, str]) -> Iterator[str]:
    length = measure(fill(parts["sms"], _LONGEST[name]))
    if length.alphabet != "gsm-7" or length.segments > 1:
        yield f"sms does not fit one part of the GSM alphabet ({length.units} {length.alphabet} units)"
    if len(fill(parts["subject"], _LONGEST[name])) > _LONGEST_SUBJECT:
        yield f"subject is longer than {_LONGEST_SUBJECT} characters"
