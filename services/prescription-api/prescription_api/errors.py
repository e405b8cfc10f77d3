"""Why something is not prescribed, each with the words a practitioner can act on.

DomainError
├── HprNotValid, AuthorisationRequired                                                   403
├── OrganisationRefusal: OrganisationRequired, OrganisationNotAllowed                    403
├── ToolNotFound, PrescriptionNotFound                                                   404
├── ToolStopped, PrescriptionStateConflict                                               409
├── ToolNotPrescribable, PatientUnknown, DeadlineInvalid                                 422
├── AboutPatient: what an attempt tells of a patient, who can see it in the access log
│   ├── AlreadyPrescribed                                                                409
│   └── PatientDeceased, PatientNotDigitallyActive, PatientTooYoung                      422
└── ConsentServiceUnavailable, HprUnavailable, PersonRegisterUnavailable,
    OrganisationRegisterUnavailable                                                      503
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from shared.errors import SINCE, DomainError, Members, NotFound, Unavailable, member
from shared.language import Text
from shared.norway import date_in_words
from shared.schemas import rfc3339


class HprNotValid(DomainError):
    status = 403
    code = "hpr-not-valid"
    title: ClassVar[Text] = {
        "nb": "Helsepersonellregisteret har ingen gyldig autorisasjon eller lisens på dette HPR-nummeret.",
        "nn": "Helsepersonellregisteret har ingen gyldig autorisasjon eller lisens på dette HPR-nummeret.",
        "en": "The HPR number is not valid: the register has no valid authorisation for it.",
    }


class AuthorisationRequired(DomainError):
    """`acceptedAuthorisations` lists the codes of 9060 that may (P2)."""

    status = 403
    code = "authorisation-required"
    title: ClassVar[Text] = {
        "nb": "Verktøyet kan bare sendes av helsepersonell med bestemte autorisasjoner.",
        "nn": "Verktøyet kan berre sendast av helsepersonell med bestemte autorisasjonar.",
        "en": "Only health personnel with certain authorisations may send this tool.",
    }
    members: ClassVar[Members] = {"acceptedAuthorisations": member("Codes of 9060 that may", ["LE", "PS"])}


# of the organisations that may, in a refusal
_SHOWN: Final = 5
_AND_MORE: Final[Text] = {"nb": " og {count} til", "nn": " og {count} til", "en": " and {count} more"}


class OrganisationRefusal(DomainError):
    """`allowed` are the numbers of the organisations that may; the answer tells a few of them, by name where the
    register knows it. `may_be_part`: whether the organisation chosen may if it is part of one of them.
    """

    status = 403
    details: ClassVar[Text]
    members: ClassVar[Members] = {
        "allowedOrganisations": {
            "description": "Those that may be chosen, a few of them; the name is null where only the number is known",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["organisationNumber", "name"],
                "properties": {
                    "organisationNumber": {"type": "string"},
                    "name": {"type": ["string", "null"], "maxLength": 200},
                },
            },
            "examples": [[{"organisationNumber": "299900177", "name": "Solfjell kommune"}]],
        }
    }

    may_be_part: ClassVar[bool] = False

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__()
        self.allowed = allowed
        self.naming({})

    @property
    def shown(self) -> Sequence[str]:
        return self.allowed[:_SHOWN]

    def naming(self, names: Mapping[str, str]) -> Self:
        """Itself, with these names of those shown."""
        told = ", ".join(f"{names[it]} ({it})" if it in names else it for it in self.shown)
        left = len(self.allowed) - len(self.shown)
        self.detail = {
            language: text.format(names=told + (_AND_MORE[language].format(count=left) if left else ""))
            for language, text in self.details.items()
        }
        self.extra["allowedOrganisations"] = [{"organisationNumber": it, "name": names.get(it)} for it in self.shown]
        return self


class OrganisationRequired(OrganisationRefusal):
    code = "organisation-required"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er for bestemte virksomheter: oppgi hvilken virksomhet du sender det for.",
        "nn": "Verktøyet er for bestemte verksemder: oppgi kva verksemd du sender det for.",
        "en": "The tool is for certain organisations: say which one you send it for.",
    }
    details: ClassVar[Text] = {
        "nb": "Oppgi hvilken virksomhet du sender verktøyet for. Det kan bare sendes for: {names}.",
        "nn": "Oppgi kva verksemd du sender verktøyet for. Det kan berre sendast for: {names}.",
        "en": "Say which organisation you send the tool for. It can only be sent for: {names}.",
    }


class OrganisationNotAllowed(OrganisationRefusal):
    code = "organisation-not-allowed"
    may_be_part = True
    title: ClassVar[Text] = {
        "nb": "Verktøyet kan ikke sendes for denne virksomheten.",
        "nn": "Verktøyet kan ikkje sendast for denne verksemda.",
        "en": "The tool cannot be sent for this organisation.",
    }
    details: ClassVar[Text] = {
        "nb": "Verktøyet kan bare sendes for: {names}.",
        "nn": "Verktøyet kan berre sendast for: {names}.",
        "en": "The tool can only be sent for: {names}.",
    }


class OrganisationNotSpokenFor(OrganisationNotAllowed):
    """The token is for other organisations than the one chosen."""

    may_be_part = False
    details: ClassVar[Text] = {
        "nb": "Innloggingen din gjelder for: {names}.",
        "nn": "Innlogginga di gjeld for: {names}.",
        "en": "Your login is for: {names}.",
    }


class ToolNotFound(NotFound):
    code = "tool-not-found"
    title: ClassVar[Text] = {
        "nb": "Verktøyet finnes ikke i katalogen.",
        "nn": "Verktøyet finst ikkje i katalogen.",
        "en": "The tool is not in the catalogue.",
    }


class PrescriptionNotFound(NotFound):
    """Also for what another organisation has prescribed: that it exists is not told."""

    code = "prescription-not-found"
    title: ClassVar[Text] = {
        "nb": "Virksomheten din har ingen slik forskrivning.",
        "nn": "Verksemda di har inga slik forskriving.",
        "en": "Your organisation has no such prescription.",
    }


class AboutPatient(DomainError):
    """The caller is told something about the patient, so the attempt is in the patient's access log (P13)."""


