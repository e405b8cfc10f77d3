"""The citizen's panel, and the preview that shows the same (H4, H5), over HTTP with real tokens."""

from datetime import date
from typing import Any

import pytest

from helsetilbud_api.offering.rendering import GpPanel

OFFICE = "/v1/offices/9900101"
RAGNHILD, SAMIRA, MIKKEL = "990000101", "990000102", "990000105"
SERVICES = ["appointment", "renewal", "contact", "e-consultation"]
NAMES = {"appointment": "appointment", "renewal": "renewal", "contact": "contact", "e-consultation": "eConsultation"}


def only(*on: str, closures: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"switches": {name: service in on for service, name in NAMES.items()}, "closures": list(closures)}


def buttons(panel: Any) -> list[str]:
    return [it["service"] for it in panel["services"]]


async def test_an_office_that_has_decided_nothing_shows_the_standard(kari: Any) -> None:
    panel = await kari.panel()
    assert panel["hidden"] is None
    assert panel["office"] == {
        "herId": 9900101,
        "name": "Solfjell legekontor",
        "address": "Solfjellveien 12, 9999 Solfjell",
    }
    assert panel["gp"] == {"hprNumber": RAGNHILD, "name": "Ragnhild Bergknausen", "away": False}
    assert panel["attendanceText"] == "Fastlegen din er Ragnhild Bergknausen."
    assert buttons(panel) == SERVICES
    assert panel["message"]["officeText"] is None


async def test_H4_each_gps_patients_see_that_gps_services(ragnhild: Any, samira: Any, kari: Any, ola: Any) -> None:
    """The question of the webinar: half of the GPs at an office use e-consultation, the other half do not."""
    answer = await ragnhild.set(f"{OFFICE}/practitioners/{SAMIRA}/services", only("appointment", "renewal", "contact"))
    assert answer.json()["switches"]["eConsultation"] is False
    await samira.set(f"{OFFICE}/info-messages/e-consultation", {"text": "Svar innen tre dager"})
    assert buttons(await kari.panel()) == SERVICES
    panel = await ola.panel()
    assert buttons(panel) == ["appointment", "renewal", "contact"]
    assert "Svar innen tre dager" not in str(panel)
    assert "Svar innen tre dager" in str(await kari.panel())


async def test_H4_all_off_hides_the_whole_panel(ragnhild: Any, kari: Any, ola: Any) -> None:
    await ragnhild.set(f"{OFFICE}/info-messages/gp-panel", {"text": "Velkommen"})
    await ragnhild.set(f"{OFFICE}/practitioners/{RAGNHILD}/services", only())
    panel = await kari.panel("nn")
    assert panel["hidden"]["reason"] == "no-services"
    assert panel["hidden"]["text"].startswith("Legekontoret ditt har ingen tenester")
    nothing = {"office": None, "gp": None, "substitutes": [], "attendanceText": None, "message": None, "services": []}
    assert {name: panel[name] for name in nothing} == nothing
    assert buttons(await ola.panel()) == SERVICES


async def test_H5_a_schedule_closes_and_opens_by_itself(ragnhild: Any, kari: Any, at: Any) -> None:
    at("2026-11-27T12:00+01:00")
    weekend = {"kind": "weekend", "services": ["contact", "e-consultation"], "closes": "16:00", "opens": "08:00"}
    await ragnhild.set(f"{OFFICE}/practitioners/{RAGNHILD}/services", only(*SERVICES, closures=(weekend,)))
    seen = {}
    for moment in (
        "2026-11-27T15:59+01:00",
        "2026-11-27T16:00+01:00",
        "2026-11-30T07:59+01:00",
        "2026-11-30T08:00+01:00",
    ):
        at(moment)
        seen[moment] = buttons(await kari.panel())
    open_again = [SERVICES, ["appointment", "renewal"], ["appointment", "renewal"], SERVICES]
    assert list(seen.values()) == open_again


