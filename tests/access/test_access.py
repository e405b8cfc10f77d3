"""Who may do what: every operation of the contracts asked by every kind of caller, against the running system.

`make access` writes what it found into matrix.csv and shows the differences; what stands there is a promise, and a new
operation needs its row. Rules that hold whatever the file says are tested beside it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.wiring import Wiring
from tools.access.asking import COLUMNS, SCENES, ask_all
from tools.access.operations import Operation, operations
from tools.access.table import Statuses, changes, read
from tools.access.world import World

ROOT = Path(__file__).parents[2]
OPERATIONS = {(it.service.name, it.name): it for it in operations(ROOT / "openapi")}
EXPECTED = read(ROOT / "tests/access/matrix.csv")
# another of the kind that things belong to
STRANGERS = ("other-practitioner", "other-supplier", "other-health-body", "other-sender", "other-citizen")
OWNED = {
    "submissionId",
    "campaignId",
    "notificationId",
    "prescriptionId",
    "id",
    "herId",
    "representationId",
    "letterId",
    "feedEventId",
}
NOT_LET_IN = range(400, 500)
LET_IN = range(200, 400)


@pytest.fixture(scope="module")
def found(wiring: Wiring) -> Iterator[Statuses]:
    with httpx.Client(timeout=60) as http:
        yield ask_all(World(http, wiring), OPERATIONS.values())


def test_every_operation_has_its_row_and_every_caller_a_column() -> None:
    assert EXPECTED.keys() == OPERATIONS.keys(), "run `make access`, look at what it shows, and commit"
    assert all(tuple(row) == COLUMNS for row in EXPECTED.values())
    unknown = [(service, name) for service, scenes in SCENES.items() for name in scenes]
    assert set(unknown) <= OPERATIONS.keys()


@pytest.mark.system
def test_everybody_is_answered_as_the_table_says(found: Statuses) -> None:
    assert changes(EXPECTED, found) == []


def is_about_somebodys(operation: Operation) -> bool:
    """It names a thing that belongs to an office, a supplier, a sender or a citizen. A tool belongs to its supplier,
    while a citizen's own list can hold any.
    """
    names = set(re.findall(r"{(\w+)}", operation.path))
    is_of_supplier = "toolId" in names and operation.rightful in ("supplier", "staff")
    return bool(names & OWNED) or is_of_supplier or operation.name == "redeemLaunch"


def cells(*callers: str) -> Iterator[tuple[Operation, str, int]]:
    for name, row in EXPECTED.items():
        for caller in callers:
            yield OPERATIONS[name], caller, row[caller]


def test_the_one_whom_an_operation_is_for_is_let_in() -> None:
    """So every refusal in the table is about who asked, and not about what was asked."""
    refused = [name for name, operation in OPERATIONS.items() if EXPECTED[name][operation.rightful] not in LET_IN]
    assert refused == []


def test_nobody_is_let_in_without_saying_who_they_are() -> None:
    found = {operation.name: status for operation, _, status in cells("none") if not operation.is_public}
    assert len(found) > 100
    assert set(found.values()) == {401}


def test_a_token_for_another_service_is_no_token() -> None:
    found = {operation.name: status for operation, _, status in cells("wrong-audience") if operation.takes_tokens}
    assert len(found) > 100
    assert set(found.values()) == {401}


def test_a_token_for_something_else_gets_nowhere() -> None:
    found = {(it.name, status) for it, _, status in cells("wrong-scope") if not it.is_public}
    assert {status for _, status in found} == {401, 403}
    citizens = {it.name for it in OPERATIONS.values() if it.rightful in ("citizen", "parent", "sign-in", "gateway")}
    assert all(name in citizens for name, status in found if status == 401)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_is_somebody_elses_is_out_of_reach(stranger: str) -> None:
    asked = [(it, status) for it, _, status in cells(stranger) if is_about_somebodys(it)]
    own = stranger.removeprefix("other-")
    assert any(EXPECTED[it.service.name, it.name][own] in LET_IN for it, _ in asked), "there is something to reach"
    assert [(it.name, status) for it, status in asked if status not in NOT_LET_IN] == []


@pytest.mark.rule("S5")
def test_a_power_of_attorney_that_was_taken_back_opens_nothing() -> None:
    by_token = [(it, status) for it, _, status in cells("revoked-representative") if it.takes_tokens]
    assert [(it.name, status) for it, status in by_token if status not in (401, 403)] == []
    lent = [it for it, _, status in cells("representative") if status in LET_IN and it.takes_tokens]
    assert lent, "one that is in force opens something"


@pytest.mark.parametrize("caller", ["gateway", "sign-in"])
def test_a_gateway_and_a_supplier_signed_in_reach_what_is_theirs(caller: str) -> None:
    reached = {it.name for it, _, status in cells(caller) if status in LET_IN and not it.is_public}
    assert reached == {"gateway": {"receiveDeliveryReceipts"}, "sign-in": {"getSignedInCitizen"}}[caller]


def test_every_answer_is_one_that_the_contract_promises() -> None:
    assert [(it.name, caller, status) for it, caller, status in cells(*COLUMNS) if status not in it.statuses] == []
