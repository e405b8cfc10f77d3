"""What a message says, from its template and the few values that V2 lets through."""

from collections.abc import Mapping
from dataclasses import dataclass

from notification_service.errors import MessageRefused
from notification_service.preferences.models import CODE_LASTS, code_of
from notification_service.sending.models import DueMessage
from notification_service.texts.filling import PlaceholderUnknown, fill
from notification_service.texts.templates import Templates, Words
from shared.events.notification import Channel
from shared.norway import day_in_words


@dataclass(frozen=True, slots=True)
class Letter:
    """What a campaign says: texts by language and part, and what stands for its sender in them (V2)."""

    texts: Mapping[str, Mapping[str, str]]
    sender: str

    def values(self, pages_url: str) -> Mapping[str, str]:
        return {"sender": self.sender, "pages_url": pages_url}

    def words(self, channel: Channel, language: str, pages_url: str) -> Words:
        """Raises MessageRefused: what has been approved is not changed any more, so no later attempt ends otherwise."""
        values = self.values(pages_url)
        try:
            parts = self.texts[language]
            if channel == "sms":
                return Words(fill(parts["sms"], values), "campaign")
            return Words(fill(parts["email"], values), "campaign", fill(parts["subject"], values))
        except (PlaceholderUnknown, KeyError) as error:
            raise MessageRefused("text-unsound") from error


@dataclass(frozen=True, slots=True)
class Composer:
    """`pages_url` is the same for everybody; `secret` is what codes are made from."""

    templates: Templates
    pages_url: str
    secret: bytes

    def compose(self, due: DueMessage, letter: Letter | None = None) -> Words:
        """`letter` is a campaign's own."""
        if letter is not None:
            return letter.words(due.channel, due.language, self.pages_url)
        if due.kind == "contact-confirmation":
            return self.templates.compose(due.kind, due.channel, due.language, self._code(due))
        several = len(due.parts) > 1
        values = {"pages_url": self.pages_url, "count": str(len(due.parts)), "date": _first_deadline(due)}
        name = self.templates.name_for_another(due.kind) if due.for_another else due.kind
        name = f"{name}-several" if several else name
        return self.templates.compose(name, due.channel, due.language, values)

    def _code(self, due: DueMessage) -> dict[str, str]:
        assert due.confirmation is not None  # noqa: S101 - find_contact_point has raised otherwise
        code = code_of(self.secret, due.confirmation.confirmation_id)
        return {"code": code, "minutes": str(int(CODE_LASTS.total_seconds()) // 60)}


def _first_deadline(due: DueMessage) -> str:
    deadlines = [part.thing.not_after for part in due.parts if part.thing.not_after]
    return day_in_words(min(deadlines), due.language) if deadlines else ""
