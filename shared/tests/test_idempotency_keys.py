"""What an Idempotency-Key must not be made of, because keys are kept."""

from datetime import date
from types import SimpleNamespace
from uuid import UUID

import pytest
from pydantic import SecretStr
from starlette.requests import Request

from devkit.testing.national_ids import generate
from shared.auth.claims import HelseIdToken
from shared.errors import InvalidInput
from shared.idempotency import repeatable
from shared.nationalid import holds_national_id

NUMBER = generate(date(1961, 9, 30), 0)


def request() -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"{}"}

    settings = SimpleNamespace(citizen_reference_keys={"k1": SecretStr("x" * 32)}, citizen_reference_key_id="k1")
    app = SimpleNamespace(state=SimpleNamespace(settings=settings))
    token = HelseIdToken("ehr", frozenset(), "", None, None, None, None, None, None)
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "app": app, "state": {"token": token}}
    return Request(scope, receive)


@pytest.mark.parametrize("key", [NUMBER, f"{NUMBER}-sleep", f"{NUMBER[:6]}.{NUMBER[6:]}", f"fnr:{NUMBER}"])
async def test_I1_a_key_made_of_a_national_identity_number_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await repeatable(request(), key)
    assert NUMBER not in str(refused.value.document())


@pytest.mark.parametrize("key", [f"0198c1f4-8d2e-7c11-9a55-a{NUMBER}", str(UUID(int=7)), "20261122000001", "a"])
async def test_P14_a_uuid_and_other_keys_are_taken(key: str) -> None:
    repeat = await repeatable(request(), key)
    assert repeat is not None
    assert repeat.key == key


@pytest.mark.parametrize("sign", ["", " ", "\u00a0", " - ", ".", "\u2009"])
def test_I1_a_number_is_found_however_it_is_written(sign: str) -> None:
    assert holds_national_id(f"Ring 22 33 44 55 om {NUMBER[:6]}{sign}{NUMBER[6:]}, takk")
    assert holds_national_id(sign.join(NUMBER))
    assert not holds_national_id(f"1{NUMBER}")
