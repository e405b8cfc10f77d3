"""Systems that ask about many: each person counts."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from devkit.testing.national_ids import population
from shared.limiting import RateLimits

NUMBERS = population(100, seed=3)
CLIENT = "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11"  # of tokens that name no other
CHECK, RESERVATIONS = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken", "nhn:samtykke/reservations"
VERIFY = "nhn:samtykke/representation"
Limit = Callable[..., None]


@pytest.fixture
async def limit(app: Any, settings: Any, clock: Any) -> AsyncIterator[Limit]:
    """The app with these limits."""
    before = app.state.limits

    def limit(**limits: Any) -> None:
        app.state.limits = RateLimits.connect(settings.model_copy(update=limits), app.state.database, clock)

    yield limit
    await app.state.limits.counters.close()
    app.state.limits = before


async def test_S2_every_person_in_a_check_counts(ask: Any, limit: Limit, clock: Any) -> None:
    limit(machine_look_ups_per_minute=100)
    first = await ask(NUMBERS[:60])
    assert first.headers["RateLimit"].startswith('"requests";r=99999;t=60, "look-ups";r=40;t=60, "look-ups-day";r=')
    refused = await ask(NUMBERS[:41])
    assert (refused.status_code, refused.json()["violatedPolicies"]) == (429, ["look-ups"])
    assert (await ask(NUMBERS[:40])).status_code == 200
    assert (await ask(NUMBERS[:1])).status_code == 429
    clock.go(minutes=1)
    assert (await ask(NUMBERS)).status_code == 200


async def test_S2_all_ways_of_asking_about_many_count_together(send: Any, limit: Limit) -> None:
    limit(machine_look_ups_per_minute=40)
    ten = NUMBERS[:10]
    asked: list[tuple[str, dict[str, Any], str]] = [
        (
            "/v1/digitally-active",
            {"nationalIds": ten, "area": "health-care"},
            CHECK,
        ),
        (
            "/digitaltaktiv/helsenorgeaktivsjekken/v1",
            {"fnrListe": ten, "omraade": "Helsehjelp"},
            CHECK,
        ),
        ("/v1/digitally-active/interest", {"nationalIds": ten}, CHECK),
        ("/v1/reservations/check", {"kind": "research-contact", "nationalIds": ten}, RESERVATIONS),
    ]
    for status in (200, 429):
        answers = [await send("POST", path, body, scope=scope) for path, body, scope in asked]
        assert [answer.status_code for answer in answers] == [status] * 4


async def test_services_of_ours_are_not_counted_a_second_time(ask: Any, limit: Limit) -> None:
    limit(machine_look_ups_per_minute=1, requests_per_minute=1, unlimited_clients=frozenset({CLIENT}))
    answers = [await ask(NUMBERS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit" not in answers[0].headers


async def test_S5_a_citizen_who_tries_out_numbers_is_stopped(kari: Any, citizen: Any, limit: Limit) -> None:
    limit(named_per_day=2)
    tried = [
        await kari.post(
            "/v1/me/representations",
            {
                "holder": {"nationalId": number, "name": "Somebody Else"},
                "areas": ["health-care"],
                "validTo": "2026-12-31",
            },
        )
        for number in NUMBERS[:3]
    ]
    assert [answer.status_code == 429 for answer in tried] == [False, False, True]


async def test_S2_a_system_with_several_clients_has_the_limit_of_its_organisation(
    client: Any, system: Any, limit: Limit
) -> None:
    limit(machine_look_ups_per_minute=15)
    body = {"nationalIds": NUMBERS[:10], "area": "health-care"}
    path = "/v1/digitally-active"
    calls = [system("POST", path, scope=CHECK, claims={"client_id": name}) for name in ("one", "another")]
    answers = [await client.post(path, json=body, headers=headers) for headers in calls]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_S5_both_people_of_a_verification_count(send: Any, limit: Limit) -> None:
    limit(machine_look_ups_per_minute=3)
    actor, represented = ({"nationalId": number} for number in NUMBERS[:2])
    use = {"relation": "parent", "area": "health-care", "act": "read"}
    body = {"actor": actor, "represented": represented, **use}
    answers = [await send("POST", "/v1/representations/verify", body, scope=VERIFY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
