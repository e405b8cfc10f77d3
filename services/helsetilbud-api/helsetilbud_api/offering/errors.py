"""What those who edit an office's offering can be refused, besides what `shared` refuses."""

from typing import ClassVar

from shared.errors import DomainError, Members, PreconditionFailed, member
from shared.language import Text


class OfficeAccessDenied(DomainError):
    """H1, H5: the office exists (HER-ids are public), and the caller is neither a GP nor an editor of it, nor today a
    substitute of one of its GPs.
    """

    status = 403
    code = "office-access-denied"
    title: ClassVar[Text] = {
        "nb": "Du er verken fastlege, vikar eller redaktør ved dette kontoret i dag.",
        "nn": "Du er verken fastlege, vikar eller redaktør ved dette kontoret i dag.",
        "en": "Today you are neither a GP, a substitute nor an editor of this office.",
    }


class OnlyGps(DomainError):
    """H5: who edits on behalf of the office is for its GPs to say."""

    status = 403
    code = "only-gps"
    title: ClassVar[Text] = {
        "nb": "Bare en fastlege ved kontoret kan gjøre dette.",
        "nn": "Berre ein fastlege ved kontoret kan gjere dette.",
        "en": "Only a GP of the office may do this.",
    }


class SubstituteNotAllowed(DomainError):
    """H5: what is the whole office's, or of a list that the caller does not work on today."""

    status = 403
    code = "substitute-not-allowed"
    title: ClassVar[Text] = {
        "nb": "Som vikar har du bare tilgang til det som gjelder listen til legen du er vikar for.",
        "nn": "Som vikar har du berre tilgang til det som gjeld lista til legen du er vikar for.",
        "en": "As a substitute you only have access to what is of the list that you work on.",
    }


class TextOfAnotherGp(DomainError):
    """H5: a GP's own text is written by the GP, a substitute of theirs, or an editor of the office."""

    status = 403
    code = "text-of-another-gp"
    title: ClassVar[Text] = {
        "nb": "Dette er teksten til en annen fastlege. Bare legen selv, en vikar eller en redaktør kan endre den.",
        "nn": "Dette er teksten til ein annan fastlege. Berre legen sjølv, ein vikar eller ein redaktør kan endre han.",
        "en": "This text is another GP's. Only that GP, a substitute of theirs or an editor may change it.",
    }


class SubstituteUnknown(DomainError):
    """`hprNumber` is the one that the register does not have at this office."""

    status = 422
    code = "substitute-unknown"
    title: ClassVar[Text] = {
        "nb": "Vikaren er ikke registrert ved kontoret.",
        "nn": "Vikaren er ikkje registrert ved kontoret.",
        "en": "The substitute is not registered at the office.",
    }
    members: ClassVar[Members] = {"hprNumber": member("Of the one who is not known", "990000101")}


class TextTooLong(DomainError):
    """`length` and `limit` are in characters as people count them (H2)."""

    status = 422
    code = "text-too-long"
    title: ClassVar[Text] = {
        "nb": "Teksten er for lang.",
        "nn": "Teksten er for lang.",
        "en": "The text is too long.",
    }
    members: ClassVar[Members] = {
        "length": member("As people count characters", 231),
        "limit": member("The most there may be", 200),
    }


class TextNotPlain(DomainError):
    status = 422
    code = "text-not-plain"
    title: ClassVar[Text] = {
        "nb": "Teksten må være ren tekst, uten HTML, styretegn og usynlige tegn.",
        "nn": "Teksten må vere rein tekst, utan HTML, styreteikn og usynlege teikn.",
        "en": "The text must be plain, without markup, control characters and unseen characters.",
    }


class TextHoldsNationalId(DomainError):
    status = 422
    code = "text-holds-national-id"
    title: ClassVar[Text] = {
        "nb": "Teksten inneholder et fødselsnummer eller D-nummer.",
        "nn": "Teksten inneheld eit fødselsnummer eller D-nummer.",
        "en": "The text holds a national identity number.",
    }


class TextHoldsUnsafeLink(DomainError):
    status = 422
    code = "text-holds-unsafe-link"
    title: ClassVar[Text] = {
        "nb": "Teksten har en lenke der leseren ikke kan være sikker på hvor den fører.",
        "nn": "Teksten har ei lenkje der lesaren ikkje kan vere sikker på kvar ho fører.",
        "en": "The text holds a link whose host a reader cannot be sure of.",
    }


class FormNotOffered(DomainError):
    """H3. `kind` says which of the two is not on the standard list of the service."""

    status = 422
    code = "form-not-offered"
    title: ClassVar[Text] = {
        "nb": "Skjemaet er ikke på standardlisten for denne tjenesten.",
        "nn": "Skjemaet er ikkje på standardlista for denne tenesta.",
        "en": "The form is not on the standard list of this service.",
    }
    members: ClassVar[Members] = {"kind": member("Which of the two forms", "checkpoint")}


class EditorNotFound(DomainError):
    status = 404
    code = "editor-not-found"
    title: ClassVar[Text] = {
        "nb": "Kontoret har ikke denne redaktøren.",
        "nn": "Kontoret har ikkje denne redaktøren.",
        "en": "The office has no such editor.",
    }


class EditorAlreadyAppointed(DomainError):
    """`editorId` is the one that the person has already."""

    status = 409
    code = "editor-already-appointed"
    title: ClassVar[Text] = {
        "nb": "Personen er allerede redaktør for kontoret.",
        "nn": "Personen er alt redaktør for kontoret.",
        "en": "The person is an editor of the office already.",
    }
    members: ClassVar[Members] = {
        "editorId": member("The appointment there is", "4f1c2b3a-5d6e-4f70-8192-a3b4c5d6e7f8", format="uuid")
    }


class BlockNotFound(DomainError):
    status = 404
    code = "block-not-found"
    title: ClassVar[Text] = {
        "nb": "Kontoret har ingen slik sperring.",
        "nn": "Kontoret har inga slik sperring.",
        "en": "The office has no such block.",
    }


class PatientAlreadyBlocked(DomainError):
    """`blockId` is the one that there is already, and can be changed."""

    status = 409
    code = "patient-already-blocked"
    title: ClassVar[Text] = {
        "nb": "Pasienten er allerede sperret for noe ved kontoret.",
        "nn": "Pasienten er alt sperra for noko ved kontoret.",
        "en": "Something at the office is closed to the patient already.",
    }
    members: ClassVar[Members] = {
        "blockId": member("The block there is", "4f1c2b3a-5d6e-4f70-8192-a3b4c5d6e7f8", format="uuid")
    }


class NotAPatientOfTheOffice(DomainError):
    status = 422
    code = "not-a-patient-of-the-office"
    title: ClassVar[Text] = {
        "nb": "Personen står ikke på listen til noen fastlege ved kontoret.",
        "nn": "Personen står ikkje på lista til nokon fastlege ved kontoret.",
        "en": "The person is not on the list of any GP of the office.",
    }


class ChangedMeanwhile(PreconditionFailed):
    """By whom and when what there is now was made: left out for what nobody has changed yet."""

    members: ClassVar[Members] = {
        "version": member("The one there is now", 4),
        "changedBy": member("Who made it", "Ragnhild Bergknausen"),
        "changedAt": member("When", "2026-11-22T08:15:30.123Z", format="date-time"),
    }


class ChangeNotFound(DomainError):
    status = 404
    code = "change-not-found"
    title: ClassVar[Text] = {
        "nb": "Kontorets historikk har ingen slik endring.",
        "nn": "Historikken til kontoret har inga slik endring.",
        "en": "The history of the office has no such change.",
    }
