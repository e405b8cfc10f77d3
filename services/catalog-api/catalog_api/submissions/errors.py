"""What can be wrong with a request about a submission.

DomainError
├── OwnSubmission           403
├── PublisherVerified       403
├── ToolOfAnotherSupplier   403
├── SubmissionNotFound      404
├── SubmissionOpen          409  `submissionId` is the one that is open
├── TransitionNotAllowed    409  `state`, and the transitions that are `allowed` from it
└── CheckListIncomplete     409  the `missing` items, and `allowed` as above
"""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from shared.errors import DomainError, Members, member
from shared.language import Text


class OwnSubmission(DomainError):
    """Four eyes: whoever belongs to the supplier's organisation approves nothing of it."""

    status = 403
    code = "own-submission"
    title: ClassVar[Text] = {
        "nb": "Du kan ikke godkjenne det du selv har sendt inn.",
        "nn": "Du kan ikkje godkjenne det du sjølv har sendt inn.",
        "en": "Nobody approves what they submitted themselves.",
    }


class PublisherVerified(DomainError):
    """Four eyes among staff: who has answered an item of this round's check list leaves the publishing to another."""

    status = 403
    code = "publisher-verified"
    title: ClassVar[Text] = {
        "nb": "Den som har verifisert innsendingen, kan ikke publisere den.",
        "nn": "Den som har verifisert innsendinga, kan ikkje publisere ho.",
        "en": "Whoever has verified the submission cannot publish it.",
    }


class ToolOfAnotherSupplier(DomainError):
    status = 403
    code = "tool-of-another-supplier"
    title: ClassVar[Text] = {
        "nb": "Verktøyet hører til en annen leverandør.",
        "nn": "Verktøyet høyrer til ein annan leverandør.",
        "en": "The tool belongs to another supplier.",
    }


class SubmissionNotFound(DomainError):
    """Also for one that is there and not for this caller to see."""

    status = 404
    code = "submission-not-found"
    title: ClassVar[Text] = {
        "nb": "Innsendingen finnes ikke.",
        "nn": "Innsendinga finst ikkje.",
        "en": "There is no such submission.",
    }


class SubmissionOpen(DomainError):
    status = 409
    code = "submission-open"
    title: ClassVar[Text] = {
        "nb": "Det er allerede en innsending av verktøyet som ikke er ferdig behandlet.",
        "nn": "Det er alt ei innsending av verktøyet som ikkje er ferdig behandla.",
        "en": "There is an open submission of the tool already.",
    }
    members: ClassVar[Members] = {
        "submissionId": member("The open one", "4f1c2b3a-5d6e-4f70-8192-a3b4c5d6e7f8", format="uuid")
    }

    def __init__(self, submission_id: UUID) -> None:
        super().__init__(submissionId=str(submission_id))


class TransitionNotAllowed(DomainError):
    status = 409
    code = "transition-not-allowed"
    title: ClassVar[Text] = {
        "nb": "Dette kan ikke gjøres med en innsending i denne tilstanden.",
        "nn": "Dette kan ikkje gjerast med ei innsending i denne tilstanden.",
        "en": "This cannot be done with a submission in this state.",
    }
    members: ClassVar[Members] = {
        "state": member("Where the submission is", "published"),
        "allowed": member("What can be done with it", ["assurance"]),
    }

    def __init__(self, state: str, allowed: Sequence[str]) -> None:
        super().__init__(state=state, allowed=list(allowed))


class CheckListIncomplete(DomainError):
    status = 409
    code = "check-list-incomplete"
    title: ClassVar[Text] = {
        "nb": "Ikke alle krav på sjekklisten er oppfylt.",
        "nn": "Ikkje alle krav på sjekklista er oppfylte.",
        "en": "Not every item of the check list is fulfilled.",
    }
    members: ClassVar[Members] = {
        "state": member("Where the submission is", "assured"),
        "missing": member("Codes of `check-list`", ["health-body-vouches"]),
        "allowed": member("What can be done with it", ["verification"]),
    }

    def __init__(self, state: str, missing: Sequence[str], allowed: Sequence[str]) -> None:
        super().__init__(state=state, missing=list(missing), allowed=list(allowed))
