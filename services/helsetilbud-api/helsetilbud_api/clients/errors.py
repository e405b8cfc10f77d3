"""What requests are refused for when another system does not answer, or does not know what is asked for."""

from typing import ClassVar

from shared.errors import DomainError, Unavailable
from shared.language import Text


class GpRegisterUnavailable(Unavailable):
    code = "gp-register-unavailable"
    title: ClassVar[Text] = {
        "nb": "Fastlegeregisteret svarer ikke akkurat nå.",
        "nn": "Fastlegeregisteret svarar ikkje akkurat no.",
        "en": "The register of GPs does not answer right now.",
    }


class OfficeNotFound(DomainError):
    """The register has no GP office with this HER-id."""

    status = 404
    code = "office-not-found"
    title: ClassVar[Text] = {
        "nb": "Det finnes ikke noe legekontor med denne HER-id-en.",
        "nn": "Det finst ikkje noko legekontor med denne HER-id-en.",
        "en": "There is no GP office with this HER-id.",
    }


class PractitionerNotFound(DomainError):
    status = 404
    code = "practitioner-not-found"
    title: ClassVar[Text] = {
        "nb": "Ingen fastlege ved kontoret har dette HPR-nummeret.",
        "nn": "Ingen fastlege ved kontoret har dette HPR-nummeret.",
        "en": "No GP of the office has this HPR number.",
    }


class ConsentServiceUnavailable(Unavailable):
    """Nothing was opened, started or used."""

    code = "consent-service-unavailable"
    title: ClassVar[Text] = {
        "nb": "Vi får ikke sjekket samtykket akkurat nå. Prøv igjen om litt.",
        "nn": "Vi får ikkje sjekka samtykket akkurat no. Prøv igjen om litt.",
        "en": "Consent cannot be checked right now. Try again in a moment.",
    }
