"""The fixed texts carry the facts of the source (H2): head, answer within five working days, who reads, own share."""

from typing import Any

import pytest

OFFICE, SKARVOY = "/v1/offices/9900101", "/v1/offices/9900102"
HEAD = "Solfjell legekontor\nSolfjellveien 12, 9999 Solfjell"
LANGUAGES = ("nb", "nn", "en")

# of each text in nb, nn and en: what must be said
FIVE_DAYS = ("innen fem arbeidsdager", "innan fem arbeidsdagar", "within five working days")
OTHERS_READ = ("Andre enn fastlegen", "Andre enn fastlegen", "Others at the office")
AT_ABSENCE = ("annet helsepersonell", "anna helsepersonell", "other health personnel")
OWN_SHARE = ("samme egenandel som for en time", "same eigendel som for ein time", "the same own share as for a visit")
RECEPTION = ("resepsjonen", "resepsjonen", "reception")
FACTS = {
    "prescription-renewal": (FIVE_DAYS, OTHERS_READ),
    "e-consultation": (FIVE_DAYS, AT_ABSENCE, OWN_SHARE),
    "contact-office": (FIVE_DAYS, RECEPTION),
}
EMERGENCY = ("Ring 113 ved øyeblikkelig hjelp", "Ring 113 ved augeblikkeleg hjelp", "Call 113 in an emergency")
CLOSED = ("legevakten på 116 117", "legevakta på 116 117", "116 117")
RECORDED = ("blir journalført", "blir journalført", "kept in your medical record")
EXAMINED = ("bør du bestille time", "bør du bestille time", "book an appointment instead")
SYMPTOMS = ("hvilke symptomer du har", "kva symptom du har", "which symptoms you have")


async def standard(person: Any, area: str, office: str = OFFICE) -> Any:
    return (await person.read(f"{office}/info-messages/{area}"))["standardText"]


@pytest.mark.parametrize("area", FACTS)
async def test_H2_the_standard_text_carries_the_facts_of_the_area(ragnhild: Any, area: str) -> None:
    text = await standard(ragnhild, area)
    for place, language in enumerate(LANGUAGES):
        for fact in FACTS[area]:
            assert fact[place] in text[language]


async def test_H2_the_head_of_the_panel_is_the_offices_name_and_address(ragnhild: Any, kari: Any) -> None:
    assert await standard(ragnhild, "gp-panel") == dict.fromkeys(LANGUAGES, HEAD)
    assert await standard(ragnhild, "gp-panel", SKARVOY) == dict.fromkeys(LANGUAGES, "Skarvøy legekontor")
    for language in LANGUAGES:
        panel = await kari.panel(language)
        assert panel["message"]["standardText"] == HEAD
        assert (panel["office"]["name"], panel["office"]["address"]) == tuple(HEAD.split("\n"))


async def test_H2_appointment_booking_has_no_standard_text(ragnhild: Any, kari: Any) -> None:
    await ragnhild.set(f"{OFFICE}/info-messages/appointment-booking", {"text": "Ring før ni"})
    assert await standard(ragnhild, "appointment-booking") == dict.fromkeys(LANGUAGES, "")
    for language in LANGUAGES:
        [booking] = [it for it in (await kari.panel(language))["services"] if it["service"] == "appointment"]
        assert booking["message"] == {"standardText": "", "officeText": "Ring før ni", "gpText": None}


async def test_H2_every_request_says_where_to_turn_when_it_cannot_wait(kari: Any) -> None:
    for place, language in enumerate(LANGUAGES):
        for service in (await kari.panel(language))["services"]:
            said = " ".join(service["notices"])
            assert EMERGENCY[place] in said
            assert CLOSED[place] in said


async def test_H2_an_e_consultation_says_what_to_write_and_that_it_is_recorded(kari: Any) -> None:
    for place, language in enumerate(LANGUAGES):
        [offered] = [it for it in (await kari.panel(language))["services"] if it["service"] == "e-consultation"]
        for fact in (SYMPTOMS, EXAMINED, RECORDED):
            assert fact[place] in " ".join(offered["notices"])
