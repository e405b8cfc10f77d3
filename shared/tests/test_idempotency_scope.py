"""P14: whose a key is. Whatever tells two callers apart tells their keys apart."""

from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from starlette.requests import Request

from shared.auth.claims import CitizenToken, HelseIdToken
from shared.idempotency import repeatable, scope_of

SECRET = b"x" * 32
PRACTITIONER = HelseIdToken(
    client_id="ehr",
    scopes=frozenset({"prescribe"}),
    key="A" * 43,
    subject="k1-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    security_level="4",
    hpr_number="990000101",
    name="Ragnhild Bergknausen",
    organisation="299900452",
    organisation_child="299900460",
)
CITIZEN = CitizenToken("k1-aaaaaaaaaaaaaaaaaaaaaaaaaa", date(1988, 2, 2), "4", client_id="helsenorge")
CHILD = "k1-cccccccccccccccccccccccccc"
OTHERS: list[Any] = [
    PRACTITIONER,
    *(
        replace(PRACTITIONER, **{name: other})
        for name, others in {
            "client_id": ["web"],
            "subject": ["k1-bbbbbbbbbbbbbbbbbbbbbbbbbb", None],
            "hpr_number": ["990000202", None],
            "organisation": ["299900460", None],
            "organisation_child": ["299900452", None],
        }.items()
        for other in others
    ),
    CITIZEN,
    replace(CITIZEN, reference="k1-bbbbbbbbbbbbbbbbbbbbbbbbbb"),
    replace(CITIZEN, client_id=None),
    replace(CITIZEN, represents=CHILD, relation="parent"),
    replace(CITIZEN, represents=CHILD, relation="power-of-attorney"),
    replace(CITIZEN, represents="k1-dddddddddddddddddddddddddd", relation="parent"),
    replace(CITIZEN, reference=CHILD),
]


def test_P14_no_two_callers_have_one_scope() -> None:
    for one, other in combinations(OTHERS, 2):
        assert scope_of(one, SECRET) != scope_of(other, SECRET), (one, other)


def test_P14_another_login_of_the_same_caller_has_the_same() -> None:
    later = replace(PRACTITIONER, key="B" * 43, scopes=frozenset({"prescribe", "read"}), name=None)
    assert scope_of(later, SECRET) == scope_of(PRACTITIONER, SECRET)


@pytest.mark.parametrize("token", OTHERS)
def test_I1_a_scope_is_nothing_that_can_be_read(token: Any) -> None:
    scope = scope_of(token, SECRET)
    assert (len(scope), int(scope, 16) > 0) == (32, True)
    assert scope != scope_of(token, b"y" * 32)


async def test_P14_there_is_no_key_without_a_caller() -> None:
    """A route that lets in anybody cannot give answers again: it fails when it is tried out, not when it leaks."""
    with pytest.raises(AttributeError):
        await repeatable(Request({"type": "http", "method": "POST", "path": "/", "headers": [], "state": {}}), "key")
