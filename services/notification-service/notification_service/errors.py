"""How a sending can end, for all who send. What requests are refused for is with each use case.

NotDelivered
├── NoLongerWanted       the notification is dropped
├── HeldBack             it waits, and this was no attempt
├── MessageRefused       final on this channel: the other one is tried
├── OutcomeUnknown       the same, because senders have died over it
└── ProviderUnavailable  tried again after a pause
"""

from datetime import datetime


class NotDelivered(Exception):
    """`reason` is a code of ours, shown to the citizen; never a provider's text, which could quote the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoLongerWanted(NotDelivered):
    pass


class HeldBack(NotDelivered):
    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class MessageRefused(NotDelivered):
    pass


class OutcomeUnknown(NotDelivered):
    pass


class ProviderUnavailable(NotDelivered):
    """`retry_after` is in seconds, when the provider has said."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