class AlreadyPrescribed(AboutPatient):
    """`since`, and for the same organisation `prescriptionId` (P6)."""

    status = 409
    code = "already-prescribed"
    title: ClassVar[Text] = {
        "nb": "Pasienten har allerede dette verktøyet.",
        "nn": "Pasienten har alt dette verktøyet.",
        "en": "The patient has this tool already.",
    }
    _detail: ClassVar[Text] = {
        "nb": "Pasienten har hatt dette verktøyet siden {day}.",
        "nn": "Pasienten har hatt dette verktøyet sidan {day}.",
        "en": "The patient has had this tool since {day}.",
    }
    members: ClassVar[Members] = {
        "since": SINCE,
        "prescriptionId": member(
            "The one there is, told to the same organisation", "7d1c0a52-8b1f-4a5e-9a0e-3f5f0d1b2c33", format="uuid"
        ),
    }

    @classmethod
    def since(cls, moment: datetime, **members: Any) -> Self:
        """With the day in words, by the Norwegian calendar."""
        words = {language: text.format(day=date_in_words(moment, language)) for language, text in cls._detail.items()}
        return cls(words, since=rfc3339(moment), **members)


class ToolStopped(DomainError):
    status = 409
    code = "tool-stopped"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er stoppet og kan ikke sendes nå.",
        "nn": "Verktøyet er stoppa og kan ikkje sendast no.",
        "en": "The tool has been stopped and cannot be sent now.",
    }


class PrescriptionStateConflict(DomainError):
    """`state` it is in, and `allowed`: what may be done in that state."""

    status = 409
    code = "prescription-state-conflict"
    title: ClassVar[Text] = {
        "nb": "Dette kan ikke gjøres med forskrivningen slik den er nå.",
        "nn": "Dette kan ikkje gjerast med forskrivinga slik ho er no.",
        "en": "This cannot be done with the prescription as it is now.",
    }
    members: ClassVar[Members] = {
        "state": member("Where the prescription is", "ended"),
        "allowed": member("What can be done with it", ["revoke"]),
    }


class ToolNotPrescribable(DomainError):
    status = 422
    code = "tool-not-prescribable"
    title: ClassVar[Text] = {
        "nb": "Verktøyet kan ikke sendes av behandlere.",
        "nn": "Verktøyet kan ikkje sendast av behandlarar.",
        "en": "This tool cannot be sent by practitioners.",
    }


