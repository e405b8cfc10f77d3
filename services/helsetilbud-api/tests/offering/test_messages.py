"""Info messages: five areas, limits as people count, standard texts that stay, plain text (H2), one GP's own (H5)."""

import json
from typing import Any

import pytest

from helsetilbud_api.offering.plain_text import count_characters

OFFICE = "/v1/offices/9900101"
MESSAGES = f"{OFFICE}/info-messages"
AREAS = {
    "gp-panel": 200,
    "prescription-renewal": 300,
    "e-consultation": 300,
    "contact-office": 300,
    "appointment-booking": 300,
}
FAMILY = "👨‍👩‍👧‍👦"


async def test_H2_there_are_five_areas_with_their_limits_and_standard_texts(ragnhild: Any) -> None:
    items = (await ragnhild.read(MESSAGES))["items"]
    assert {it["area"]: it["limit"] for it in items} == AREAS
    for it in items:
        assert set(it["standardText"]) == {"nb", "nn", "en"}
        assert (it["text"], it["length"], it["version"], it["changedAt"], it["changedBy"]) == (None, 0, 0, None, None)
        assert await ragnhild.read(f"{MESSAGES}/{it['area']}") == it
    refused = await ragnhild.get(f"{MESSAGES}/weather")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize(("area", "limit"), AREAS.items())
async def test_H2_the_limit_is_in_characters_as_people_count_them(ragnhild: Any, area: str, limit: int) -> None:
    path = f"{MESSAGES}/{area}"
    for full in ("å" * limit, FAMILY * limit, "a\u030a" * limit, ("🇳🇴ø\n" * limit)[: limit * 3 // 4 * 4]):
        text = full if count_characters(full) <= limit else "ø" * limit
        answer = await ragnhild.set(path, {"text": text})
        assert answer.json()["length"] == count_characters(text.strip())
    for over in ("å" * (limit + 1), FAMILY * (limit + 1)):
        refused = await ragnhild.call("PUT", path, {"text": over}, {"If-Match": "*"})
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (422, "text-too-long")
        assert (problem["length"], problem["limit"]) == (limit + 1, limit)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("æøå ÆØÅ", 7),
        (FAMILY, 1),
        ("👍🏽", 1),
        ("🇳🇴🇸🇪", 2),
        ("❤️", 1),
        ("1️⃣", 1),
        ("e\u0301", 1),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", 1),
        ("á š ŧ", 5),
        ("a\r\nb", 3),
    ],
)
def test_H2_a_character_is_what_people_call_one(text: str, count: int) -> None:
    assert count_characters(text) == count


async def test_H2_the_text_is_shown_below_the_standard_text_to_all_patients_of_the_office(
    ragnhild: Any, kari: Any, ola: Any
) -> None:
    for area in AREAS:
        await ragnhild.set(f"{MESSAGES}/{area}", {"text": f"Tillegg for {area}"})
    for patient in (kari, ola):
        panel = await patient.panel()
        shown = {"gp-panel": panel["message"], **{it["service"]: it["message"] for it in panel["services"]}}
        assert {name: it["officeText"].removeprefix("Tillegg for ") for name, it in shown.items()} == {
            "gp-panel": "gp-panel",
            "appointment": "appointment-booking",
            "renewal": "prescription-renewal",
            "contact": "contact-office",
            "e-consultation": "e-consultation",
        }
        assert [name for name, it in shown.items() if not it["standardText"]] == ["appointment"]


async def test_H2_the_standard_text_cannot_be_sent_in(ragnhild: Any) -> None:
    body = {"text": "Hei", "standardText": {"nb": "Annet", "nn": "Anna", "en": "Other"}}
    refused = await ragnhild.call("PUT", f"{MESSAGES}/gp-panel", body, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nb", "Her kan du stille resepsjonen ved legekontoret et praktisk"),
        ("nn", "Her kan du stille resepsjonen ved legekontoret eit praktisk"),
        ("en", "Ask the reception"),
    ],
)
async def test_H2_standard_texts_are_in_the_patients_language(kari: Any, language: str, text: str) -> None:
    [contact] = [it for it in (await kari.panel(language))["services"] if it["service"] == "contact"]
    assert contact["message"]["standardText"].startswith(text)


@pytest.mark.parametrize(
    "text",
    [
        "<b>Stengt</b>",
        "<script>",
        "<!-- -->",
        "&nbsp;",
        "&#60;b&#62;",
        "bjelle\u0007",
        "snudd\u202etekst",
        "privat\ue000",
        "to\u2028linjer",
        "us\u200bynlig",
        "tom\u3164t",
    ],
)
async def test_H2_only_plain_text_is_taken(ragnhild: Any, text: str) -> None:
    refused = await ragnhild.call("PUT", f"{MESSAGES}/gp-panel", {"text": text}, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "text-not-plain")


