"""Text that people write and others read for as long as the catalogue lives."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from shared.input_errors import invalid_value
from shared.links import safe_links
from shared.nationalid import HELD
from shared.plain_text import plain_lines

_LOOKS_LIKE_A_NATIONAL_ID: Final = re.compile(r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)")


def without_national_id(text: str) -> str:
    """I1. A number with a slip in it is somebody's too, so its check digits do not matter."""
    if _LOOKS_LIKE_A_NATIONAL_ID.search(text):
        raise invalid_value("national_id_in_text", HELD)
    return text


Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=1000),
    AfterValidator(plain_lines),
    AfterValidator(without_national_id),
    AfterValidator(safe_links),
    Field(description="For the history that staff and the supplier read; no national identity numbers"),
]
Comment = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=1000),
    AfterValidator(plain_lines),
    AfterValidator(without_national_id),
    AfterValidator(safe_links),
]
