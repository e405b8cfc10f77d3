"""One rule for short texts that people write."""

from typing import Annotated

import pytest
from pydantic import AfterValidator, TypeAdapter, ValidationError

from shared.plain_text import one_line, plain_lines, shown_in_one_line

pytestmark = pytest.mark.rule("K1", "V6")

ONE_LINE: TypeAdapter[str] = TypeAdapter(Annotated[str, AfterValidator(one_line)])
LINES: TypeAdapter[str] = TypeAdapter(Annotated[str, AfterValidator(plain_lines)])
UNSEEN = ["\u0007", "\u202e", "\u200b", "\u2028", "\u2029", "\u00ad", "\ue000", "\u3164", "a\u200db", "\x85"]


@pytest.mark.parametrize("sign", [*UNSEEN, "\n", "\r", "\t"])
def test_what_is_unseen_or_makes_a_line_is_refused(sign: str) -> None:
    with pytest.raises(ValidationError, match="text_not_plain"):
        ONE_LINE.validate_python(f"Kvelds{sign}ro")
    assert shown_in_one_line(f"Kvelds{sign}ro").replace("\u200d", "").isprintable()


@pytest.mark.parametrize("sign", UNSEEN)
def test_lines_hold_nothing_unseen_either(sign: str) -> None:
    with pytest.raises(ValidationError, match="text_not_plain"):
        LINES.validate_python(f"Kvelds{sign}ro")


@pytest.mark.parametrize("text", ["Kveldsro", "Čáhci – Ŋ", "5 < 6", "👩‍⚕️ og 👨‍👩‍👧", "Ærlig: 100 % «blå»"])
def test_what_people_write_is_taken(text: str) -> None:
    assert ONE_LINE.validate_python(text) == shown_in_one_line(text) == text


def test_lines_end_in_one_way() -> None:
    assert LINES.validate_python("en\r\nto\rtre\tfire") == "en\nto\ntre\tfire"
