"""What patients read in the standard forms is said as patients expect to read it, in bokmål and nynorsk (H3)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from helsetilbud_api.offering import triage
from helsetilbud_api.offering.codes import TRIAGE_SERVICES

NEVER = {
    "nb": ("kjenner du?", "er du tom", "uten å ha spist", "står det om liv", "kontoret i stedet", "svar herfra"),
    "nn": ("kjenner du?", "er du tom", "utan å ha ete", "står det om liv", "kontoret i staden", "svar herifrå"),
}
# what only one of the two written languages says
OF_THE_OTHER = {
    "nb": r"\b(ikkje|eg|kva|korleis|eit|ei|nokre|frå|dei|meir|no)\b",
    "nn": r"\b(ikke|jeg|hva|hvordan|hvilke|et|en|noen|fra|de|mer|nå|fornyes|leses|sendes)\b",
}
SAID = {
    "corona-test-symptoms": ("Hvilke symptomer har du?", "Kva symptom har du?"),
    "renewal-check": ("Når går du tom for medisinen?", "Når går du tom for medisinen?"),
    "before-laboratory": ("Skal du møte fastende?", "Skal du møte fastande?"),
}
URGENT = ("Ring 113 ved øyeblikkelig hjelp.", "Ring 113 ved augeblikkeleg hjelp.")


def read(language: str) -> list[triage.TriageForm]:
    return list(triage.standard_list(None, language))


def texts(form: triage.TriageForm) -> Iterator[str]:
    yield from (form.title, form.introduction)
    for question in form.questions:
        yield question.text
        yield from (it.text for it in (*question.options, *question.guidance))


@pytest.mark.parametrize("language", NEVER)
def test_H3_forms_are_worded_as_a_patient_expects(language: str) -> None:
    for form in read(language):
        for text in texts(form):
            assert not [it for it in NEVER[language] if it in text.lower()], text
            assert not re.search(OF_THE_OTHER[language], text.lower()), text


@pytest.mark.parametrize("form_id", SAID)
def test_H3_the_words_of_the_field_are_used(form_id: str) -> None:
    for language, said in zip(NEVER, SAID[form_id], strict=True):
        assert said in list(texts(triage.shown(form_id, language)))


@pytest.mark.parametrize("service", TRIAGE_SERVICES)
def test_H3_who_may_be_in_danger_is_told_113_and_116_117(service: Any) -> None:
    """Each form that asks about danger ends there, and says both numbers."""
    for language, urgent in zip(NEVER, URGENT, strict=True):
        for form in triage.standard_list(service, language):
            for question in form.questions:
                if question.question_id == "urgent":
                    [told] = question.guidance
                    assert told.ends
                    assert urgent in told.text
                    assert "116 117" in told.text


def test_H3_an_e_consultation_asks_for_what_the_doctor_needs() -> None:
    """The form of the source: the matter, symptoms of the last seven days, since when, and how the patient is today."""
    form = triage.shown("describe-symptoms", "nb")
    assert [(it.question_id, it.kind, len(it.options)) for it in form.questions] == [
        ("matter", "text", 0),
        ("symptoms", "choose-several", 10),
        ("since", "date", 0),
        ("condition", "choose-one", 5),
    ]
    assert form.version == 2


async def test_H3_the_patient_reads_the_whole_form(ragnhild: Any, kari: Any) -> None:
    chosen = {"controlQuestions": "suited-for-e-consultation", "checkpoint": "describe-symptoms"}
    await ragnhild.set("/v1/offices/9900101/triage/e-consultation", chosen)
    for language in NEVER:
        panel = await kari.panel(language)
        [led] = [it for service in panel["services"] for it in service["triage"] if it["service"] == "e-consultation"]
        for name, form_id in chosen.items():
            assert led[name] == triage.shown(form_id, language).model_dump(mode="json", by_alias=True)
