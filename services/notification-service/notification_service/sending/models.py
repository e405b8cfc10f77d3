"""What is being sent: the rules of one message that need no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from notification_service.errors import HeldBack, MessageRefused, NoLongerWanted, NotDelivered, OutcomeUnknown
from notification_service.notifying.models import Circumstances, Kind, Thing
from notification_service.preferences.models import CitizenSettings, Confirmation
from shared.correlation import Correlation
from shared.events.notification import Channel

# V4: seconds before the second, third, fourth and fifth attempt
PAUSES: Final = (1.0, 10.0, 60.0, 600.0)
MOST_ATTEMPTS: Final = len(PAUSES) + 1
RECIPIENTS_HEARD_OF: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = 3600.0
_SPREAD: Final = 0.2


@dataclass(frozen=True, slots=True)
class Part:
    """One notification of a message, with what was known when it was taken up."""

    notification_id: UUID
    thing: Thing
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class DueMessage:
    """One that this process has taken upon itself to send. `confirmation` is of a message that carries a code."""

    message_id: UUID
    citizen: str
    kind: Kind
    category: str
    channel: Channel
    urgent: bool
    campaign_id: UUID | None
    language: str
    attempts: int
    correlation: Correlation
    settings: CitizenSettings
    parts: Sequence[Part]
    instead: bool = False
    confirmation: Confirmation | None = None

    def check_on_time(self, now: datetime) -> None:
        """Raises HeldBack in quiet hours (V3), which may have been chosen since, or begun between two attempts."""
        earliest = self.settings.earliest(self.channel, now, urgent=self.urgent)
        if earliest > now:
            raise HeldBack("quiet-hours", earliest)

    def check_recipient(self, now: datetime) -> None:
        """Raises HeldBack while it has not been heard of who is told of what this citizen gets (S5)."""
        if any(part.thing.shared and part.circumstances.told is None for part in self.parts):
            raise HeldBack("recipients-unknown", now + RECIPIENTS_HEARD_OF)

    @property
    def for_another(self) -> bool:
        return self.parts[0].thing.concerns is not None

    def unwanted(self, now: datetime) -> dict[UUID, str]:
        """The notifications that are not to be sent after all, each with its reason."""
        off = self._turned_off()
        found = {part.notification_id: off or part.circumstances.against(part.thing, now) for part in self.parts}
        return {notification_id: reason for notification_id, reason in found.items() if reason}

    def _turned_off(self) -> str | None:
        """What stands in for another channel needs only that the category is not turned off."""
        if self.kind == "contact-confirmation":
            return None
        chosen = self.settings.chosen(self.category)
        elsewhere = bool(chosen) and self.channel not in chosen and not self.instead
        return "turned-off" if elsewhere or self.settings.turned_off(self.category) else None

    def without(self, unwanted: dict[UUID, str]) -> "DueMessage":
        return replace(self, parts=[part for part in self.parts if part.notification_id not in unwanted])

    def check_attempts_left(self) -> None:
        """Raises OutcomeUnknown when senders have died so often that the citizen may have had it several times."""
        if self.attempts > MOST_ATTEMPTS:
            raise OutcomeUnknown("outcome-unknown")

    @property
    def last_attempt(self) -> bool:
        return self.attempts >= MOST_ATTEMPTS

    def worth_replaying(self, error: NotDelivered) -> bool:
        """Whether an operator could have it sent after all: not what a provider has refused, nor a code grown old."""
        return self.kind != "contact-confirmation" and not isinstance(error, MessageRefused)

    def find_contact_point(self) -> str:
        """Raises MessageRefused, or NoLongerWanted when another code has been asked for."""
        if self.kind == "contact-confirmation":
            if self.confirmation is None or str(self.confirmation.confirmation_id) != self.parts[0].thing.about:
                raise NoLongerWanted("superseded")
            return self.confirmation.contact_point
        contact = self.settings.contact_point(self.channel)
        if contact is None:
            raise MessageRefused("no-contact-point")
        return contact


def pause_after(attempt: int, retry_after: float | None, chance: float) -> timedelta | None:
    """How long to wait after this attempt (1 is the first) has failed; None when it was the last (V4).

    `chance` in 0..1 spreads the pauses, so that what failed together does not come back together. It never shortens
    them: a provider that is away for ten minutes is back before the last attempt. A provider's own Retry-After
    lengthens a pause, up to an hour.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    pause = PAUSES[attempt - 1] * (1 + _SPREAD * chance)
    return timedelta(seconds=max(pause, min(retry_after or 0.0, _LONGEST_PAUSE)))
