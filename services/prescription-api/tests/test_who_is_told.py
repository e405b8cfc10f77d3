"""V1, S5: what people are notified of says whether a representative may use the tool: else nobody else is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from prescription_api.due import Deadlines
from prescription_api.stopping import Stops
from shared.db import Database
from shared.events import ToolOpened, ToolStopped

TOLD = {
    "prescription.tool-prescribed.v1",
    "prescription.deadline-approaching.v1",
    "prescription.prescription-revoked.v1",
    "prescription.prescription-ended.v1",
    "prescription.prescription-stopped.v1",
}


@pytest.fixture
def live_through(
    prescribe: Any, tell: Any, client: Any, practitioner: Any, database: Database, clock: Any, reference: Any
) -> Any:
    """One prescription of the tool ends in each way that is notified of, and one comes near its deadline."""

    async def act(number: str, tool_id: UUID) -> None:
        caller = practitioner()

        async def close(how: str) -> None:
            made = (await prescribe(number, tool_id)).json()
            if how == "end":
                about = {"citizen": reference(number), "tool_id": tool_id, "prescription_id": made["prescriptionId"]}
                await tell(ToolOpened(**about, acted_by=reference(number), at=clock.now))
            why = {"reason": "Feil", "category": "other"}
            closed = await client.post(f"/v1/prescriptions/{made['prescriptionId']}/{how}", json=why, auth=caller)
            assert closed.status_code == 200, closed.text

        await close("revoke")
        await close("end")
        await prescribe(number, tool_id)
        clock.now += timedelta(days=29)
        await Deadlines(database, (7, 1), clock).handle_batch(clock.now)
        await tell(ToolStopped(tool_id=tool_id, sequence=9, revision=1, category="security"))
        await Stops(database, clock).follow(clock.now)

    return act


@pytest.mark.parametrize("may_use", [True, False])
async def test_V1_S5_each_event_that_is_notified_of_says_whether_representatives_may_use_the_tool(
    live_through: Any, publish: Any, odd: str, rows: Any, may_use: bool
) -> None:
    await live_through(odd, await publish(representative_may_use=may_use))
    told = [(row["name"], row["payload"]["data"]["representativeMayUse"]) for row in await rows("outbox")]
    assert {name for name, _ in told} == TOLD
    assert {said for _, said in told} == {may_use}


async def test_V1_S5_of_a_tool_that_the_catalogue_has_not_told_about_it_is_unknown(
    prescribe: Any, publish: Any, odd: str, rows: Any, database: Database, clock: Any
) -> None:
    """A reminder of one that was prescribed before the copy was made anew."""
    await prescribe(odd, await publish(representative_may_use=True))
    async with database.driver() as connection:
        await connection.execute("DELETE FROM tool_copy")
    clock.now += timedelta(days=29)
    await Deadlines(database, (7, 1), clock).handle_batch(clock.now)
    assert (await rows("outbox"))[-1]["payload"]["data"]["representativeMayUse"] is None
