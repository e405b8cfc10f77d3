"""What somebody is at a GP office."""

from typing import Literal

Role = Literal["gp", "editor"]
