"""P14: one way to a stored answer, for every service: whose it is, is worked out from the token and not by a route."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared import idempotency

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted((ROOT / "openapi").glob("*-*.json"))
# prescribing looks the answer up, and writes it, in statements of its own (decision 0009)
OWN_STATEMENTS = {"prescription_api/queries.py", "prescription_api/writing.py"}
WITHIN = {"claim", "find", "keep", "repeatable"}


def of_services() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "services").glob("*/*_*/**/*.py")):
        name = file.relative_to(ROOT / "services").as_posix().partition("/")[2]
        if "/migrations/" not in name:
            yield name, file.read_text("utf-8")


def called(text: str) -> set[str]:
    functions = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return {
        it.attr if isinstance(it, ast.Attribute) else it.id
        for it in functions
        if hasattr(it, "attr") or hasattr(it, "id")
    }


def takes_key(text: str) -> bool:
    arguments = [it for it in ast.walk(ast.parse(text)) if isinstance(it, ast.arg) and it.annotation]
    return any("IdempotencyKey" in ast.unparse(it.annotation) for it in arguments if it.annotation)


def operations() -> Iterator[Any]:
    for contract in CONTRACTS:
        for path, item in json.loads(contract.read_text("utf-8"))["paths"].items():
            for method, operation in item.items():
                names = {it.get("name") for it in operation.get("parameters", ())}
                if "Idempotency-Key" in names:
                    yield pytest.param(method, operation, id=f"{method} {path}")


def test_P14_a_route_has_no_say_in_whose_a_key_is() -> None:
    assert list(inspect.signature(idempotency.repeatable).parameters) == ["request", "key"]
    assert [name for name, text in of_services() if {"Repeatable", "scope_of"} & called(text)] == []


def test_P14_stored_answers_are_reached_through_shared_alone() -> None:
    found = {name for name, text in of_services() if "idempotent_answer" in text}
    assert found == OWN_STATEMENTS
    names = re.compile(r"\bfrom shared\.idempotency import ([^\n(]+|\([^)]+\))")
    taken = {
        it.strip() for _, text in of_services() for found in names.findall(text) for it in found.strip("()").split(",")
    }
    assert taken - {""} <= {
        "Answer",
        "IdempotencyInProgress",
        "IdempotencyKey",
        "IdempotencyKeyReused",
        "Repeatable",
        "repeatable",
    }


def test_P14_whoever_takes_a_key_uses_it() -> None:
    """By `repeatable`, or by the one function of the service that calls it."""
    taking = {name for name, text in of_services() if takes_key(text)}
    assert len(taking) >= 9
    used = WITHIN | {"act_once", "create_once", "_close", "_answer_once"}
    assert [name for name, text in of_services() if name in taking and not used & called(text)] == []


@pytest.mark.parametrize(("method", "operation"), list(operations()))
def test_P14_a_key_is_taken_from_known_callers_only(method: str, operation: dict[str, Any]) -> None:
    assert method in ("post", "patch")
    assert operation["security"]
    assert {} not in operation["security"]
    assert {"409", "422"} <= operation["responses"].keys()
