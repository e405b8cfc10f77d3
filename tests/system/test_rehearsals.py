"""What operators rehearse, rehearsed: nothing is lost, and nothing happens twice."""

from pathlib import Path

import pytest

from sandbox.rehearsal import broker

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


async def test_P14_V3_of_three_broker_nodes_each_can_be_lost_while_prescriptions_are_made(
    server_directory: Path,
) -> None:
    outcome = await broker.rehearse(server_directory / "broker-rehearsal")
    assert outcome.copies == 3
    follower, leader = outcome.killed
    assert outcome.leaders[0] != follower
    assert outcome.leaders[1] == leader != outcome.leaders[2], "the queue had to find another leader"
    assert outcome.effects.prescriptions > 100
    assert (outcome.effects.lost, outcome.effects.twice, outcome.failed) == (0, 0, 0)
