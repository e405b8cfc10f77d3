"""V2: what messages say, and that what must not be said cannot go out."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.texts.gsm import BASIC, EXTENDED, measure
from notification_service.texts.templates import (
    Template,
    Templates,
    TemplateUnsound,
    load_templates,
    placeholders,
    read_templates,
)
from notification_service.texts.wording import forbidden_words

VALUES = {"pages_url": "https://h.test/", "count": "99", "date": "22. september", "code": "123456", "minutes": "15"}
EVERY = read_templates()


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments"),
    [
        ("", "gsm-7", 0, 1),
        ("æøåÆØÅ" * 26 + "abcd", "gsm-7", 160, 1),
        ("a" * 161, "gsm-7", 161, 2),
        ("a" * 306, "gsm-7", 306, 2),
        ("a" * 307, "gsm-7", 307, 3),
        ("€" * 80, "gsm-7", 160, 1),
        ("€" * 81, "gsm-7", 162, 2),
        # 153 septets: an extension character does not begin in one part and end in the next
        ("a" * 152 + "€" + "a" * 152, "gsm-7", 306, 3),
        ("{}[]~|^\\\f", "gsm-7", 18, 1),
        ("č" * 70, "ucs-2", 70, 1),
        ("č" * 71, "ucs-2", 71, 2),
        ("č" * 134, "ucs-2", 134, 2),
        ("č" * 135, "ucs-2", 135, 3),
        ("😀" * 35, "ucs-2", 70, 1),
        ("😀" * 36, "ucs-2", 72, 2),
        # 67 units hold 33 pairs: half of one is not sent alone
        ("😀" * 67, "ucs-2", 134, 3),
        ("č" + "😀" * 35, "ucs-2", 71, 2),
        ("a`", "ucs-2", 2, 1),
    ],
)
def test_segments_are_counted_as_the_network_does(text: str, alphabet: str, units: int, segments: int) -> None:
    length = measure(text)
    assert (length.alphabet, length.units, length.segments) == (alphabet, units, segments)


@given(st.text(alphabet=sorted(BASIC | EXTENDED), max_size=700), st.text(max_size=5))
def test_a_longer_text_never_has_fewer_segments(text: str, more: str) -> None:
    assert measure(text + more).segments >= measure(text).segments
    assert measure(text).segments == 1 or measure(text).units > 160


@pytest.mark.parametrize("template", EVERY, ids=lambda template: template.label)
def test_V2_every_template_is_sound_in_every_language(template: Template) -> None:
    template.check()
    assert len({texts["sms"] for texts in template.texts.values()}) == 3
    for language in template.texts:
        for channel in ("sms", "email"):
            words = template.compose(channel, language, VALUES)
            assert not placeholders(words.text + words.subject)
            assert words.template == template.label
            assert forbidden_words(words.text.replace(VALUES["pages_url"], "") + words.subject) == []
        assert measure(template.compose("sms", language, VALUES).text).segments == 1


SOUND = next(template for template in EVERY if template.name == "tool-prescribed-several")


def changed(language: str = "nb", **parts: str) -> Template:
    return replace(SOUND, texts={**SOUND.texts, language: {**SOUND.texts[language], **parts}})


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        (changed(sms="Du har fått noe nytt."), "placeholders"),
        (changed(sms="Du har fått {count} ting av {sender}."), "placeholders"),
        (changed(email="Du har fått {count} ting."), "placeholders"),
        (changed(sms="Du har fått {count} verktøy."), "verktøy"),
        (changed("en", subject="{count} new therapies"), "therap"),
        (changed("nn", sms="Du har {count} nye ting om diabetes."), "diabet"),
        (changed(sms="{count} ting på https://h.test/"), "link"),
        (changed(sms="{count} " + "a" * 159), "does not fit"),
        (changed(sms="{count} ting “her”"), "does not fit"),
        (changed(subject="{count} " + "a" * 80), "longer than 78"),
        (changed(sms="   "), "text for each"),
        (changed(fax="{count}"), "text for each"),
        (replace(SOUND, texts={k: v for k, v in SOUND.texts.items() if k != "nn"}), "must exist in"),
        (replace(SOUND, name="something-else"), "no such notification"),
    ],
)
def test_V2_an_unsound_template_stops_the_start(template: Template, fault: str) -> None:
    with pytest.raises(TemplateUnsound, match=fault):
        Templates([*EVERY, replace(template, version=3)])


def test_V2_a_template_that_is_missing_stops_the_start() -> None:
    with pytest.raises(TemplateUnsound, match="no template for tool-prescribed"):
        Templates([template for template in EVERY if template.name != "tool-prescribed"])


def test_the_newest_version_is_used_and_said() -> None:
    newer = replace(changed(sms="Nå {count} ting."), version=10)
    words = Templates([newer, *EVERY]).compose(SOUND.name, "sms", "nb", VALUES)

    assert (words.text, words.template) == ("Nå 99 ting.", "tool-prescribed-several.v10")
    assert load_templates().compose(SOUND.name, "sms", "nb", VALUES).template == "tool-prescribed-several.v2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Resultatet av kreftprøven", ["kreft"]),
        ("Du må bekrefte, for eksempel i stillness", []),
        ("Barnepsykiatrien og Legen", ["psyk", "legen"]),
        ("Du har en ny time hos lege", ["lege"]),
        ("College og forslag og Russland", []),
        ("Les om behandling av personopplysninger", []),
        ("Behandlingen er klar", ["behandl"]),
        ("Se https://psykiatri.example/diabetes her", []),
        ("DIABETES", ["diabet"]),
    ],
)
def test_V2_words_that_tell_are_found_and_harmless_ones_are_not(text: str, found: list[str]) -> None:
    assert forbidden_words(text) == found


@pytest.mark.parametrize(("language", "day"), [("nb", "1. desember"), ("nn", "1. desember"), ("en", "1 December")])
async def test_a_deadline_is_a_norwegian_day(language: str, day: str) -> None:
    from datetime import UTC, datetime

    from notification_service.sending.composing import day_in_words

    moment: Any = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert day_in_words(moment, language) == day