@pytest.mark.parametrize(
    ("substitution", "away", "names", "offered"),
    [
        ({}, False, [], True),
        ({"substitutes": [{"hprNumber": MIKKEL, "firstDay": "2026-11-01"}]}, False, ["Mikkel Drivfokk"], True),
        ({"away": [{"firstDay": "2026-11-01"}]}, True, [], False),
        (
            {
                "away": [{"firstDay": "2026-11-01", "lastDay": "2026-12-31"}],
                "substitutes": [{"hprNumber": MIKKEL, "firstDay": "2026-11-01", "lastDay": "2026-11-30"}],
            },
            True,
            ["Mikkel Drivfokk"],
            True,
        ),
        (
            {
                "away": [{"firstDay": "2026-11-01"}],
                "substitutes": [
                    {"hprNumber": MIKKEL, "firstDay": "2026-11-01"},
                    {"hprNumber": SAMIRA, "firstDay": "2026-11-15"},
                ],
            },
            True,
            ["Mikkel Drivfokk", "Samira Nuristalam"],
            True,
        ),
        ({"away": [{"firstDay": "2026-12-01"}]}, False, [], True),
        (
            {
                "away": [{"firstDay": "2026-11-01"}],
                "substitutes": [{"hprNumber": MIKKEL, "firstDay": "2026-10-01", "lastDay": "2026-11-21"}],
            },
            True,
            [],
            False,
        ),
    ],
    ids=["none", "one beside the GP", "away, none", "away, one", "away, several", "away later", "away, one before"],
)
async def test_H5_substitutes(
    ragnhild: Any, kari: Any, substitution: Any, away: bool, names: Any, offered: bool
) -> None:
    answer = await ragnhild.set(f"{OFFICE}/substitutes/{RAGNHILD}", substitution)
    assert answer.json()["away"] == [{"lastDay": None, **it} for it in substitution.get("away", [])]
    panel = await kari.panel()
    assert panel["gp"]["away"] is away
    assert [it["name"] for it in panel["substitutes"]] == names
    assert ("e-consultation" in buttons(panel)) is offered
    assert buttons(panel)[:3] == SERVICES[:3]
    listed = (await ragnhild.read(f"{OFFICE}/substitutes"))["items"]
    assert [it["hprNumber"] for it in listed] == [RAGNHILD, SAMIRA]
    assert listed[0] == await ragnhild.read(f"{OFFICE}/substitutes/{RAGNHILD}")


async def test_H5_a_substitute_must_be_known_at_the_office(ragnhild: Any) -> None:
    body = {"substitutes": [{"hprNumber": "990000104", "firstDay": "2026-11-01"}]}
    refused = await ragnhild.call("PUT", f"{OFFICE}/substitutes/{RAGNHILD}", body, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "substitute-unknown")
    assert refused.json()["hprNumber"] == "990000104"


