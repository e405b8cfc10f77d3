"""What can be wrong with a request to the catalogue.

DomainError
├── ToolNotFound        404
├── CodeListNotFound    404
├── ToolAlreadyStopped  409
├── ToolNotStopped      409
└── ToolWithdrawn       410  `reasonCategory` is a code of the list `stop-reasons`
"""

from datetime import datetime
from typing import ClassVar

from shared.errors import SINCE, DomainError, Members, member
from shared.language import Text
from shared.schemas import rfc3339


class ToolNotFound(DomainError):
    """Also for a tool that is there and not for this reader (K5)."""

    status = 404
    code = "tool-not-found"
    title: ClassVar[Text] = {
        "nb": "Verktøyet finnes ikke i katalogen.",
        "nn": "Verktøyet finst ikkje i katalogen.",
        "en": "There is no such tool in the catalogue.",
    }


class CodeListNotFound(DomainError):
    status = 404
    code = "code-list-not-found"
    title: ClassVar[Text] = {
        "nb": "Kodelisten finnes ikke.",
        "nn": "Kodelista finst ikkje.",
        "en": "There is no such code list.",
    }


class ToolAlreadyStopped(DomainError):
    status = 409
    code = "tool-already-stopped"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er allerede stoppet.",
        "nn": "Verktøyet er alt stoppa.",
        "en": "The tool is stopped already.",
    }
    members: ClassVar[Members] = {"category": member("Why, as a code of `stop-reasons`", "security"), "since": SINCE}

    def __init__(self, category: str, since: datetime) -> None:
        super().__init__(category=category, since=rfc3339(since))


class ToolNotStopped(DomainError):
    status = 409
    code = "tool-not-stopped"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er ikke stoppet.",
        "nn": "Verktøyet er ikkje stoppa.",
        "en": "The tool is not stopped.",
    }


class ToolWithdrawn(DomainError):
    """K4: why in words is between staff and supplier; the category is for everyone."""

    status = 410
    code = "tool-withdrawn"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er trukket tilbake.",
        "nn": "Verktøyet er trekt tilbake.",
        "en": "The tool has been withdrawn.",
    }
    members: ClassVar[Members] = {"reasonCategory": member("Why, as a code of `stop-reasons`", "security")}

    def __init__(self, category: str) -> None:
        super().__init__(reasonCategory=category)
