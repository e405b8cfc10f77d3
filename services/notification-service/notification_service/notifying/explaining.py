"""Why something was sent, or was not, in words for the citizen and for those who are asked about it."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import RowMapping

from shared.language import Text

_REASONS: Final[Mapping[str, Text]] = {
    "no-channel": {
        "nb": "Du har valgt å ikke få varsler av denne typen. Det du fikk, ligger på Helsenorge.",
        "nn": "Du har valt å ikkje få varsel av denne typen. Det du fekk, ligg på Helsenorge.",
        "en": "You have chosen not to be notified of this kind of thing. What you got is on Helsenorge.",
    },
    "no-contact-point": {
        "nb": "Vi har verken et bekreftet telefonnummer eller en bekreftet e-postadresse å sende til.",
        "nn": "Vi har verken eit stadfesta telefonnummer eller ei stadfesta e-postadresse å sende til.",
        "en": "We have no address to send to: neither a confirmed phone number nor a confirmed e-mail address.",
    },
    "turned-off": {
        "nb": "Du slo av varsler av denne typen før dette varselet ble sendt.",
        "nn": "Du slo av varsel av denne typen før dette varselet vart sendt.",
        "en": "You turned off this kind of notification before it was sent.",
    },
    "revoked": {
        "nb": "Det du skulle få beskjed om, ble trukket tilbake før varselet ble sendt.",
        "nn": "Det du skulle få beskjed om, vart trekt tilbake før varselet vart sendt.",
        "en": "What you were to be told about was taken back before the notification was sent.",
    },
    "expired": {
        "nb": "Fristen gikk ut før varselet ble sendt.",
        "nn": "Fristen gjekk ut før varselet vart sendt.",
        "en": "The deadline passed before the notification was sent.",
    },
    "ended": {
        "nb": "Det du skulle få beskjed om, ble avsluttet før varselet ble sendt.",
        "nn": "Det du skulle få beskjed om, vart avslutta før varselet vart sendt.",
        "en": "What you were to be told about was ended before the notification was sent.",
    },
    "opened": {
        "nb": "Du hadde allerede åpnet det du skulle få beskjed om.",
        "nn": "Du hadde alt opna det du skulle få beskjed om.",
        "en": "You had already opened what you were to be told about.",
    },
    "removed": {
        "nb": "Du hadde allerede slettet det du skulle få beskjed om.",
        "nn": "Du hadde alt sletta det du skulle få beskjed om.",
        "en": "You had already deleted what you were to be told about.",
    },
    "tool-stopped": {
        "nb": "Det du skulle få beskjed om, er ikke lenger tilgjengelig.",
        "nn": "Det du skulle få beskjed om, er ikkje lenger tilgjengeleg.",
        "en": "What you were to be told about is no longer available.",
    },
    "consent-withdrawn": {
        "nb": "Du har trukket tilbake samtykket, og da sender vi ikke varsler.",
        "nn": "Du har trekt tilbake samtykket, og då sender vi ikkje varsel.",
        "en": "You have withdrawn your consent, and so we send no notifications.",
    },
    "no-consent": {
        "nb": "Vi kjenner ikke til at du har samtykket til å bruke Helsenorge fullt ut, og da sender vi ikke varsler.",
        "nn": "Vi kjenner ikkje til at du har samtykt til å bruke Helsenorge fullt ut, og då sender vi ikkje varsel.",
        "en": "We know of no consent from you to the full use of Helsenorge, and so we send no notifications.",
    },
    "told-others": {
        "nb": "Varselet gikk til dem som kan handle for deg.",
        "nn": "Varselet gjekk til dei som kan handle for deg.",
        "en": "Those who may act for you were notified.",
    },
    "told-nobody": {
        "nb": "Det gjaldt noe som bare du kan bruke, og du får ikke varsler selv. Derfor ble ingen varslet.",
        "nn": "Det gjaldt noko som berre du kan bruke, og du får ikkje varsel sjølv. Derfor vart ingen varsla.",
        "en": "It was about something that only you may use, and you are not notified yourself. So nobody was.",
    },
    "no-longer-acting": {
        "nb": "Det gjaldt noen du ikke lenger kunne handle for da varselet skulle sendes.",
        "nn": "Det gjaldt nokon du ikkje lenger kunne handle for då varselet skulle sendast.",
        "en": "It was about somebody for whom you could no longer act when the notification was to be sent.",
    },
    "recipients-unknown": {
        "nb": "Meldingen venter til vi vet hvem som skal varsles.",
        "nn": "Meldinga ventar til vi veit kven som skal varslast.",
        "en": "The message waits until we know who is to be notified.",
    },
    "reserved": {
        "nb": "Du har reservert deg mot slike henvendelser.",
        "nn": "Du har reservert deg mot slike førespurnader.",
        "en": "You have reserved yourself against being contacted like this.",
    },
    "reserved-research": {
        "nb": "Du har reservert deg mot å bli kontaktet om forskning, og henvendelsen regnes som forskning.",
        "nn": "Du har reservert deg mot å bli kontakta om forsking, og førespurnaden blir rekna som forsking.",
        "en": "You have reserved yourself against research contact, and this counts as research.",
    },
    "too-late": {
        "nb": "Varselet kunne ikke sendes før det var for sent.",
        "nn": "Varselet kunne ikkje sendast før det var for seint.",
        "en": "The notification could not be sent while it was still of use.",
    },
    "superseded": {
        "nb": "Du ba om en ny kode i stedet.",
        "nn": "Du bad om ein ny kode i staden.",
        "en": "You asked for a new code instead.",
    },
    "campaign-stopped": {
        "nb": "Avsenderen stoppet utsendingen før meldingen din ble sendt.",
        "nn": "Avsendaren stoppa utsendinga før meldinga di vart send.",
        "en": "The sender stopped the mailing before your message was sent.",
    },
    "quiet-hours": {
        "nb": "Meldingen venter til nattero er over.",
        "nn": "Meldinga ventar til nattero er over.",
        "en": "The message waits until quiet hours are over.",
    },
    "gathering": {
        "nb": "Meldingen venter litt, i tilfelle det kommer mer som kan sendes samtidig.",
        "nn": "Meldinga ventar litt, i tilfelle det kjem meir som kan sendast samtidig.",
        "en": "The message waits a little, in case there is more to send along with it.",
    },
    "sms-refused": {
        "nb": "SMS-leverandøren kan ikke sende til telefonnummeret ditt.",
        "nn": "SMS-leverandøren kan ikkje sende til telefonnummeret ditt.",
        "en": "The SMS provider cannot send to your phone number.",
    },
    "mail-refused": {
        "nb": "E-postadressen din tar ikke imot meldinger.",
        "nn": "E-postadressa di tek ikkje imot meldingar.",
        "en": "Your e-mail address does not accept messages.",
    },
    "text-unsound": {
        "nb": "Brevet fra avsenderen kunne ikke gjøres ferdig.",
        "nn": "Brevet frå avsendaren kunne ikkje gjerast ferdig.",
        "en": "The sender's letter could not be completed.",
    },
    "undeliverable": {
        "nb": "Meldingen ble sendt, men kom ikke fram.",
        "nn": "Meldinga vart send, men kom ikkje fram.",
        "en": "The message was sent but did not arrive.",
    },
    "outcome-unknown": {
        "nb": "Vi vet ikke om meldingen kom fram.",
        "nn": "Vi veit ikkje om meldinga kom fram.",
        "en": "We do not know whether the message arrived.",
    },
}
_PROVIDER_FAILED: Final[Text] = {
    "nb": "Leverandøren som skulle sende meldingen, var ikke tilgjengelig.",
    "nn": "Leverandøren som skulle sende meldinga, var ikkje tilgjengeleg.",
    "en": "The provider that was to send the message was unavailable.",
}
_CHOSEN: Final[Mapping[str, Text]] = {
    "sms": {
        "nb": "Du fikk SMS fordi du har valgt det i innstillingene dine.",
        "nn": "Du fekk SMS fordi du har valt det i innstillingane dine.",
        "en": "You got an SMS because your settings say so.",
    },
    "email": {
        "nb": "Du fikk e-post fordi du har valgt det i innstillingene dine.",
        "nn": "Du fekk e-post fordi du har valt det i innstillingane dine.",
        "en": "You got an e-mail because your settings say so.",
    },
}
_INSTEAD: Final[Text] = {
    "nb": "Meldingen ble sendt på denne måten fordi det ikke gikk på den andre.",
    "nn": "Meldinga vart send på denne måten fordi det ikkje gjekk på den andre.",
    "en": "The message was sent this way because the other one did not work.",
}
_ASKED: Final[Text] = {
    "nb": "Du fikk en kode fordi du oppga et nytt telefonnummer eller en ny e-postadresse.",
    "nn": "Du fekk ein kode fordi du oppgav eit nytt telefonnummer eller ei ny e-postadresse.",
    "en": "You got a code because you gave a new phone number or e-mail address.",
}
_TO_BE_SENT: Final[Text] = {
    "nb": "Meldingen er straks klar til å sendes.",
    "nn": "Meldinga er straks klar til å sendast.",
    "en": "The message is about to be sent.",
}


def explain(row: RowMapping) -> Text:
    """`row` has `kind`, `category`, `status`, `reason`, `channel`, `instead_of` and `trail` of a notification."""
    if row["reason"] == "reserved" and row["category"] == "research":
        return _REASONS["reserved-research"]
    if row["reason"] is not None:
        return _REASONS.get(row["reason"], _PROVIDER_FAILED)
    if row["status"] in ("waiting", "sending"):
        held = next((told.get("reason") for told in reversed(row["trail"]) if "until" in told), None)
        return _REASONS.get(held or "", _TO_BE_SENT)
    if row["kind"] == "contact-confirmation":
        return _ASKED
    return _INSTEAD if row["instead_of"] else _CHOSEN[row["channel"]]
