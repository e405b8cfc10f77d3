"""What this service refuses, besides what `shared` does, and how a sending can end.

NotDelivered
├── NoLongerWanted       the notification is dropped
├── MessageRefused       final on this channel: the other one is tried
└── ProviderUnavailable  tried again after a pause
"""

from typing import ClassVar

from shared.errors import DomainError
from shared.language import Text


class RepresentationNotAllowed(DomainError):
    """The token's bearer acts for somebody else, who has not let them do this."""

    status = 403
    code = "representation-not-allowed"
    title: ClassVar[Text] = {
        "nb": "Dette kan du ikke gjøre på vegne av andre.",
        "nn": "Dette kan du ikkje gjere på vegner av andre.",
        "en": "This cannot be done on behalf of somebody else.",
    }


class ContactPointMissing(DomainError):
    """`channel` is the chosen channel that the settings have no phone number or e-mail address for."""

    status = 422
    code = "contact-point-missing"
    title: ClassVar[Text] = {
        "nb": "Du har valgt en kanal uten å oppgi telefonnummer eller e-postadresse for den.",
        "nn": "Du har valt ein kanal utan å oppgje telefonnummer eller e-postadresse for han.",
        "en": "A channel is chosen without a phone number or e-mail address for it.",
    }


class NotDelivered(Exception):
    """`reason` is a code of ours, shown to the citizen; never a provider's text, which could quote the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoLongerWanted(NotDelivered):
    pass


class MessageRefused(NotDelivered):
    pass


class ProviderUnavailable(NotDelivered):
    """`retry_after` is in seconds, when the provider has said."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
