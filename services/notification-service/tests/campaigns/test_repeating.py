"""P14: a stored campaign is given again to whoever wrote it, and to nobody else through the same client."""

from typing import Any
from uuid import uuid4

import pytest

from devkit.testing.national_ids import population
from devkit.testing.tokens import DPoPAuth, ProofKey

pytestmark = pytest.mark.rule("V6")
OURS, THEIRS = "999977774", "999977775"
ONE, ANOTHER = population(2, seed=15)


@pytest.fixture
def write(client: Any, world: Any, helseid: Any, running_clock: Any, draft: Any) -> Any:
    """Writes a campaign through the one client, with the one key: a person of an organisation, or its system."""
    key, headers = ProofKey(), {"Idempotency-Key": str(uuid4())}
    usual: dict[str, Any] = {"scope": "nhn:varsling/send", "jkt": key.thumbprint, "claims": {"client_id": "the-desk"}}

    async def post(pid: str | None = ONE, **token: Any) -> Any:
        if pid:
            issued = helseid.staff_token("nhn:varsling", **usual | {"pid": pid, "organisation": OURS} | token)
        else:
            issued = helseid.machine_token("nhn:varsling", **usual | {"organisation": OURS} | token)
        auth = DPoPAuth(issued, key, clock=running_clock)
        return await client.post("/v1/campaigns", json=draft(), headers=headers, auth=auth)

    return post


async def test_P14_another_organisations_author_writes_their_own(write: Any) -> None:
    first, other = await write(), await write(ANOTHER, organisation=THEIRS)
    assert (first.status_code, other.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in other.headers
    assert other.json()["campaignId"] != first.json()["campaignId"]
    assert (await write()).json() == first.json()


@pytest.mark.parametrize("pid", [ANOTHER, None])
async def test_P14_a_colleague_and_the_organisations_system_are_not_the_author(write: Any, pid: str | None) -> None:
    await write()
    other = await write(pid)
    assert (other.status_code, other.json()["code"]) == (409, "round-exists")


async def test_P14_one_who_may_no_longer_write_is_not_answered_again(write: Any) -> None:
    assert (await write()).status_code == 201
    refused = await write(scope="nhn:varsling/approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
