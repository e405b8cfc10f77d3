"""What the integrators' guides state is what the code does."""

import re
from pathlib import Path

from helsetilbud_api.citizen.signing_in.assertion import LONGEST_LIFETIME
from prescription_api.patients import REASONS
from shared.auth.dpop import LIFETIME_SECONDS
from shared.auth.replay import SKEW_SECONDS
from shared.auth.tokens import LEEWAY_SECONDS

FOLDER = Path(__file__).parents[2] / "docs/integrators"
RECORD_SYSTEMS = (FOLDER / "record-systems.md").read_text("utf-8")


def section(title: str) -> str:
    return RECORD_SYSTEMS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_reason_of_a_look_up_is_explained_and_no_other() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section("The patient"), re.MULTILINE)) == set(REASONS)


def test_clocks_are_as_far_off_as_is_said() -> None:
    said = [[int(number) for number in re.findall(r"\d+", row)] for row in section("Clocks").splitlines()[3:6]]
    assert said == [
        [LIFETIME_SECONDS, SKEW_SECONDS, SKEW_SECONDS],
        [LEEWAY_SECONDS],
        [LONGEST_LIFETIME, LEEWAY_SECONDS],
    ]
