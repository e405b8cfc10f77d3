"""Refusals of those who act for somebody else, and of those too young to act for themselves (S5).

RepresentationNotAllowed     403  `reason` says why
TooYoung                     403  before an own access is possible
OwnAccessMissing             403  a parent has not said yes
RepresentationUnavailable    503  who may act for whom cannot be found out: nobody then does
"""

from typing import ClassVar, Final

from shared.errors import DomainError, Members, Unavailable, member
from shared.language import Text

_REASONS: Final[dict[str, Text]] = {
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
        "nb": "Dette må hver og en gjøre selv.",
        "nn": "Dette må kvar og ein gjere sjølv.",
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
        """A reason that is not known here is passed on without a text."""
        super().__init__(_REASONS.get(reason), reason=reason)


class TooYoung(DomainError):
    status = 403
    code = "too-young"
    title: ClassVar[Text] = {
        "nb": "Du er for ung til å gjøre dette selv. En forelder kan gjøre det for deg.",
        "nn": "Du er for ung til å gjere dette sjølv. Ein forelder kan gjere det for deg.",
        "en": "You are too young to do this yourself. A parent can do it for you.",
    }


class OwnAccessMissing(DomainError):
    """From 12 to 15 years: no parent has said yes."""

    status = 403
    code = "own-access-missing"
    title: ClassVar[Text] = {
        "nb": "En forelder må gi deg egen tilgang først.",
        "nn": "Ein forelder må gi deg eigen tilgang først.",
        "en": "A parent must give you access of your own first.",
    }


class RepresentationUnavailable(Unavailable):
    code = "representation-unavailable"
    title: ClassVar[Text] = {
        "nb": "Vi får ikke sjekket hvem du kan handle for, akkurat nå.",
        "nn": "Vi får ikkje sjekka kven du kan handle for, akkurat no.",
        "en": "Whom you may act for cannot be checked right now.",
    }


REPRESENTATION_REFUSALS: Final = (RepresentationNotAllowed, TooYoung, OwnAccessMissing, RepresentationUnavailable)
