"""Some of the calls at the edges of what the contracts allow, on every commit, and the same ones each time; `make fuzz`
makes all of them, and makes up many more, as every caller.
"""

from pathlib import Path

import pytest

from sandbox.services import SERVICES, Service
from sandbox.wiring import Wiring
from tools.fuzz.passes import EDGES, RIGHTFUL, Pass, run


@pytest.mark.system
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_service_keeps_its_contract_whatever_it_is_asked(service: Service, wiring: Wiring, tmp_path: Path) -> None:
    made = Pass(service, RIGHTFUL, seed=1, examples=1, phases=EDGES, is_thinned=True)
    outcome = run(made, wiring, tmp_path)
    assert outcome.passed, outcome.report
    assert outcome.calls.total() > 50
    assert outcome.calls["200"] > 0, "somebody is let in"
