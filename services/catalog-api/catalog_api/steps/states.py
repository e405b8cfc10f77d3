"""The states of a submission."""

from typing import Literal

State = Literal["draft", "submitted", "assured", "verified", "published", "returned", "rejected", "withdrawn"]
