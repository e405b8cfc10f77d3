"""What `make fuzz` sets out to do, and what it says that it did."""

from collections import Counter
from dataclasses import replace
from itertools import islice

from sandbox.services import SERVICES
from tools.access.operations import operations
from tools.access.scenes.examples import CONTRACTS
from tools.fuzz.__main__ import passes
from tools.fuzz.passes import EDGES, RIGHTFUL, Outcome, Pass
from tools.fuzz.summary import summary
from tools.local.callers import KINDS


def test_a_round_is_everything_as_everybody_and_the_edges_once() -> None:
    length, endless = len(SERVICES) * (len(KINDS) + 1), passes(7)
    edges, first, second = (list(islice(endless, count)) for count in (len(SERVICES), length, length))
    everybody = {(service.name, caller) for service in SERVICES for caller in [*KINDS, RIGHTFUL]}
    assert {(it.service.name, it.phases) for it in edges} == {(service.name, EDGES) for service in SERVICES}
    for seed, made in ((7, first), (8, second)):
        assert {(it.service.name, it.caller) for it in made} == everybody
        assert len({(it.service.name, it.seed) for it in made}) == length, "nobody is sent what another was"
        assert {it.seed for it in made if it.caller == RIGHTFUL} == {seed}


CHECKED = frozenset({"not_a_server_error", "answers_are_ours"})


def test_the_summary_tells_who_has_not_tried_what_and_what_failed() -> None:
    outcomes = []
    for service in SERVICES:
        every = {f"{it.method} {it.path}": 2 for it in operations(CONTRACTS) if it.service == service}
        unheard = {label: calls for label, calls in every.items() if label != "GET /v1/me/feed"}
        outcomes.append(
            Outcome(Pass(service, "citizen", 1, 8), Counter({"200": 60}), Counter(every), True, "", CHECKED)
        )
        outcomes.append(Outcome(Pass(service, "staff", 2, 8), Counter({"200": 4}), Counter(unheard), True, ""))
    outcomes[3] = replace(outcomes[3], passed=False, report="Server error")
    said = summary(outcomes, 61.4)
    wanted = len(list(operations(CONTRACTS))) - 1  # the stream is not called
    missing = f"staff: {wanted - 1} of {wanted} operations\n    never helsetilbud-api GET /v1/me/feed"
    assert f"citizen: {wanted} of {wanted} operations\n{missing}" in said
    assert f"failed: {SERVICES[1].name} staff 2" in said
    assert said.endswith("320 calls in 10 runs, 1 of them with failures; seeds 1, 2; 61 seconds")
    assert "2 checks: answers_are_ours, not_a_server_error\n" in said
