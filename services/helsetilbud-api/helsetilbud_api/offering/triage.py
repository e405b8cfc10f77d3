"""The standard lists of triage forms (H3), and how they are shown.

The forms are data (`triage_forms.json`). A form that is changed gets the next version, also where it is chosen already.
One that shall not be chosen any more is on the list of no service, and stays in the file for those who have chosen it.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.config import JsonDict

from helsetilbud_api.offering.codes import FormKind, TriageService
from shared.language import DEFAULT_LANGUAGE, Text
from shared.schemas import Schema


class _Guidance(Schema):
    when: str
    text: Text
    ends: bool


class _Option(Schema):
    option_id: str
    text: Text


class _Question(Schema):
    question_id: str
    kind: Literal["choose-one", "choose-several", "text", "date"]
    text: Text
    required: bool
    options: tuple[_Option, ...]
    guidance: tuple[_Guidance, ...]


class _Form(Schema):
    form_id: str
    version: int
    kind: FormKind
    services: tuple[TriageService, ...]
    title: Text
    introduction: Text
    questions: tuple[_Question, ...]


class Option(Schema):
    option_id: str
    text: str


class Guidance(Schema):
    """What the patient is told when this option is chosen."""

    when: Annotated[str, Field(description="`optionId`")]
    text: str
    ends: Annotated[bool, Field(description="The request goes no further")]


class Question(Schema):
    question_id: str
    kind: Literal["choose-one", "choose-several", "text", "date"]
    text: str
    required: bool
    options: Sequence[Option]
    guidance: Sequence[Guidance]


FORM_EXAMPLE: Final[JsonDict] = {
    "formId": "practical-question",
    "version": 2,
    "kind": "control-questions",
    "services": ["e-contact"],
    "title": "Er spørsmålet praktisk?",
    "introduction": "Resepsjonen ved legekontoret leser meldingen.",
    "questions": [
        {
            "questionId": "about-health",
            "kind": "choose-one",
            "text": "Gjelder spørsmålet sykdom eller medisiner?",
            "required": True,
            "options": [{"optionId": "yes", "text": "Ja"}, {"optionId": "no", "text": "Nei"}],
            "guidance": [
                {
                    "when": "yes",
                    "text": "Slike spørsmål må legen svare på. Bestill time eller start en e-konsultasjon.",
                    "ends": True,
                }
            ],
        }
    ],
}


class TriageForm(Schema):
    """Control questions lead to the right kind of contact; the answers of a checkpoint go to the office."""

    model_config = ConfigDict(json_schema_extra={"examples": [FORM_EXAMPLE]})

    form_id: str
    version: Annotated[int, Field(ge=1, description="Goes up with every change of the form")]
    kind: FormKind
    services: Annotated[Sequence[TriageService], Field(description="Whose standard list it is on")]
    title: str
    introduction: str
    questions: Sequence[Question]


@cache
def _forms() -> tuple[_Form, ...]:
    text = files(__package__).joinpath("triage_forms.json").read_text("utf-8")
    return TypeAdapter(tuple[_Form, ...]).validate_json(text)


def standard_list(service: TriageService | None, language: str) -> Iterator[TriageForm]:
    """Of one service, or of all."""
    for form in _forms():
        if service is None or service in form.services:
            yield shown(form.form_id, language)


def is_offered(form_id: str, service: TriageService, kind: FormKind) -> bool:
    return any(it.form_id == form_id and it.kind == kind and service in it.services for it in _forms())


@cache
def shown(form_id: str, language: str) -> TriageForm:
    """In nynorsk or bokmål: the forms have no other languages. Raises StopIteration for what is no form."""
    form = next(it for it in _forms() if it.form_id == form_id)
    return TriageForm(
        form_id=form.form_id,
        version=form.version,
        kind=form.kind,
        services=form.services,
        title=_said(form.title, language),
        introduction=_said(form.introduction, language),
        questions=[_question(it, language) for it in form.questions],
    )


def _question(question: _Question, language: str) -> Question:
    return Question(
        question_id=question.question_id,
        kind=question.kind,
        text=_said(question.text, language),
        required=question.required,
        options=[Option(option_id=it.option_id, text=_said(it.text, language)) for it in question.options],
        guidance=[Guidance(when=it.when, text=_said(it.text, language), ends=it.ends) for it in question.guidance],
    )


def _said(text: Text, language: str) -> str:
    return text.get(language, text[DEFAULT_LANGUAGE])
