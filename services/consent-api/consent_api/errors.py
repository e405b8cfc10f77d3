"""What this service refuses, besides what `shared` does."""

from typing import ClassVar, Final

from shared.errors import DomainError, Members, Unavailable, member
from shared.language import Text

_REPRESENTATION: Final[dict[str, Text]] = {
    "no-relation": {
        "nb": "Du er ikke registrert som forelder eller fullmektig for denne personen.",
        "nn": "Du er ikkje registrert som forelder eller fullmektig for denne personen.",
        "en": "You are not registered as a parent of this person, nor do you hold a power of attorney from them.",
    },
    "relation-ended": {
        "nb": "Den du handler for, har fylt 16 år og bestemmer selv.",
        "nn": "Den du handlar for, har fylt 16 år og bestemmer sjølv.",
        "en": "The person you act for has turned 16 and decides for themselves.",
    },
    "not-begun": {
        "nb": "Fullmakten gjelder ikke ennå.",
        "nn": "Fullmakta gjeld ikkje enno.",
        "en": "The power of attorney is not in force yet.",
    },
    "ended": {
        "nb": "Fullmakten er gått ut eller trukket tilbake.",
        "nn": "Fullmakta er gått ut eller trekt tilbake.",
        "en": "The power of attorney has run out or has been revoked.",
    },
    "area-not-covered": {
        "nb": "Fullmakten gjelder ikke for dette området.",
        "nn": "Fullmakta gjeld ikkje for dette området.",
        "en": "The power of attorney does not cover this area.",
    },
    "young-persons-own": {
        "nb": "Fra fylte 12 år er dette ungdommens eget.",
        "nn": "Frå fylte 12 år er dette ungdomen sitt eige.",
        "en": "From the age of 12 this is the young person's own.",
    },
    "actor-consent-too-low": {
        "nb": "Den som handler for andre, må selv ha gitt fullt samtykke til Helsenorge.",
        "nn": "Den som handlar for andre, må sjølv ha gitt fullt samtykke til Helsenorge.",
        "en": "Whoever acts for somebody else must have given full consent to Helsenorge themselves.",
    },
    "deceased": {
        "nb": "En av dere er registrert som død.",
        "nn": "Ein av dykk er registrert som død.",
        "en": "One of you is registered as deceased.",
    },
    "personal": {
        "nb": "Dette må hver enkelt gjøre selv.",
        "nn": "Dette må kvar einskild gjere sjølv.",
        "en": "Everyone must do this for themselves.",
    },
    "parent-only": {
        "nb": "Bare en forelder kan gjøre dette, på vegne av barnet.",
        "nn": "Berre ein forelder kan gjere dette, på vegner av barnet.",
        "en": "Only a parent can do this, on behalf of the child.",
    },
}


class RepresentationNotAllowed(DomainError):
    """The token's bearer acts for somebody else, and may not. The member `reason` says why."""

    status = 403
    code = "representation-not-allowed"
    title: ClassVar[Text] = {
        "nb": "Dette kan du ikke gjøre på vegne av andre.",
        "nn": "Dette kan du ikkje gjere på vegner av andre.",
        "en": "This cannot be done on behalf of somebody else.",
    }

    members: ClassVar[Members] = {"reason": member("Why not, as a code", "no-relation")}

    def __init__(self, reason: str) -> None:
        super().__init__(_REPRESENTATION[reason], reason=reason)


class TooYoung(DomainError):
    status = 403
    code = "too-young"
    title: ClassVar[Text] = {
        "nb": "Du er for ung til å gjøre dette selv. En forelder kan gjøre det for deg.",
        "nn": "Du er for ung til å gjere dette sjølv. Ein forelder kan gjere det for deg.",
        "en": "You are too young to do this yourself. A parent can do it for you.",
    }


class OwnAccessMissing(DomainError):
    """From 13 to 15 years: a parent has not said yes."""

    status = 403
    code = "own-access-missing"
    title: ClassVar[Text] = {
        "nb": "En forelder må gi deg egen tilgang først.",
        "nn": "Ein forelder må gi deg eigen tilgang først.",
        "en": "A parent must give you access of your own first.",
    }


class OwnAccessNotApplicable(DomainError):
    status = 409
    code = "own-access-not-applicable"
    title: ClassVar[Text] = {
        "nb": "Egen tilgang gis til ungdom fra fylte 12 til fylte 16 år.",
        "nn": "Eigen tilgang blir gitt til ungdom frå fylte 12 til fylte 16 år.",
        "en": "An own access is given to young people from 12 to 15 years.",
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
        "nb": "Endringene begynner på nytt. Hent en ny peker, og spør om alle en gang til.",
        "nn": "Endringane byrjar på nytt. Hent ein ny peikar, og spør om alle ein gong til.",
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
        "nn": "Folkeregisteret svarer ikkje akkurat no.",
        "en": "The person register does not answer right now.",
    }
