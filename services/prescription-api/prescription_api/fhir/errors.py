"""What FHIR callers are refused for besides what everybody is.

DomainError
├── NotAcceptable          406
└── PatientSearchByPost    422
"""

from typing import ClassVar

from shared.errors import DomainError, Members, member
from shared.language import Text


class NotAcceptable(DomainError):
    """`accepted` lists the media types that there are (RFC 9110, 15.5.7)."""

    status = 406
    code = "not-acceptable"
    title: ClassVar[Text] = {
        "nb": "Svaret finnes ikke i noen av formatene det er bedt om.",
        "nn": "Svaret finst ikkje i nokon av formata det er bede om.",
        "en": "The answer does not exist in any of the forms asked for.",
    }
    members: ClassVar[Members] = {"accepted": member("The media types that there are", ["application/fhir+json"])}


class PatientSearchByPost(DomainError):
    """An address ends up in logs, so a national identity number must not be in one (P3, I1)."""

    status = 422
    code = "patient-search-by-post"
    title: ClassVar[Text] = {
        "nb": "Søk etter en pasient sendes som skjema til /fhir/Task/_search, aldri i adressen.",
        "nn": "Søk etter ein pasient blir sendt som skjema til /fhir/Task/_search, aldri i adressa.",
        "en": "A search for a patient is sent as a form to /fhir/Task/_search, never in the address.",
    }
