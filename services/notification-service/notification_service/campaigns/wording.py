"""Rules for the texts of a campaign (V2, V6): what an author can get wrong, found before anybody receives it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal

from notification_service.sending.composing import Letter
from notification_service.texts.filling import PlaceholderUnknown, fill
from notification_service.texts.gsm import measure
from notification_service.texts.wording import forbidden_words
from shared.language import LANGUAGES
from shared.links import LinkUnsafe, find_links
from shared.nationalid import holds_national_id
from shared.plain_text import is_plain

Severity = Literal["error", "warning"]

PARTS: Final = ("sms", "subject", "email")
MOST_SEGMENTS: Final = 3
LONGEST_SUBJECT: Final = 78
LONGEST_EMAIL: Final = 5000
# what is left when somebody has forgotten to fill in
_LEFT_OVER: Final = re.compile(
    r"\b(?:TODO|XXX+|TBD|FIXME|lorem ipsum)\b|\[[^\[\]]{0,200}\]|<[^<>]{0,200}>|_{3,}|\.{4,}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a campaign that an author should know; an error keeps it from being sent."""

    code: str
    severity: Severity = "error"
    language: str | None = None
    part: str | None = None
    found: tuple[str, ...] = field(default=())


def check_texts(
    texts: Mapping[str, Mapping[str, str]], sender_name: str, pages_url: str, *, sensitive: bool
) -> list[Finding]:
    """`sender_name` must not be in a text when the sender is sensitive. Read as they will be sent, except for whether
    links answer.
    """
    said = "Helsenorge" if sensitive else sender_name
    found = [Finding("language-missing", language=language) for language in LANGUAGES if language not in texts]
    for language, parts in texts.items():
        for part in PARTS:
            text = parts.get(part, "")
            found += [
                Finding(code, language=language, part=part, found=tuple(what))
                for code, what in _faults(part, text, {"sender": said, "pages_url": pages_url})
            ]
            if sensitive and sender_name.lower() in text.lower():
                found.append(Finding("sender-named", language=language, part=part))
    return [*found, *_same_texts(texts)]


def _faults(part: str, text: str, values: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    if not text.strip():
        yield "text-empty", []
        return
    if len(text) > LONGEST_EMAIL:  # before any work on it
        yield "text-too-long", []
        return
    try:
        written = fill(text, values)
    except PlaceholderUnknown as unknown:
        yield "placeholder-unknown", unknown.found
        written = text
    if len(written) > LONGEST_EMAIL:  # a name that stands in it many times
        yield "text-too-long", []
        return
    if not is_plain(written.replace("\r\n", "\n"), lines=part != "subject"):
        yield "text-not-plain", []
    if words := forbidden_words(written):
        yield "word-forbidden", words
    if left := _LEFT_OVER.findall(text):
        yield "left-over", left
    if holds_national_id(written):
        yield "national-id-in-text", []
    yield from _links(part, written)
    if _too_long(part, written):
        yield "text-too-long", []


def _links(part: str, written: str) -> Iterator[tuple[str, list[str]]]:
    try:
        found = find_links(written)
    except LinkUnsafe:
        yield "link-not-allowed", []
        return
    if part == "sms" and found:
        yield "link-in-sms", found


def _too_long(part: str, text: str) -> bool:
    if part == "sms":
        return measure(text).segments > MOST_SEGMENTS
    return len(text) > (LONGEST_SUBJECT if part == "subject" else LONGEST_EMAIL)


def _same_texts(texts: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    """A translation that is no translation. Subjects can be the same in bokmål and nynorsk; a whole letter is not."""
    seen: dict[str, str] = {}
    found = []
    for language in LANGUAGES:
        letter = texts.get(language, {}).get("email", "").strip()
        if letter and seen.setdefault(letter, language) != language:
            found.append(Finding("text-not-translated", language=language, part="email"))
    return found


def links_of(letter: Letter, pages_url: str) -> list[str]:
    """Every link in what will be sent, in any language, once. Our own `{pages_url}` is ours to keep alive. What
    check_texts refuses for its length or its placeholders is left out.
    """
    found = [link for text in _sent(letter, pages_url) for link in _read(text)]
    return [link for link in dict.fromkeys(found) if link not in find_links(pages_url)]


def _sent(letter: Letter, pages_url: str) -> Iterator[str]:
    for parts in letter.texts.values():
        for part in PARTS:
            text = parts.get(part, "")
            if len(text) <= LONGEST_EMAIL:
                with suppress(PlaceholderUnknown):
                    yield fill(text, letter.values(pages_url))


def _read(text: str) -> list[str]:
    try:
        return find_links(text) if len(text) <= LONGEST_EMAIL else []
    except LinkUnsafe:
        return []