@pytest.mark.parametrize(
    "body",
    [
        only(*SERVICES, closures=({"kind": "night", "services": ["contact"], "closes": "16:00", "opens": "16:00"},)),
        only(*SERVICES, closures=({"kind": "holiday", "services": ["contact"], "firstDay": "2026-12-24"},)),
        only(*SERVICES, closures=({"kind": "eclipse", "services": ["contact"]},)),
        only(*SERVICES, closures=({"kind": "night", "services": ["dance"], "closes": "16:00", "opens": "08:00"},)),
        {"switches": {"appointment": True}},
        {},
    ],
)
async def test_H4_H5_switches_and_schedules_that_make_no_sense_are_refused(ragnhild: Any, body: Any) -> None:
    refused = await ragnhild.call("PUT", f"{OFFICE}/practitioners/{RAGNHILD}/services", body, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


async def test_a_citizen_without_a_gp_is_told_so(patient: Any, register: Any, lists: Any, clock: Any) -> None:
    never = await patient(date(1966, 6, 6), None, None)
    panel = await never.panel("en")
    assert panel["hidden"] == {"reason": "no-gp", "text": "You are not on the list of any GP."}
    assert panel["services"] == []
    once = await patient(date(1955, 5, 5))
    assert (await once.panel())["hidden"] is None
    register.move(once.number, None, None)
    await lists.read(clock.now)
    assert (await once.panel())["hidden"]["reason"] == "no-gp"


async def test_before_the_patient_lists_have_been_read_nothing_is_claimed(kari: Any, database: Any) -> None:
    async with database.driver() as connection:
        await connection.execute("TRUNCATE patient_gp, gp_register_position")
    refused = await kari.get("/v1/me/gp-panel")
    assert (refused.status_code, refused.json()["code"]) == (503, "gp-register-unavailable")


async def test_while_the_register_is_away_nothing_is_claimed(kari: Any, register: Any) -> None:
    for broken in ([503, 503], ["not JSON", 500], [404]):
        register.broken = list(broken)
        refused = await kari.get("/v1/me/gp-panel")
        assert (refused.status_code, refused.json()["code"]) == (503, "gp-register-unavailable")
        assert refused.headers["Retry-After"]


async def test_a_patient_who_changes_gp_sees_the_new_ones_office(
    kari: Any, ragnhild: Any, register: Any, lists: Any, clock: Any
) -> None:
    await ragnhild.set(f"{OFFICE}/info-messages/gp-panel", {"text": "Velkommen til Solfjell"})
    register.move(kari.number, RAGNHILD, 9900102)
    await lists.read(clock.now)
    panel = await kari.panel()
    assert (panel["office"]["name"], panel["message"]["officeText"]) == ("Skarvøy legekontor", None)


async def test_the_panel_has_an_entity_tag_for_each_language(kari: Any, ragnhild: Any) -> None:
    first = await kari.get("/v1/me/gp-panel")
    known = {"If-None-Match": first.headers["ETag"]}
    assert (await kari.get("/v1/me/gp-panel", known)).status_code == 304
    assert (await kari.get("/v1/me/gp-panel", known | {"Accept-Language": "nn"})).status_code == 200
    await ragnhild.set(f"{OFFICE}/info-messages/gp-panel", {"text": "Ny tekst"})
    assert (await kari.get("/v1/me/gp-panel", known)).status_code == 200
    assert (first.headers["Content-Language"], first.headers["Vary"]) == ("nb", "Accept-Language")


async def test_the_panel_is_for_citizens_at_level_4_and_those_who_may_act_for_them(
    client: Any, patient: Any, kari: Any, ragnhild: Any, representations: Any
) -> None:
    assert (await client.get("/v1/me/gp-panel")).json()["code"] == "token-missing"
    assert (await ragnhild.get("/v1/me/gp-panel")).json()["code"] == "scheme-not-accepted"
    low = await patient(date(1970, 1, 2), security_level="3")
    assert (await low.get("/v1/me/gp-panel")).json()["code"] == "security-level-too-low"
    parent = await patient(date(1988, 2, 2), represents=kari.number, relation="parent")
    assert (await parent.get("/v1/me/gp-panel")).json()["code"] == "representation-not-allowed"
    representations.allow()
    assert (await parent.get("/v1/me/gp-panel")).json() == (await kari.get("/v1/me/gp-panel")).json()


async def test_H5_the_preview_is_the_panel_that_the_patient_sees(
    ragnhild: Any, kari: Any, ola: Any, patient: Any, at: Any
) -> None:
    """Everything set at once, at moments on both sides of every border, for each kind of patient."""
    night = {"kind": "night", "services": ["contact"], "closes": "16:00", "opens": "08:00"}
    for setting, body in {
        "info-messages/gp-panel": {"text": "Vi flytter 😊"},
        "info-messages/e-consultation": {"text": "Svar innen tre dager"},
        f"practitioners/{RAGNHILD}/info-messages/contact-office": {"text": "Fra Ragnhild"},
        "triage/e-contact": {"controlQuestions": "practical-question", "checkpoint": "contact-topic"},
        f"practitioners/{RAGNHILD}/services": only("appointment", "contact", "e-consultation", closures=(night,)),
        f"practitioners/{SAMIRA}/services": only("renewal"),
        f"substitutes/{RAGNHILD}": {"away": [{"firstDay": "2026-12-01"}]},
    }.items():
        await ragnhild.set(f"{OFFICE}/{setting}", body)
    blocked = await patient(date(1961, 9, 30))
    block = {"patient": {"nationalId": blocked.number}, "services": ["appointment", "renewal"], "reason": "Avtalt"}
    assert (await ragnhild.call("POST", f"{OFFICE}/blocked-patients", block)).status_code == 201
    kinds = [(kari, RAGNHILD, []), (ola, SAMIRA, []), (blocked, RAGNHILD, ["appointment", "renewal"])]
    for moment in ("2026-11-25T12:00:00Z", "2026-11-25T15:00:00Z", "2026-12-01T12:00:00Z", "2026-12-02T02:00:00Z"):
        previews = [
            await ragnhild.read(f"{OFFICE}/preview", practitioner=hpr, at=moment, blocked=closed)
            for _, hpr, closed in kinds
        ]
        at(moment)
        assert [it["panel"] for it in previews] == [await person.panel() for person, _, _ in kinds]
    assert previews[0]["panel"]["services"][0]["service"] == "appointment"
    assert {it["service"]: it["reason"] for it in previews[0]["withheld"]} == {
        "renewal": "switched-off",
        "contact": "closed-by-schedule",
        "e-consultation": "nobody-attends",
    }
    assert {it["service"]: it["reason"] for it in previews[2]["withheld"]}["appointment"] == "closed-to-patient"
    assert previews[2]["panel"]["hidden"]["reason"] == "no-services"


async def test_H5_the_preview_is_of_now_and_in_the_language_asked_for(ragnhild: Any, kari: Any) -> None:
    preview = await ragnhild.get(f"{OFFICE}/preview", {"Accept-Language": "nn"}, practitioner=RAGNHILD)
    assert preview.json() == {"panel": await kari.panel("nn"), "withheld": []}
    known = {"Accept-Language": "nn", "If-None-Match": preview.headers["ETag"]}
    assert (await ragnhild.get(f"{OFFICE}/preview", known, practitioner=RAGNHILD)).status_code == 304


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 422, "invalid-input"),
        ({"practitioner": "990000104"}, 404, "practitioner-not-found"),
        ({"practitioner": MIKKEL}, 404, "practitioner-not-found"),
        ({"practitioner": RAGNHILD, "at": "yesterday"}, 422, "invalid-input"),
        ({"practitioner": RAGNHILD, "at": "2026-12-24T12:00:00"}, 422, "invalid-input"),
        ({"practitioner": RAGNHILD, "at": "0001-01-01T00:00:00+14:00"}, 422, "invalid-input"),
        ({"practitioner": RAGNHILD, "at": "9999-12-31T23:59:59-14:00"}, 422, "invalid-input"),
        ({"practitioner": RAGNHILD, "blocked": "dance"}, 422, "invalid-input"),
    ],
)
async def test_H5_what_cannot_be_previewed_is_refused(ragnhild: Any, query: Any, status: int, code: str) -> None:
    refused = await ragnhild.get(f"{OFFICE}/preview", **query)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_answers_are_of_the_documented_shape(kari: Any, ragnhild: Any) -> None:
    await ragnhild.set(f"{OFFICE}/triage/e-contact", {"controlQuestions": "practical-question", "checkpoint": None})
    panel = await kari.panel()
    assert GpPanel.model_validate(panel).model_dump(mode="json", by_alias=True) == panel
