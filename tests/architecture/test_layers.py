"""House rule: a room imports what stands below it (layers.toml), and the exceptions only get fewer."""

import pytest

from tools.house import House, houses, layers

LAYERS = layers()


@pytest.mark.parametrize("house", houses(), ids=lambda house: house.name)
def test_every_room_has_one_floor(house: House) -> None:
    assert sorted(LAYERS[house.name]["floors"]) == sorted(house.rooms)


@pytest.mark.parametrize("house", houses(), ids=lambda house: house.name)
def test_no_import_goes_upward_but_those_listed(house: House) -> None:
    """Each breach names who imports and what is imported."""
    upward = house.upward(LAYERS[house.name]["floors"])
    listed = set(LAYERS[house.name]["exceptions"])
    assert sorted(upward - listed) == []
    assert sorted(listed - upward) == [], "these are gone, and come off the list"


def test_an_upward_import_is_found() -> None:
    house = next(it for it in houses() if it.name == "prescription_api")
    assert house.upward(sorted(house.rooms, key=lambda room: room != "app")) != set()