class PatientUnknown(DomainError):
    status = 422
    code = "patient-unknown"
    title: ClassVar[Text] = {
        "nb": "Ingen i Folkeregisteret har dette nummeret.",
        "nn": "Ingen i Folkeregisteret har dette nummeret.",
        "en": "Nobody in the person register has this number.",
    }


class PatientDeceased(AboutPatient):
    status = 422
    code = "patient-deceased"
    title: ClassVar[Text] = {
        "nb": "Pasienten er registrert som død.",
        "nn": "Pasienten er registrert som død.",
        "en": "The patient is registered as deceased.",
    }


class PatientNotDigitallyActive(AboutPatient):
    """`reasons` are codes, `detail` the same in words to pass on to the patient (P4)."""

    status = 422
    code = "patient-not-digitally-active"
    title: ClassVar[Text] = {
        "nb": "Pasienten er ikke digitalt aktiv på Helsenorge.",
        "nn": "Pasienten er ikkje digitalt aktiv på Helsenorge.",
        "en": "The patient is not digitally active on Helsenorge.",
    }
    members: ClassVar[Members] = {"reasons": member("Why not, as codes", ["consent-basis-only"])}


class PatientTooYoung(AboutPatient):
    """The tool has a lowest age, `minimumAge`, that the patient has not reached (K1)."""

    status = 422
    code = "patient-too-young"
    title: ClassVar[Text] = {
        "nb": "Pasienten er yngre enn aldersgrensen for verktøyet.",
        "nn": "Pasienten er yngre enn aldersgrensa for verktøyet.",
        "en": "The patient is below the tool's lowest age.",
    }
    members: ClassVar[Members] = {"minimumAge": member("Years, of the tool", 16)}


class PatientOutsideTargetGroup(AboutPatient):
    """The tool's target groups name ages, and not that of a patient under 16 (K1, S5)."""

    status = 422
    code = "patient-outside-target-group"
    title: ClassVar[Text] = {
        "nb": "Verktøyet er ikke laget for pasientens aldersgruppe.",
        "nn": "Verktøyet er ikkje laga for aldersgruppa til pasienten.",
        "en": "The tool is not made for the patient's age group.",
    }
    members: ClassVar[Members] = {
        "targetGroups": member("Whom the tool is for, as codes of the catalogue's `target-groups`", ["adults"])
    }


class DeadlineInvalid(DomainError):
    """`earliest` and `latest` are the first and the last that are accepted, as deadlines are shown: the ends of their
    days in Norway (P7).
    """

    status = 422
    code = "deadline-invalid"
    title: ClassVar[Text] = {
        "nb": "Fristen er for kort eller for lang.",
        "nn": "Fristen er for kort eller for lang.",
        "en": "The deadline is too short or too long.",
    }
    members: ClassVar[Members] = {
        "earliest": member("The first that is accepted", "2026-11-22T22:59:59.000Z", format="date-time"),
        "latest": member("The last that is accepted", "2027-11-22T22:59:59.000Z", format="date-time"),
    }


class ConsentServiceUnavailable(Unavailable):
    code = "consent-service-unavailable"
    title: ClassVar[Text] = {
        "nb": "Vi får ikke sjekket om pasienten er digitalt aktiv akkurat nå.",
        "nn": "Vi får ikkje sjekka om pasienten er digitalt aktiv akkurat no.",
        "en": "Whether the patient is digitally active cannot be checked right now.",
    }


class HprUnavailable(Unavailable):
    code = "hpr-unavailable"
    title: ClassVar[Text] = {
        "nb": "Helsepersonellregisteret svarer ikke akkurat nå.",
        "nn": "Helsepersonellregisteret svarar ikkje akkurat no.",
        "en": "The register of health personnel does not answer right now.",
    }


class PersonRegisterUnavailable(Unavailable):
    code = "person-register-unavailable"
    title: ClassVar[Text] = {
        "nb": "Folkeregisteret svarer ikke akkurat nå.",
        "nn": "Folkeregisteret svarar ikkje akkurat no.",
        "en": "The person register does not answer right now.",
    }


class OrganisationRegisterUnavailable(Unavailable):
    code = "organisation-register-unavailable"
    title: ClassVar[Text] = {
        "nb": "Enhetsregisteret svarer ikke akkurat nå.",
        "nn": "Einingsregisteret svarar ikkje akkurat no.",
        "en": "The register of organisations does not answer right now.",
    }
