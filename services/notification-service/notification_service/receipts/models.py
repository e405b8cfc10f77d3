"""What a provider's receipt changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from shared.events.notification import Channel

Provider = Literal["sms-gateway", "mail-server"]
Arrival = Literal["delivered", "undelivered"]

CHANNEL_OF: Final[Mapping[Provider, Channel]] = {"sms-gateway": "sms", "mail-server": "email"}
_ARRIVES_FROM: Final = ("sending", "sent", "waiting", "failed")
_FAILS_FROM: Final = ("sending", "sent", "waiting")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What became of one message. `at` is by the provider's clock."""

    receipt_id: str
    message_id: UUID
    status: Arrival
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A notification as far as receipts are concerned."""

    citizen: str
    notification_id: UUID
    kind: str
    status: str
    attempts: int
    sent_at: datetime | None
    delivered_at: datetime | None
    trail: Sequence[Mapping[str, Any]]

    def changed_by(self, line: ReceiptLine) -> bool:
        """Receipts come in any order, several times, and before our own record of the sending.

        A message that did not arrive after it had arrived (a mailbox that takes it and bounces it later) has not
        arrived; the other way round, the later word counts as well. What was left out of the message is none of this.
        """
        if self.attempts == 0 or any(step.get("receipt") == line.receipt_id for step in self.trail):
            return False
        if line.status == "delivered":
            return self.status in _ARRIVES_FROM and not self._known_later(line, "undelivered")
        bounced = self.status == "delivered" and self.delivered_at is not None and line.at >= self.delivered_at
        return self.status in _FAILS_FROM or bounced

    def _known_later(self, line: ReceiptLine, name: str) -> bool:
        return any(step["step"] == name and datetime.fromisoformat(step["at"]) > line.at for step in self.trail)