@pytest.mark.parametrize(
    "text",
    [
        "Bestill på https://legen.example\\@andre.example/",
        "Bestill på https://legen@andre.example/",
        "Bestill på l\u0435gen.no",
        "Bestill på javascript:alert(1)",
        "Bestill på http://127.0.0.1/",
    ],
)
async def test_H2_a_link_that_a_reader_cannot_be_sure_of_is_not_taken(ragnhild: Any, text: str) -> None:
    refused = await ragnhild.call("PUT", f"{MESSAGES}/gp-panel", {"text": text}, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "text-holds-unsafe-link")


async def test_H2_a_plain_link_is_taken(ragnhild: Any) -> None:
    text = "Bestill på https://www.legen.example/time?ny=1, blåbær.no eller post@legen.example."
    assert (await ragnhild.call("PUT", f"{MESSAGES}/gp-panel", {"text": text}, {"If-Match": '"0"'})).status_code == 200


async def test_H2_half_a_character_is_no_text(ragnhild: Any) -> None:
    refused = await ragnhild.client.put(
        f"{MESSAGES}/gp-panel",
        content=json.dumps({"text": "\ud83d"}),
        headers={"If-Match": '"0"', "Content-Type": "application/json"},
        auth=ragnhild.auth(),
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  Vi er <3 glade i dere & 5 < 6  ", "Vi er <3 glade i dere & 5 < 6"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u030a", "å"),
        ("   ", None),
        ("", None),
        (None, None),
    ],
)
async def test_H2_a_text_is_kept_as_it_is_read(ragnhild: Any, sent: str | None, kept: str | None) -> None:
    await ragnhild.set(f"{MESSAGES}/gp-panel", {"text": "Før"})
    answer = await ragnhild.set(f"{MESSAGES}/gp-panel", {"text": sent})
    assert answer.json()["text"] == kept


async def test_a_nul_is_refused_before_it_reaches_anything(ragnhild: Any) -> None:
    refused = await ragnhild.call("PUT", f"{MESSAGES}/gp-panel", {"text": "a\x00b"}, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed-request")


@pytest.mark.parametrize("between", ["", " ", "-"])
async def test_I1_no_identity_number_is_kept_in_a_text(ragnhild: Any, kari: Any, rows: Any, between: str) -> None:
    number = kari.number[:6] + between + kari.number[6:]
    refused = await ragnhild.call("PUT", f"{MESSAGES}/gp-panel", {"text": f"Om {number}"}, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "text-holds-national-id")
    assert kari.number not in refused.text
    assert await rows("SELECT 1 FROM office_setting_change") == []


async def test_H2_a_change_without_the_version_it_builds_on_is_refused(ragnhild: Any) -> None:
    refused = await ragnhild.call("PUT", f"{MESSAGES}/gp-panel", {"text": "Hei"})
    assert (refused.status_code, refused.json()["code"]) == (428, "precondition-required")


async def test_H2_a_message_that_has_not_changed_is_not_sent_again(ragnhild: Any) -> None:
    for path in (MESSAGES, f"{MESSAGES}/gp-panel"):
        etag = (await ragnhild.get(path)).headers["ETag"]
        assert (await ragnhild.get(path, {"If-None-Match": etag})).status_code == 304
        await ragnhild.set(f"{MESSAGES}/gp-panel", {"text": path})
        assert (await ragnhild.get(path, {"If-None-Match": etag})).status_code == 200


async def test_H5_a_message_of_one_gp_is_seen_by_that_gps_patients_only(ragnhild: Any, kari: Any, ola: Any) -> None:
    path = f"{OFFICE}/practitioners/990000101/info-messages/gp-panel"
    answer = await ragnhild.set(path, {"text": "Ragnhild slutter til jul"})
    assert (answer.json()["hprNumber"], answer.json()["limit"]) == ("990000101", 200)
    await ragnhild.set(f"{MESSAGES}/gp-panel", {"text": "Vi flytter"})
    message = (await kari.panel())["message"]
    assert (message["officeText"], message["gpText"]) == ("Vi flytter", "Ragnhild slutter til jul")
    message = (await ola.panel())["message"]
    assert (message["officeText"], message["gpText"]) == ("Vi flytter", None)
    refused = await ragnhild.call("PUT", path, {"text": "å" * 201}, {"If-Match": "*"})
    assert refused.json()["code"] == "text-too-long"


@pytest.mark.parametrize("hpr", ["990000105", "1"])
@pytest.mark.parametrize(
    "setting", ["practitioners/{}/info-messages/gp-panel", "practitioners/{}/services", "substitutes/{}"]
)
async def test_H5_what_is_a_gps_is_of_a_gp_with_a_list_at_the_office(ragnhild: Any, hpr: str, setting: str) -> None:
    """A substitute has none."""
    path = f"{OFFICE}/{setting.format(hpr)}"
    bodies: dict[str, Any] = {"practitioners": {"text": "Hei"}, "substitutes": {}}
    body = bodies[setting.partition("/")[0]]
    if setting.endswith("services"):
        on = {"appointment": True, "renewal": True, "contact": True, "eConsultation": True}
        body = {"switches": on}
    for answer in (await ragnhild.get(path), await ragnhild.call("PUT", path, body, {"If-Match": '"0"'})):
        assert (answer.status_code, answer.json()["code"]) == (404, "practitioner-not-found")
