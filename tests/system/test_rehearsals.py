"""What operators rehearse, rehearsed: nothing is lost, and nothing happens twice."""

from pathlib import Path

import pytest

from sandbox.wiring import Wiring
from tools.local.processes import Processes
from tools.rehearsal import broker, restore, upgrade

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


@pytest.mark.nightly
async def test_P14_V3_of_three_broker_nodes_each_can_be_lost_while_prescriptions_are_made(
    server_directory: Path,
) -> None:
    outcome = await broker.rehearse(server_directory / "broker-rehearsal")
    assert outcome.copies == 3
    follower, leader = outcome.killed
    assert outcome.leaders[0] != follower
    assert outcome.leaders[1] == leader != outcome.leaders[2], "the queue had to find another leader"
    assert outcome.effects.prescriptions > 100
    assert (outcome.effects.lost, outcome.effects.twice, outcome.failed) == (0, 0, {})


@pytest.fixture(scope="module")
async def upgraded(wiring: Wiring, system: Processes, server_directory: Path) -> upgrade.Outcome:
    return await upgrade.rehearse(wiring, system, server_directory / "release")


async def test_an_upgrade_under_load_fails_no_request_and_loses_no_event(upgraded: upgrade.Outcome) -> None:
    assert upgraded.failed == {}
    assert (upgraded.effects.lost, upgraded.effects.twice) == (0, 0)
    assert upgraded.effects.prescriptions > 50
    assert upgraded.reads > 50
    assert upgraded.replaced >= sum(upgrade.REPLICAS.values())


async def test_what_was_upgraded_was_the_release_before(upgraded: upgrade.Outcome) -> None:
    """Its services ran on today's schema, beside today's, and with their events."""
    if not upgraded.release:
        pytest.skip("the release before is not in this copy of the repository's history")
    assert upgraded.replaced == 2 * sum(upgrade.REPLICAS.values()) + len(upgrade.REPLICAS)


@pytest.mark.nightly
async def test_M5_a_lost_database_is_restored_and_told_again_what_came_after(
    wiring: Wiring, system: Processes, server_directory: Path
) -> None:
    outcome = await restore.rehearse(wiring, system, server_directory / "restore-rehearsal")
    assert outcome.restored < outcome.before, "the time it is restored to is before many of its events"
    assert outcome.after == outcome.before
    assert outcome.equal
    assert (outcome.lost, outcome.twice) == (0, 0)
