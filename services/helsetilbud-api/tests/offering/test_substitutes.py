"""Whose own text is whose, and what a substitute may see and change while the stand-in lasts (H5)."""

from typing import Any

import pytest

OFFICE = "/v1/offices/9900101"
RAGNHILD, SAMIRA, MIKKEL, RUNA = "990000101", "990000102", "990000105", "990000106"
ON = {"appointment": True, "renewal": True, "contact": True, "eConsultation": True}
AREAS = ("gp-panel", "prescription-renewal", "e-consultation", "contact-office", "appointment-booking")
NOVEMBER = {"firstDay": "2026-11-20", "lastDay": "2026-11-30"}
DURING = "2026-11-25T12:00+01:00"
ANY = {"If-Match": "*"}


def own_text(hpr_number: str, area: str = "gp-panel") -> str:
    return f"{OFFICE}/practitioners/{hpr_number}/info-messages/{area}"


def services(hpr_number: str) -> str:
    return f"{OFFICE}/practitioners/{hpr_number}/services"


def substitutes(hpr_number: str) -> str:
    return f"{OFFICE}/substitutes/{hpr_number}"


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


NOT_THEIRS = (403, "text-of-another-gp")
NOT_FOR_SUBSTITUTES = (403, "substitute-not-allowed")
OUTSIDE = (403, "office-access-denied")


@pytest.fixture
def stand_in(ragnhild: Any, at: Any) -> Any:
    """Lets people work on Ragnhild's list in November; it is the 25th."""

    async def let(*hpr_numbers: str, away: bool = True, of: str = RAGNHILD) -> None:
        at(DURING)
        who = [{"hprNumber": it, **NOVEMBER} for it in hpr_numbers]
        await ragnhild.set(substitutes(of), {"away": [NOVEMBER] if away else [], "substitutes": who})

    return let


@pytest.mark.parametrize("area", AREAS)
async def test_H5_a_gp_does_not_rewrite_another_gps_own_text(ragnhild: Any, samira: Any, area: str) -> None:
    await ragnhild.set(own_text(RAGNHILD, area), {"text": "Fra Ragnhild"})
    answer = await samira.call("PUT", own_text(RAGNHILD, area), {"text": "Fra Samira"}, ANY)
    assert refused(answer) == NOT_THEIRS
    assert (await samira.read(own_text(RAGNHILD, area)))["text"] == "Fra Ragnhild"
    assert (await samira.set(own_text(SAMIRA, area), {"text": "Fra Samira"})).json()["version"] == 1


async def test_H5_H6_a_gp_does_not_put_back_another_gps_own_text(ragnhild: Any, samira: Any) -> None:
    for text in ("Første", "Andre"):
        await ragnhild.set(own_text(RAGNHILD), {"text": text})
    first = (await samira.read(f"{OFFICE}/history"))["items"][1]
    path = f"{OFFICE}/history/{first['changeId']}/restore"
    assert refused(await samira.call("POST", path, None, ANY)) == NOT_THEIRS
    assert (await ragnhild.read(own_text(RAGNHILD)))["text"] == "Andre"
    assert (await ragnhild.call("POST", path, None, ANY)).status_code == 200


async def test_H5_an_editor_writes_a_gps_own_text_for_the_office(ragnhild: Any, secretary: Any) -> None:
    """The webinar's question 15: support staff answer for what is put out."""
    body = {"person": {"nationalId": secretary.number}, "name": "Turid"}
    await ragnhild.call("POST", f"{OFFICE}/editors", body)
    changed = await secretary.set(own_text(SAMIRA), {"text": "Samira er syk i dag"})
    assert changed.json()["changedBy"]["role"] == "editor"


async def test_H5_colleagues_switch_services_and_name_substitutes_for_one_who_is_ill(samira: Any) -> None:
    await samira.set(services(RAGNHILD), {"switches": ON | {"eConsultation": False}})
    await samira.set(substitutes(RAGNHILD), {"away": [NOVEMBER]})


@pytest.mark.parametrize("away", [True, False], ids=["away", "one beside the GP"])
async def test_H5_a_substitute_has_what_the_list_needs(
    mikkel: Any, kari: Any, ola: Any, stand_in: Any, away: bool
) -> None:
    """Own text and switches of the list stood in for; its patients see them, and nobody else's do."""
    await stand_in(MIKKEL, away=away)
    for area in AREAS:
        changed = await mikkel.set(own_text(RAGNHILD, area), {"text": f"Vikaren om {area}"})
        assert changed.json()["changedBy"]["hprNumber"] == MIKKEL
    await mikkel.set(services(RAGNHILD), {"switches": ON | {"eConsultation": False}})
    panel = await kari.panel()
    assert panel["message"]["gpText"] == "Vikaren om gp-panel"
    assert [it["service"] for it in panel["services"]] == ["appointment", "renewal", "contact"]
    assert "Vikaren" not in str(await ola.panel())


