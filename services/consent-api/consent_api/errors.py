"""What this service refuses, besides what `shared` does."""

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
