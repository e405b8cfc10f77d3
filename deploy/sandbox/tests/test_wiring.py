"""Several systems on one machine at the same time."""

from sandbox.wiring import free_port_base


def test_who_asks_before_the_other_listens_is_given_other_ports() -> None:
    bases = {free_port_base(28_100) for _ in range(3)}
    assert len(bases) == 3
