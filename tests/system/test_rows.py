"""`make rows`: each promise of docs/features.md is walked over HTTP on a system of its own, whose time can be moved."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.wiring import free_port_base
from tools.rows.features import features
from tools.rows.walking import numbered

ROOT = Path(__file__).parents[2]
PAGES_TO_COME = (34, 35)


def test_the_page_says_what_is_walked() -> None:
    """`.venv/bin/python -m tools.rows --table > docs/features.md` writes it."""
    assert (ROOT / "docs/features.md").read_text("utf-8") == features()


def test_each_row_names_its_rules_and_says_what_its_walk_does() -> None:
    rows = list(numbered())
    assert [number for number, _, _ in rows] == list(range(1, 45))
    for number, _, row in rows:
        assert (row.walk is None) == (number in PAGES_TO_COME)
        assert row.how.endswith("."), number
        assert bool(re.fullmatch(r"([KPSVMHI]\d+ ?)+", row.rules)) == (row.walk is not None), number
    walked = {rule for _, _, row in rows for rule in row.rules.split()}
    lasts = {"K": 6, "P": 14, "S": 6, "V": 6, "M": 6, "H": 6, "I": 2}
    assert walked == {f"{letter}{number}" for letter, last in lasts.items() for number in range(1, last + 1)}


@pytest.mark.system
def test_every_row_works() -> None:
    environment = os.environ | {"PORT_BASE": str(free_port_base(14_000))}
    for name in ("BROKER", "DATABASE_URL"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "tools.rows"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=540, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"^ +W  ", done.stdout, re.MULTILINE)) == 42