async def test_H5_a_substitute_sees_what_the_offices_patients_see(mikkel: Any, stand_in: Any) -> None:
    await stand_in(MIKKEL)
    for path in (
        "",
        "/info-messages",
        "/info-messages/gp-panel",
        f"/practitioners/{SAMIRA}/info-messages/gp-panel",
        f"/practitioners/{SAMIRA}/services",
        "/triage",
        "/triage/e-contact",
        "/substitutes",
        f"/substitutes/{RAGNHILD}",
        f"/preview?practitioner={RAGNHILD}",
        "/history",
    ):
        assert (await mikkel.get(OFFICE + path)).status_code == 200, path


async def test_H5_a_substitute_changes_nothing_beyond_the_list(mikkel: Any, stand_in: Any) -> None:
    """Not the office's texts and forms, not the other lists, and not how long the stand-in lasts."""
    await stand_in(MIKKEL)
    for path, body in (
        (f"{OFFICE}/info-messages/gp-panel", {"text": "Hei"}),
        (f"{OFFICE}/triage/e-contact", {"controlQuestions": "practical-question", "checkpoint": None}),
        (own_text(SAMIRA), {"text": "Hei"}),
        (services(SAMIRA), {"switches": ON}),
        (substitutes(RAGNHILD), {"substitutes": [{"hprNumber": MIKKEL, "firstDay": "2026-11-20"}]}),
        (substitutes(SAMIRA), {}),
    ):
        assert refused(await mikkel.call("PUT", path, body, ANY)) == NOT_FOR_SUBSTITUTES, path


async def test_H5_a_substitute_sees_neither_blocks_nor_editors(
    ragnhild: Any, mikkel: Any, kari: Any, secretary: Any, stand_in: Any
) -> None:
    await stand_in(MIKKEL)
    block = {"patient": {"nationalId": kari.number}, "services": ["contact"], "reason": "Avtalt"}
    person = {"person": {"nationalId": secretary.number}, "name": "Turid"}
    blocked = await ragnhild.call("POST", f"{OFFICE}/blocked-patients", block)
    appointed = await ragnhild.call("POST", f"{OFFICE}/editors", person)
    patient = {"patient": block["patient"]}
    for method, path, body in (
        ("GET", f"{OFFICE}/blocked-patients", None),
        ("POST", f"{OFFICE}/blocked-patients", block),
        ("POST", f"{OFFICE}/blocked-patients/search", patient),
        ("GET", blocked.headers["Location"], None),
        ("PUT", blocked.headers["Location"], {"services": ["contact"], "reason": "Avtalt"}),
        ("DELETE", blocked.headers["Location"], None),
        ("GET", f"{OFFICE}/editors", None),
        ("POST", f"{OFFICE}/editors", person),
        ("GET", appointed.headers["Location"], None),
        ("DELETE", appointed.headers["Location"], None),
    ):
        assert refused(await mikkel.call(method, path, body, ANY)) == NOT_FOR_SUBSTITUTES, (method, path)
    settings = {it["setting"].partition("/")[0] for it in (await mikkel.read(f"{OFFICE}/history"))["items"]}
    assert settings == {"substitutes"}
    for change in (await ragnhild.read(f"{OFFICE}/history"))["items"]:
        if change["setting"].startswith("blocked-patients/"):
            assert (await mikkel.read(f"{OFFICE}/history", setting=change["setting"]))["items"] == []
        restored = await mikkel.call("POST", f"{OFFICE}/history/{change['changeId']}/restore", None, ANY)
        assert restored.status_code == 403
        assert restored.json()["code"] in ("only-gps", "substitute-not-allowed")


async def test_H5_H6_a_substitute_puts_the_lists_own_text_back(ragnhild: Any, mikkel: Any, stand_in: Any) -> None:
    for text in ("Første", "Andre"):
        await ragnhild.set(own_text(RAGNHILD), {"text": text})
    await stand_in(MIKKEL)
    [first] = [it for it in (await mikkel.read(f"{OFFICE}/history"))["items"] if it["content"] == {"text": "Første"}]
    answer = await mikkel.call("POST", f"{OFFICE}/history/{first['changeId']}/restore", None, ANY)
    assert (answer.status_code, answer.json()["changedBy"]["hprNumber"]) == (200, MIKKEL)


