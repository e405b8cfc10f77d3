"""The generated contract. That it lists every error that a test meets, the tests' client checks (see conftest)."""

from fastapi import FastAPI
from openapi_spec_validator import validate


def test_the_contract_is_valid_openapi(app: FastAPI) -> None:
    validate(app.openapi())


def test_operations_are_named_for_a_generated_client(app: FastAPI) -> None:
    operations = [operation for path in app.openapi()["paths"].values() for operation in path.values()]
    assert {operation["operationId"] for operation in operations} == {
        *("getConsent", "setConsent", "listConsentHistory"),
        *("listReservations", "getReservation", "setReservation", "listReservationKinds", "checkReservations"),
        *("listRepresentations", "giveRepresentation", "revokeRepresentation", "verifyRepresentation"),
        "listActingFor",
        *("getOwnAccess", "changeOwnAccess", "listAccessLog"),
        *("checkDigitallyActive", "checkActiveAsEhr"),
        *("registerInterest", "endInterest", "endAllInterest", "listStandingChanges"),
        "listConsentChanges",
        "checkPermission",
    }
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    open_to_all = {operation["operationId"] for operation in operations if not operation["security"]}
    assert open_to_all == {"listReservationKinds"}


def test_examples_hold_synthetic_numbers_only(app: FastAPI) -> None:
    [example] = app.openapi()["components"]["schemas"]["DigitallyActiveQuestion"]["examples"]
    assert all(81 <= int(number[2:4]) <= 92 for number in example["nationalIds"])
