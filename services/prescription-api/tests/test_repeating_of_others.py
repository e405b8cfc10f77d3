"""P14: an answer is given again to whom it was given, for as long as they have the right, and the patient sees it."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from devkit.testing.national_ids import population

KEY = {"Idempotency-Key": "3c1f2b2a-5b1a-4f6e-8a57-0a8f0a7f1f10"}
ANOTHER_OFFICE = "299900460"
ANOTHER_PERSON = population(1, seed=15)[0]
REASON = {"reason": "Sendt til feil pasient."}


@pytest.fixture
def colleague(practitioner: Any, world: Any) -> Any:
    """Somebody else through the same client: of the same office, or of the one that is named."""
    world.practise("990000203", "LE")

    def log_in(**claims: Any) -> Any:
        return practitioner(**{"hpr_number": "990000203", "pid": ANOTHER_PERSON} | claims)

    return log_in


@pytest.fixture
def forget(app: Any) -> Any:
    """What the register said is no longer remembered."""
    return app.state.outside.hpr._cache._kept.clear


def _is_nothing_of(first: httpx.Response, answer: httpx.Response) -> bool:
    made = first.json()
    told = (made["prescriptionId"], made["prescribedBy"]["hprNumber"], made["prescribedBy"]["name"])
    return "Idempotency-Replayed" not in answer.headers and not any(it in answer.text for it in told)


async def test_P14_an_answer_is_not_given_to_another_organisation(
    prescribe: Any, publish: Any, odd: str, colleague: Any
) -> None:
    tool_id = await publish()
    first = await prescribe(odd, tool_id, headers=KEY)
    answer = await prescribe(odd, tool_id, headers=KEY, auth=colleague(organisation=ANOTHER_OFFICE))
    assert (answer.status_code, answer.json()["code"]) == (409, "already-prescribed")
    assert _is_nothing_of(first, answer)


async def test_P14_nor_to_a_colleague(prescribe: Any, publish: Any, odd: str, colleague: Any) -> None:
    tool_id = await publish()
    first = await prescribe(odd, tool_id, headers=KEY)
    answer = await prescribe(odd, tool_id, headers=KEY, auth=colleague())
    assert (answer.status_code, answer.json()["code"]) == (409, "already-prescribed")
    assert "Idempotency-Replayed" not in answer.headers
    assert first.json()["prescribedBy"]["hprNumber"] not in answer.text


@pytest.mark.parametrize(
    "claims",
    [
        {"hpr_number": "990000203"},
        {"pid": ANOTHER_PERSON},
        {"organisation": ANOTHER_OFFICE},
        {"claims": {"helseid://claims/client/claims/orgnr_child": ANOTHER_OFFICE}},
        {"claims": {"client_id": "another-record-system"}},
    ],
)
async def test_P14_a_key_is_that_of_client_person_and_organisation_together(
    prescribe: Any, publish: Any, odd: str, practitioner: Any, world: Any, claims: dict[str, Any]
) -> None:
    world.practise("990000203", "LE")
    tool_id = await publish()
    await prescribe(odd, tool_id, headers=KEY)
    answer = await prescribe(odd, tool_id, headers=KEY, auth=practitioner(**claims))
    assert (answer.status_code, answer.json()["code"]) == (409, "already-prescribed")


async def test_P14_two_who_use_one_key_at_once_are_two(
    prescribe: Any, publish: Any, world: Any, odd: str, colleague: Any, rows: Any
) -> None:
    tools = [await publish(), await publish()]
    other = colleague(organisation=ANOTHER_OFFICE)
    answers = await asyncio.gather(
        prescribe(odd, tools[0], headers=KEY), prescribe(odd, tools[1], headers=KEY, auth=other)
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["toolId"] for answer in answers] == [str(tool) for tool in tools]
    assert len(await rows("idempotent_answer")) == 2


async def test_P1_P14_whose_authorisation_has_lapsed_is_refused(
    prescribe: Any, publish: Any, odd: str, world: Any, forget: Any, clock: Any
) -> None:
    tool_id = await publish()
    assert (await prescribe(odd, tool_id, headers=KEY)).status_code == 201
    world.practise("9144889", "LE", valid=False)
    forget()
    answer = await prescribe(odd, tool_id, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (403, "hpr-not-valid")


async def test_P2_P14_so_is_who_lacks_what_the_tool_now_asks_for(
    prescribe: Any, publish: Any, odd: str, world: Any, forget: Any
) -> None:
    tool_id = await publish(requiredAuthorisations=["LE"])
    assert (await prescribe(odd, tool_id, headers=KEY)).status_code == 201
    world.practise("9144889", "SP")
    forget()
    answer = await prescribe(odd, tool_id, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (403, "authorisation-required")


async def test_P1_P14_while_the_register_is_away_nobody_is_answered_again(
    prescribe: Any, publish: Any, odd: str, world: Any, forget: Any
) -> None:
    tool_id = await publish()
    await prescribe(odd, tool_id, headers=KEY)
    world.away.add("hpr")
    forget()
    answer = await prescribe(odd, tool_id, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (503, "hpr-unavailable")
    assert "Retry-After" in answer.headers


async def test_P13_P14_what_is_given_again_is_in_the_access_log(
    prescribe: Any, publish: Any, odd: str, rows: Any, client: httpx.AsyncClient, citizen: Any, clock: Any
) -> None:
    tool_id = await publish()
    made = (await prescribe(odd, tool_id, headers=KEY)).json()
    clock.go(days=1)
    for _ in range(3):  # a record system that asks every second does not bury the rest
        assert (await prescribe(odd, tool_id, headers=KEY)).headers["Idempotency-Replayed"] == "true"
    [first, again] = await rows("access_log")
    assert (first["action"], again["action"]) == ("prescribed", "read")
    about = ("citizen", "hpr_number", "name", "profession", "organisation", "client_id", "tool_id", "prescription_id")
    assert [again[name] for name in about] == [first[name] for name in about]
    assert again["prescription_id"] == UUID(made["prescriptionId"])
    shown = (await client.get("/v1/me/access-log", auth=citizen(odd))).json()["items"]
    assert [entry["action"] for entry in shown] == ["read", "prescribed"]


async def test_P10_P14_taking_back_is_answered_again_to_whoever_did_it(
    prescribe: Any, publish: Any, odd: str, client: httpx.AsyncClient, practitioner: Any, colleague: Any
) -> None:
    made = (await prescribe(odd, await publish())).json()
    path = f"/v1/prescriptions/{made['prescriptionId']}/revoke"
    assert (await client.post(path, json=REASON, auth=practitioner(), headers=KEY)).status_code == 200
    beside = await client.post(path, json=REASON, auth=colleague(), headers=KEY)
    assert (beside.status_code, beside.json()["code"]) == (409, "prescription-state-conflict")
    stranger = await client.post(path, json=REASON, auth=colleague(organisation=ANOTHER_OFFICE), headers=KEY)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "prescription-not-found")


async def test_P13_P14_taking_back_again_asks_for_the_right_and_is_logged(
    prescribe: Any, publish: Any, odd: str, client: httpx.AsyncClient, practitioner: Any, world: Any, forget: Any,
    rows: Any, clock: Any,
) -> None:  # fmt: skip
    made = (await prescribe(odd, await publish())).json()
    path = f"/v1/prescriptions/{made['prescriptionId']}/revoke"
    first = await client.post(path, json=REASON, auth=practitioner(), headers=KEY)
    clock.go(hours=1)
    again = await client.post(path, json=REASON, auth=practitioner(), headers=KEY)
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    assert [row["action"] for row in await rows("access_log")] == ["prescribed", "revoked", "read"]
    world.practise("9144889", "LE", valid=False)
    forget()
    refused = await client.post(path, json=REASON, auth=practitioner(), headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (403, "hpr-not-valid")


async def test_I1_P14_what_is_kept_does_not_say_who_asked(
    prescribe: Any, publish: Any, odd: str, practitioner: Any, rows: Any, reference: Any
) -> None:
    """The answer names the practitioner: beside it their reference would tell whose own pages are whose."""
    person = ANOTHER_PERSON
    await prescribe(odd, await publish(), headers=KEY, auth=practitioner(pid=person))
    [kept] = await rows("idempotent_answer")
    assert not any(it in str(kept) for it in (person, reference(person)))