async def test_H5_the_access_is_there_by_the_norwegian_day_and_ends_with_the_stand_in(
    mikkel: Any, stand_in: Any, at: Any
) -> None:
    await stand_in(MIKKEL)
    found = {}
    for moment in (
        "2026-11-19T23:59+01:00",
        "2026-11-20T00:00+01:00",
        "2026-11-30T23:59+01:00",
        "2026-12-01T00:00+01:00",
    ):
        at(moment)
        answer = await mikkel.call("PUT", own_text(RAGNHILD), {"text": moment[:10]}, ANY)
        listed = [it["herId"] for it in (await mikkel.read("/v1/offices"))["items"]]
        found[moment] = (answer.status_code, listed)
    assert list(found.values()) == [(403, []), (200, [9900101]), (200, [9900101]), (403, [])]
    assert refused(await mikkel.get(OFFICE)) == OUTSIDE


async def test_H5_a_stand_in_that_is_cut_short_ends_at_once(mikkel: Any, ragnhild: Any, stand_in: Any) -> None:
    await stand_in(MIKKEL)
    assert (await mikkel.get(OFFICE)).status_code == 200
    await ragnhild.set(substitutes(RAGNHILD), {})
    assert refused(await mikkel.get(OFFICE)) == OUTSIDE


async def test_H5_a_substitute_who_has_left_the_office_is_out(mikkel: Any, stand_in: Any, register: Any) -> None:
    await stand_in(MIKKEL)
    register.offices[9900101]["practitioners"].pop()
    assert refused(await mikkel.get(OFFICE)) == OUTSIDE
    assert (await mikkel.read("/v1/offices"))["items"] == []


async def test_H5_of_several_substitutes_each_has_the_same_access(
    mikkel: Any, samira: Any, stand_in: Any, at: Any
) -> None:
    """A GP of the office who stands in for a colleague writes the colleague's text too, and only meanwhile."""
    await stand_in(MIKKEL, SAMIRA)
    assert (await mikkel.set(own_text(RAGNHILD), {"text": "Mikkel"})).status_code == 200
    assert (await samira.set(own_text(RAGNHILD), {"text": "Samira"})).status_code == 200
    assert (await samira.set(f"{OFFICE}/info-messages/gp-panel", {"text": "Hele kontoret"})).status_code == 200
    at("2026-12-01T12:00+01:00")
    assert refused(await samira.call("PUT", own_text(RAGNHILD), {"text": "Etterpå"}, ANY)) == NOT_THEIRS


async def test_H5_with_nobody_to_stand_in_nobody_has_the_access(mikkel: Any, ragnhild: Any, stand_in: Any) -> None:
    await stand_in()
    assert refused(await mikkel.get(OFFICE)) == OUTSIDE
    assert (await ragnhild.set(own_text(RAGNHILD), {"text": "Hilsen fra permisjon"})).status_code == 200


async def test_H5_a_substitute_who_is_appointed_edits_for_the_whole_office(
    mikkel: Any, ragnhild: Any, stand_in: Any
) -> None:
    await stand_in(MIKKEL)
    await ragnhild.call("POST", f"{OFFICE}/editors", {"person": {"nationalId": mikkel.number}, "name": "Mikkel"})
    assert (await mikkel.set(f"{OFFICE}/info-messages/gp-panel", {"text": "Hele kontoret"})).status_code == 200


async def test_H1_everybody_is_told_how_much_of_the_office_is_theirs(
    ragnhild: Any, samira: Any, mikkel: Any, stand_in: Any
) -> None:
    await stand_in(MIKKEL, SAMIRA)
    told = {}
    for name, person in (("ragnhild", ragnhild), ("samira", samira), ("mikkel", mikkel)):
        office = (await person.read("/v1/offices"))["items"][0]
        assert office == await person.read(OFFICE)
        told[name] = (office["yourRole"], office["wholeOffice"], office["standsInFor"])
    assert told == {
        "ragnhild": ("gp", True, []),
        "samira": ("gp", True, [RAGNHILD]),
        "mikkel": ("editor", False, [RAGNHILD]),
    }


async def test_H5_a_text_too_long_is_said_to_whom_it_is_for(samira: Any) -> None:
    """Who may not write is told that, and not what is wrong with the text."""
    assert refused(await samira.call("PUT", own_text(RAGNHILD), {"text": "å" * 201}, ANY)) == NOT_THEIRS
