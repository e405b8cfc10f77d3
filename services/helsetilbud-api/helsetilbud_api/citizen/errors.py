"""What a citizen can be refused, besides what `shared` refuses."""

from typing import ClassVar

from shared.errors import DomainError, Members, Unavailable, member
from shared.language import Text


class ToolsHidden(DomainError):
    """S6. `reason` is no-consent or consent-basis-only; of an opening, any that consent-api has."""

    status = 403
    code = "tools-hidden"
    title: ClassVar[Text] = {
        "nb": "Verktøyene er skjult fordi de krever fullt samtykke til Helsenorge.",
        "nn": "Verktøya er skjulte fordi dei krev fullt samtykke til Helsenorge.",
        "en": "The tools are hidden because they require full consent to Helsenorge.",
    }
    members: ClassVar[Members] = {"reason": member("What hides them, as a code", "consent-basis-only")}


class ToolNotInMyTools(DomainError):
    status = 404
    code = "tool-not-in-my-tools"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er ikke blant verktøyene dine.",
        "nn": "Verktøyet er ikkje blant verktøya dine.",
        "en": "The tool is not one of your tools.",
    }


class FeedEventNotFound(DomainError):
    status = 404
    code = "feed-event-not-found"
    title: ClassVar[Text] = {
        "nb": "Det finnes ingen slik hendelse i oversikten din.",
        "nn": "Det finst inga slik hending i oversikta di.",
        "en": "There is no such event among yours.",
    }


class ToolNotFound(DomainError):
    """Unknown, or for named organisations only: those are not shown to everyone (K5)."""

    status = 404
    code = "tool-not-found"
    title: ClassVar[Text] = {
        "nb": "Verktøyet finnes ikke.",
        "nn": "Verktøyet finst ikkje.",
        "en": "There is no such tool.",
    }


class ToolAlreadyAdded(DomainError):
    status = 409
    code = "tool-already-in-my-tools"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er allerede blant verktøyene dine.",
        "nn": "Verktøyet er alt blant verktøya dine.",
        "en": "The tool is one of your tools already.",
    }


class PrescriptionRequired(DomainError):
    """M2."""

    status = 403
    code = "prescription-required"
    title: ClassVar[Text] = {
        "nb": "Verktøyet må sendes til deg av en behandler.",
        "nn": "Verktøyet må sendast til deg av ein behandlar.",
        "en": "The tool must be sent to you by a practitioner.",
    }


class TooYoungForTool(DomainError):
    """K1. `minimumAge` is in years."""

    status = 403
    code = "too-young-for-tool"
    title: ClassVar[Text] = {
        "nb": "Den som skal bruke verktøyet, er yngre enn aldersgrensen.",
        "nn": "Den som skal bruke verktøyet, er yngre enn aldersgrensa.",
        "en": "The tool has a lowest age that has not been reached.",
    }
    members: ClassVar[Members] = {"minimumAge": member("In years", 16)}


class OutsideTargetGroup(DomainError):
    """K1, S5: the tool's target groups name ages, and not that of the citizen, who is under 16."""

    status = 403
    code = "outside-target-group"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er ikke laget for denne aldersgruppen.",
        "nn": "Verktøyet er ikkje laga for denne aldersgruppa.",
        "en": "The tool is not made for this age group.",
    }
    members: ClassVar[Members] = {
        "targetGroups": member("Whom the tool is for, as codes of the catalogue's `target-groups`", ["adults"])
    }


class ToolNotForRepresentatives(DomainError):
    """S5: who acts for somebody opens and adds only the tools that allow it (K1)."""

    status = 403
    code = "tool-not-for-representatives"
    title: ClassVar[Text] = {
        "nb": "Verktøyet kan ikke brukes på vegne av andre.",
        "nn": "Verktøyet kan ikkje brukast på vegner av andre.",
        "en": "The tool cannot be used on behalf of somebody else.",
    }


class ToolWithdrawn(DomainError):
    """K4, M3. `category` is one of the catalogue's stop reasons."""

    status = 410
    code = "tool-withdrawn"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er trukket tilbake og kan ikke åpnes.",
        "nn": "Verktøyet er trekt tilbake og kan ikkje opnast.",
        "en": "The tool has been withdrawn and cannot be opened.",
    }
    members: ClassVar[Members] = {"category": member("Why, as a code of the catalogue's `stop-reasons`", "security")}


class LaunchNotFound(DomainError):
    """It does not tell which: who guesses codes learns nothing."""

    status = 404
    code = "launch-not-found"
    title: ClassVar[Text] = {
        "nb": "Koden er ukjent, brukt, for gammel eller gitt til noen andre.",
        "nn": "Koden er ukjend, brukt, for gammal eller gitt til nokon andre.",
        "en": "The code is unknown, used, too old or not yours.",
    }


class ConsentUnknown(Unavailable):
    """S6: consent-api has not confirmed the copy of consents for too long."""

    code = "consent-unknown"
    title: ClassVar[Text] = {
        "nb": "Verktøyene dine er skjult mens vi ikke får sjekket samtykket ditt. Prøv igjen om litt.",
        "nn": "Verktøya dine er skjulte medan vi ikkje får sjekka samtykket ditt. Prøv igjen om litt.",
        "en": "Your tools are hidden while we cannot check your consent. Try again in a moment.",
    }


class ToolNotReady(Unavailable):
    """The prescription is here before the tool's own data: a matter of seconds."""

    code = "tool-not-ready"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er på vei og kan åpnes om et øyeblikk.",
        "nn": "Verktøyet er på veg og kan opnast om ein augneblink.",
        "en": "The tool is on its way and can be opened in a moment.",
    }
