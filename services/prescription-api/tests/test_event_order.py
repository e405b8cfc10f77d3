"""M1, P10: the citizen's opening and deleting come as news, late, twice, and in any order."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from prescription_api.due import Deadlines
from shared.events import ToolOpened, ToolRemoved

News = Callable[[str], Awaitable[None]]


@pytest.fixture
async def made(prescribe: Any, publish: Any, odd: str) -> dict[str, Any]:
    body: dict[str, Any] = (await prescribe(odd, await publish())).json()
    return body


@pytest.fixture
def news(made: dict[str, Any], tell: Any, odd: str, reference: Any, clock: Any) -> News:
    async def tell_of(what: str) -> None:
        about = {"citizen": reference(odd), "tool_id": made["toolId"], "prescription_id": made["prescriptionId"]}
        kind, minutes = {"opened": (ToolOpened, 1), "opened again": (ToolOpened, 2), "removed": (ToolRemoved, 3)}[what]
        at = datetime(2026, 11, 22, 8, minutes, tzinfo=UTC)
        await tell(kind(**about, acted_by=reference(odd), at=at))

    return tell_of


@pytest.mark.parametrize("order", list(permutations(("opened", "opened again", "removed"))), ids=", ".join)
async def test_P10_any_order_ends_the_same(order: tuple[str, ...], news: News, rows: Any) -> None:
    for what in order:
        await news(what)
    [row] = await rows("prescription")
    assert (row["state"], row["opened_at"]) == ("removed", datetime(2026, 11, 22, 8, 1, tzinfo=UTC))


async def test_M1_the_first_opening_counts_whichever_is_heard_of_first(news: News, rows: Any) -> None:
    await news("opened again")
    await news("opened")
    [row] = await rows("prescription")
    assert (row["state"], row["opened_at"]) == ("opened", datetime(2026, 11, 22, 8, 1, tzinfo=UTC))


async def test_P7_an_opening_heard_of_after_the_expiry_is_an_opening(
    news: News, rows: Any, database: Any, clock: Any, prescribe: Any, odd: str, made: dict[str, Any]
) -> None:
    """The citizen's pages let it be opened because they had not heard of the expiry: the citizen has the tool."""
    clock.go(days=40)
    await Deadlines(database, (), clock).handle_batch(clock.now)
    await news("opened")
    [row] = await rows("prescription")
    assert (row["state"], row["version"]) == ("opened", 3)
    assert (await prescribe(odd, made["toolId"])).json()["code"] == "already-prescribed"


@pytest.mark.parametrize("order", list(permutations(("opened", "removed"))), ids=", ".join)
async def test_P10_opened_and_removed_after_the_expiry_is_removed(
    order: tuple[str, ...], news: News, rows: Any, database: Any, clock: Any
) -> None:
    clock.go(days=40)
    await Deadlines(database, (), clock).handle_batch(clock.now)
    for what in order:
        await news(what)
    assert [row["state"] for row in await rows("prescription")] == ["removed"]


async def test_P6_a_newer_prescription_leaves_the_expired_one_expired(
    news: News, rows: Any, database: Any, clock: Any, prescribe: Any, odd: str, made: dict[str, Any]
) -> None:
    clock.go(days=40)
    await Deadlines(database, (), clock).handle_batch(clock.now)
    assert (await prescribe(odd, made["toolId"])).status_code == 201
    await news("opened")
    old, new = sorted(await rows("prescription"), key=lambda row: row["prescribed_at"])
    assert (old["state"], new["state"]) == ("expired", "active")
    assert old["opened_at"]


async def test_P10_what_was_taken_back_stays_so_whatever_is_heard_of_later(
    news: News, rows: Any, client: Any, practitioner: Any, made: dict[str, Any], clock: Any
) -> None:
    body = {"reason": "Feil verktøy."}
    path = f"/v1/prescriptions/{made['prescriptionId']}/revoke"
    assert (await client.post(path, json=body, auth=practitioner())).status_code == 200
    clock.go(minutes=5)
    for what in ("opened", "removed"):
        await news(what)
    [row] = await rows("prescription")
    assert (row["state"], row["version"]) == ("revoked", 3)
    assert row["opened_at"], "that it has been started is known to be so"
