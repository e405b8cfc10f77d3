"""What this service refuses, besides what `shared` does."""

from typing import ClassVar

from shared.errors import DomainError, Unavailable
from shared.language import Text


class OwnAccessNotApplicable(DomainError):
    status = 409
    code = "own-access-not-applicable"
    title: ClassVar[Text] = {
        "nb": "Bare ungdom mellom 12 og 15 år kan få egen tilgang.",
        "nn": "Berre ungdom mellom 12 og 15 år kan få eigen tilgang.",
        "en": "Only young people between 12 and 15 can be given access of their own.",
    }


class HolderTooYoung(DomainError):
    status = 422
    code = "holder-too-young"
    title: ClassVar[Text] = {
        "nb": "Den som skal ha fullmakt, må være fylt 18 år.",
        "nn": "Den som skal ha fullmakt, må vere fylt 18 år.",
        "en": "Whoever is to hold a power of attorney must be 18 or over.",
    }


class RepresentativeNotEligible(DomainError):
    """Nobody has this number, or they have died, or are protected, or it is oneself: not told apart, because whoever
    asks may guess numbers.
    """

    status = 422
    code = "representative-not-eligible"
    title: ClassVar[Text] = {
        "nb": "Denne personen kan ikke få fullmakt.",
        "nn": "Denne personen kan ikkje få fullmakt.",
        "en": "This person cannot be given a power of attorney.",
    }


class GivingNotPossible(DomainError):
    """Whoever has a confidential address can neither represent nor be represented."""

    status = 409
    code = "giving-not-possible"
    title: ClassVar[Text] = {
        "nb": "Du kan ikke gi fullmakt fordi du har fortrolig adresse.",
        "nn": "Du kan ikkje gi fullmakt fordi du har fortruleg adresse.",
        "en": "You cannot give a power of attorney because your address is confidential.",
    }


class PeriodInvalid(DomainError):
    status = 422
    code = "period-invalid"
    title: ClassVar[Text] = {
        "nb": "Fullmakten må begynne i dag eller senere, ikke slutte før den begynner, og vare høyst hundre år.",
        "nn": "Fullmakta må byrje i dag eller seinare, ikkje slutte før ho byrjar, og vare høgst hundre år.",
        "en": "A power of attorney begins today or later, ends no sooner than it begins, and lasts a century at most.",
    }


class RepresentationExists(DomainError):
    status = 409
    code = "representation-exists"
    title: ClassVar[Text] = {
        "nb": "Denne personen har allerede fullmakt fra deg. Trekk den tilbake før du gir en ny.",
        "nn": "Denne personen har alt fullmakt frå deg. Trekk ho tilbake før du gir ei ny.",
        "en": "This person already holds a power of attorney from you. Revoke it before you give a new one.",
    }


class FeedRestarted(DomainError):
    """The database has been put up anew from a copy, and positions of before mean nothing any more."""

    status = 410
    code = "feed-restarted"
    title: ClassVar[Text] = {
        "nb": "Listen over endringer er begynt på nytt. Hent en ny peker, og spør om alle én gang til.",
        "nn": "Lista over endringar er byrja på nytt. Hent ein ny peikar, og spør om alle éin gong til.",
        "en": "The changes begin anew. Fetch a new cursor, and ask about everyone once more.",
    }


class PersonUnknown(DomainError):
    """Never the answer to a request: what is said of one number among others."""

    status = 404
    code = "person-unknown"
    title: ClassVar[Text] = {
        "nb": "Ingen i Folkeregisteret har dette nummeret.",
        "nn": "Ingen i Folkeregisteret har dette nummeret.",
        "en": "Nobody in the person register has this number.",
    }


class PersonRegisterUnavailable(Unavailable):
    code = "person-register-unavailable"
    title: ClassVar[Text] = {
        "nb": "Folkeregisteret svarer ikke akkurat nå.",
        "nn": "Folkeregisteret svarar ikkje akkurat no.",
        "en": "The person register does not answer right now.",
    }
