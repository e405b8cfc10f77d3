"""Bodies as the contracts show them."""

from functools import cache
from pathlib import Path
from typing import Any

from tools.access.operations import operations

CONTRACTS = Path(__file__).parents[3] / "openapi"


@cache
def _examples() -> dict[tuple[str, str], Any]:
    found = {(it.service.name, it.name): it.example_body() for it in operations(CONTRACTS)}
    return {name: body[1] for name, body in found.items() if body}


def example(service: str, operation: str) -> Any:
    return _examples()[service, operation]
