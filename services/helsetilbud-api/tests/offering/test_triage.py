"""Triage (H3): standard lists for eight services, what the office chooses, and that every patient is led through it."""

from typing import Any

import pytest

from helsetilbud_api.offering import triage
from helsetilbud_api.offering.codes import TRIAGE_SERVICES

OFFICE = "/v1/offices/9900101"


@pytest.mark.parametrize("service", TRIAGE_SERVICES)
async def test_H3_each_of_eight_services_has_a_standard_list_of_both_kinds(ragnhild: Any, service: str) -> None:
    forms = (await ragnhild.read("/v1/triage-forms", service=service))["items"]
    assert {it["kind"] for it in forms} == {"control-questions", "checkpoint"}
    assert all(service in it["services"] and it["version"] >= 1 and it["questions"] for it in forms)


async def test_H3_without_a_service_all_forms_are_listed_once(ragnhild: Any) -> None:
    forms = (await ragnhild.read("/v1/triage-forms"))["items"]
    assert len({it["formId"] for it in forms}) == len(forms) == 16
    refused = await ragnhild.get("/v1/triage-forms?service=horoscope")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [("nb", "nb", "Hva gjelder timen?"), ("nn", "nn", "Kva gjeld timen?"), ("en", "en", "Hva gjelder timen?")],
)
async def test_H3_forms_are_in_bokmal_or_nynorsk(ragnhild: Any, asked: str, language: str, title: str) -> None:
    answer = await ragnhild.get("/v1/triage-forms", {"Accept-Language": asked}, service="appointment-consultation")
    assert title in {it["title"] for it in answer.json()["items"]}
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == (language, "Accept-Language")
    known = {"Accept-Language": asked, "If-None-Match": answer.headers["ETag"]}
    again = await ragnhild.get("/v1/triage-forms", known, service="appointment-consultation")
    assert again.status_code == 304


def test_H3_every_text_of_every_form_is_in_both_languages_and_every_reference_is_to_something() -> None:
    forms = triage._forms()
    for form in forms:
        assert set(form.services) <= set(TRIAGE_SERVICES)
        texts = [form.title, form.introduction]
        for question in form.questions:
            options = {it.option_id for it in question.options}
            assert bool(options) == question.kind.startswith("choose")
            assert {it.when for it in question.guidance} <= options
            assert len(options) == len(question.options)
            texts += [question.text, *(it.text for it in (*question.options, *question.guidance))]
        assert all(set(text) == {"nb", "nn"} and all(text.values()) for text in texts), form.form_id
        assert len({it.question_id for it in form.questions}) == len(form.questions)
        assert any(text["nb"] != text["nn"] for text in texts)
        assert (form.kind == "control-questions") == any(it.ends for q in form.questions for it in q.guidance) or (
            form.form_id in ("corona-vaccine-need", "influenza-vaccine-who")
        )
    assert len({it.form_id for it in forms}) == len(forms)


async def test_H3_what_is_chosen_every_patient_is_led_through(ragnhild: Any, kari: Any, ola: Any) -> None:
    chosen = {"controlQuestions": "before-renewal", "checkpoint": "renewal-check"}
    answer = await ragnhild.set(f"{OFFICE}/triage/prescription-renewal", chosen)
    assert {name: answer.json()[name] for name in chosen} == chosen
    await ragnhild.set(
        f"{OFFICE}/triage/appointment-laboratory", {"controlQuestions": None, "checkpoint": "laboratory-preparation"}
    )
    forms = {it["formId"]: it for it in (await ragnhild.read("/v1/triage-forms"))["items"]}
    for patient in (kari, ola):
        led = {it["service"]: it for service in (await patient.panel())["services"] for it in service["triage"]}
        assert led.keys() == set(TRIAGE_SERVICES)
        assert led["prescription-renewal"]["controlQuestions"] == forms["before-renewal"]
        assert led["prescription-renewal"]["checkpoint"] == forms["renewal-check"]
        assert led["appointment-laboratory"]["controlQuestions"] is None
        assert led["appointment-laboratory"]["checkpoint"] == forms["laboratory-preparation"]
        rest = [it for name, it in led.items() if name not in ("prescription-renewal", "appointment-laboratory")]
        assert [(it["controlQuestions"], it["checkpoint"]) for it in rest] == [(None, None)] * 6


async def test_H3_a_choice_can_be_taken_back(ragnhild: Any, kari: Any) -> None:
    path = f"{OFFICE}/triage/e-contact"
    await ragnhild.set(path, {"controlQuestions": "practical-question", "checkpoint": None})
    await ragnhild.set(path, {"controlQuestions": None, "checkpoint": None})
    led = {it["service"]: it for service in (await kari.panel())["services"] for it in service["triage"]}
    assert led["e-contact"]["controlQuestions"] is None
    assert (await ragnhild.read(path))["version"] == 2


async def test_H3_the_choices_of_all_services_are_listed(ragnhild: Any) -> None:
    await ragnhild.set(f"{OFFICE}/triage/e-contact", {"controlQuestions": "practical-question", "checkpoint": None})
    items = (await ragnhild.read(f"{OFFICE}/triage"))["items"]
    assert [it["service"] for it in items] == list(TRIAGE_SERVICES)
    assert [it["controlQuestions"] for it in items if it["version"]] == ["practical-question"]
    for it in items:
        assert await ragnhild.read(f"{OFFICE}/triage/{it['service']}") == it


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        ({"controlQuestions": "of-my-own", "checkpoint": None}, "control-questions"),
        ({"controlQuestions": "renewal-check", "checkpoint": None}, "control-questions"),
        ({"controlQuestions": None, "checkpoint": "before-renewal"}, "checkpoint"),
        ({"controlQuestions": "before-appointment", "checkpoint": None}, "control-questions"),
    ],
    ids=["unknown", "a checkpoint as control questions", "control questions as checkpoint", "of another service"],
)
async def test_H3_only_the_standard_list_can_be_chosen_from(ragnhild: Any, choice: Any, kind: str) -> None:
    refused = await ragnhild.call("PUT", f"{OFFICE}/triage/prescription-renewal", choice, {"If-Match": '"0"'})
    assert (refused.status_code, refused.json()["code"], refused.json()["kind"]) == (422, "form-not-offered", kind)


async def test_H3_both_choices_must_be_said(ragnhild: Any) -> None:
    for body in ({}, {"checkpoint": None}, {"controlQuestions": None, "checkpoint": None, "other": None}):
        refused = await ragnhild.call("PUT", f"{OFFICE}/triage/e-contact", body, {"If-Match": '"0"'})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
