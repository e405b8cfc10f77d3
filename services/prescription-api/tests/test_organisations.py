"""P2, P5: a practitioner finds organisations by name and number, and prescribes for the one that they choose."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from prescription_api.quotas import SearchQuota
from shared.auth.claims import ORGANISATION_CHILD

MUNICIPALITY, OFFICE, OTHER, CLOSED = "299900177", "299900452", "299900460", "299901785"


@pytest.fixture
def solfjell(world: Any) -> Any:
    world.register(MUNICIPALITY, "Solfjell kommune", form="KOMM")
    world.register(OFFICE, "Solfjell legekontor", MUNICIPALITY)
    return world


@pytest.fixture
def find(client: httpx.AsyncClient, practitioner: Any) -> Any:
    async def find(q: str, **question: Any) -> httpx.Response:
        return await client.get("/v1/organisations", params={"q": q, **question}, auth=practitioner())

    return find


async def test_P2_P5_organisations_are_found_by_name_with_what_they_are_part_of(find: Any, solfjell: Any) -> None:
    answer = await find("solfjell")

    parent = {"organisationNumber": MUNICIPALITY, "name": "Solfjell kommune"}
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "organisationNumber": MUNICIPALITY,
                "name": "Solfjell kommune",
                "kind": "KOMM",
                "kindName": "KOMM",
                "parent": None,
            },
            {
                "organisationNumber": OFFICE,
                "name": "Solfjell legekontor",
                "kind": "BEDR",
                "kindName": "BEDR",
                "parent": parent,
            },
        ],
        "more": False,
    }


@pytest.mark.parametrize("written", [OFFICE, "299 900 452"])
async def test_P2_P5_an_organisation_is_found_by_its_number(find: Any, solfjell: Any, written: str) -> None:
    [found] = (await find(written)).json()["items"]

    assert (found["name"], found["parent"]["name"]) == ("Solfjell legekontor", "Solfjell kommune")


async def test_P2_P5_what_is_not_there_is_not_found(find: Any, solfjell: Any) -> None:
    solfjell.register(CLOSED, "Brennlia kommune", form="KOMM", slettedato="2019-12-31")

    for q in (OTHER, CLOSED, "ingenting"):
        assert (await find(q)).json() == {"items": [], "more": False}


async def test_P2_P5_no_more_are_shown_than_asked_for(find: Any, solfjell: Any) -> None:
    answer = (await find("solfjell", limit=1)).json()

    assert [it["organisationNumber"] for it in answer["items"]] == [MUNICIPALITY]
    assert answer["more"]


async def test_P5_a_number_with_a_wrong_check_digit_is_refused_as_that(find: Any, world: Any) -> None:
    answer = await find("299900453")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    [wrong] = answer.json()["errors"]
    assert (wrong["pointer"], wrong["code"]) == ("/query/q", "organisation-number-check-digit")
    assert "organisations" not in world.asked


@pytest.mark.parametrize("question", [{"q": "a"}, {"q": "a" * 101}, {"q": "so\u202el"}, {"q": "sol", "limit": 51}, {}])
async def test_P2_other_questions_are_refused(
    client: httpx.AsyncClient, practitioner: Any, question: dict[str, Any]
) -> None:
    answer = await client.get("/v1/organisations", params=question, auth=practitioner())

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_P2_a_search_while_the_register_is_away_says_so(find: Any, world: Any) -> None:
    world.away.add("organisations")

    answer = await find("solfjell")

    assert (answer.status_code, answer.json()["code"]) == (503, "organisation-register-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_P2_one_practitioner_searches_so_often_and_no_more(find: Any, solfjell: Any, app: FastAPI) -> None:
    outside = app.state.outside
    app.state.outside = replace(outside, organisation_searches=SearchQuota(2, outside.limits.counters))
    try:
        answers = [await find("solfjell") for _ in range(3)]
    finally:
        app.state.outside = outside

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["violatedPolicies"] == ["organisation-searches"]


async def test_P5_a_tool_for_a_municipality_is_prescribed_from_its_office(
    solfjell: Any, publish: Any, prescribe: Any, odd: str
) -> None:
    tool_id = await publish(prescriberOrganisations=[MUNICIPALITY])

    answer = await prescribe(odd, tool_id, organisation=OFFICE)

    assert answer.status_code == 201, answer.text
    assert answer.json()["organisation"] == OFFICE


async def test_P5_a_part_of_a_municipalitys_part_may_as_well(
    solfjell: Any, publish: Any, prescribe: Any, practitioner: Any, odd: str
) -> None:
    solfjell.register("299900320", "Solfjell kommune helse", MUNICIPALITY, form="ORGL")
    solfjell.register(OFFICE, "Solfjell legekontor", "299900320")
    tool_id = await publish(national=False, organisations=[MUNICIPALITY])
    auth = practitioner(organisation="299900320", claims={ORGANISATION_CHILD: OFFICE})

    assert (await prescribe(odd, tool_id, auth=auth, organisation=OFFICE)).status_code == 201


async def test_P5_the_token_does_not_relate_organisations_the_register_does(
    solfjell: Any, publish: Any, prescribe: Any, practitioner: Any, odd: str
) -> None:
    solfjell.register(OTHER, "Et annet legekontor")
    tool_id = await publish(prescriberOrganisations=[MUNICIPALITY])
    auth = practitioner(organisation=MUNICIPALITY, claims={ORGANISATION_CHILD: OTHER})

    refused = await prescribe(odd, tool_id, auth=auth, organisation=OTHER)
    allowed = await prescribe(odd, tool_id, auth=auth, organisation=MUNICIPALITY)

    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    assert allowed.status_code == 201


async def test_P5_a_tool_for_an_office_is_not_prescribed_by_all_of_its_municipality(
    solfjell: Any, publish: Any, prescribe: Any, practitioner: Any, odd: str
) -> None:
    tool_id = await publish(prescriberOrganisations=[OFFICE])

    answer = await prescribe(odd, tool_id, auth=practitioner(organisation=MUNICIPALITY), organisation=MUNICIPALITY)

    assert answer.json()["code"] == "organisation-not-allowed"


async def test_P5_a_relation_that_is_not_known_is_not_taken_for_one(
    solfjell: Any, publish: Any, prescribe: Any, odd: str, rows: Any
) -> None:
    tool_id = await publish(prescriberOrganisations=[MUNICIPALITY])
    solfjell.away.add("organisations")

    answer = await prescribe(odd, tool_id, organisation=OFFICE)

    assert (answer.status_code, answer.json()["code"]) == (503, "organisation-register-unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert await rows("prescription") == []


async def test_P5_a_relation_that_was_learnt_counts_while_the_register_is_away(
    solfjell: Any, publish: Any, prescribe: Any, odd: str, app: FastAPI
) -> None:
    tool_id = await publish(prescriberOrganisations=[MUNICIPALITY])
    register = app.state.outside.organisations
    await register.find(OFFICE, float("inf"))
    await register.find(MUNICIPALITY, float("inf"))
    register._fresh._kept.clear()
    solfjell.away.add("organisations")

    answer = await prescribe(odd, tool_id, organisation=OFFICE)

    assert answer.status_code == 201, answer.text
    assert answer.json()["organisationName"] == "Solfjell legekontor"


async def test_P5_only_what_a_relation_decides_waits_for_the_register(
    solfjell: Any, publish: Any, prescribe: Any, odd: str
) -> None:
    solfjell.away.add("organisations")
    everybodys, own, foreign = [
        await publish(sequence=n, prescriberOrganisations=numbers)
        for n, numbers in enumerate(([], [OFFICE], [MUNICIPALITY]), start=1)
    ]

    assert (await prescribe(odd, everybodys, organisation=OFFICE)).status_code == 201
    assert (await prescribe(odd, own, organisation=OFFICE)).status_code == 201
    assert (await prescribe(odd, foreign)).json()["code"] == "organisation-required"
    assert (await prescribe(odd, foreign, organisation=OTHER)).json()["code"] == "organisation-not-allowed"


async def test_P5_P14_a_repeated_request_takes_the_relation_as_well(
    solfjell: Any, publish: Any, prescribe: Any, odd: str, app: FastAPI
) -> None:
    tool_id, key = await publish(prescriberOrganisations=[MUNICIPALITY]), {"Idempotency-Key": "relation"}
    assert (await prescribe(odd, tool_id, organisation=OFFICE, headers=key)).status_code == 201
    assert (await prescribe(odd, tool_id, organisation=OFFICE, headers=key)).status_code == 201

    solfjell.register(OFFICE, "Solfjell legekontor")
    app.state.outside.organisations._fresh._kept.clear()
    moved = await prescribe(odd, tool_id, organisation=OFFICE, headers=key)

    assert (moved.status_code, moved.json()["code"]) == (403, "organisation-not-allowed")


async def test_P5_an_organisation_number_with_a_wrong_check_digit_is_invalid_input(
    publish: Any, prescribe: Any, odd: str, client: httpx.AsyncClient, practitioner: Any
) -> None:
    prescribed = await prescribe(odd, await publish(), organisation="299900453")
    listed = await client.get("/v1/prescribable-tools", params={"organisation": "299900453"}, auth=practitioner())

    for answer, pointer in ((prescribed, "/body/organisation"), (listed, "/query/organisation")):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
        [wrong] = answer.json()["errors"]
        assert (wrong["pointer"], wrong["code"]) == (pointer, "organisation-number-check-digit")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "Verktøyet kan bare sendes for: Solfjell kommune (299900177), 299900460."),
        ("nn", "Verktøyet kan berre sendast for: Solfjell kommune (299900177), 299900460."),
        ("en", "The tool can only be sent for: Solfjell kommune (299900177), 299900460."),
    ],
)
async def test_P5_a_refusal_says_which_organisations_may(
    solfjell: Any, publish: Any, prescribe: Any, odd: str, language: str, words: str
) -> None:
    solfjell.register(OFFICE, "Et legekontor utenfor")
    tool_id = await publish(prescriberOrganisations=[MUNICIPALITY, OTHER])

    answer = (await prescribe(odd, tool_id, organisation=OFFICE, headers={"Accept-Language": language})).json()

    assert (answer["code"], answer["detail"]) == ("organisation-not-allowed", words)
    assert answer["allowedOrganisations"] == [
        {"organisationNumber": MUNICIPALITY, "name": "Solfjell kommune"},
        {"organisationNumber": OTHER, "name": None},
    ]


async def test_P5_a_refusal_names_a_few_and_counts_the_rest(publish: Any, prescribe: Any, odd: str, world: Any) -> None:
    world.away.add("organisations")
    many = ["299900177", "299900312", "299900525", "299900592", "299900665", "299900738", "299900800"]
    tool_id = await publish(prescriberOrganisations=many)

    required = (await prescribe(odd, tool_id)).json()
    foreign = (await prescribe(odd, tool_id, organisation=OTHER)).json()

    assert required["detail"].endswith("299900525, 299900592, 299900665 og 2 til.")
    assert len(required["allowedOrganisations"]) == 5
    assert foreign["detail"] == f"Innloggingen din gjelder for: {OFFICE}."


async def test_P2_P5_the_list_of_tools_says_for_which_organisations(
    solfjell: Any, publish: Any, client: httpx.AsyncClient, practitioner: Any
) -> None:
    await publish(prescriberOrganisations=[MUNICIPALITY])

    async def tool(**question: str) -> dict[str, Any]:
        listed = await client.get("/v1/prescribable-tools", params=question, auth=practitioner())
        [item] = listed.json()["items"]
        found: dict[str, Any] = item
        return found

    [reason] = (await tool())["reasons"]
    assert reason["code"] == "organisation-required"
    assert reason["text"].endswith("Det kan bare sendes for: Solfjell kommune (299900177).")
    assert reason["allowedOrganisations"] == [{"organisationNumber": MUNICIPALITY, "name": "Solfjell kommune"}]
    assert (await tool(organisation=OFFICE))["prescribable"]


async def test_P2_P5_the_list_of_tools_is_there_while_the_register_is_away(
    world: Any, publish: Any, client: httpx.AsyncClient, practitioner: Any
) -> None:
    world.away.add("organisations")
    await publish(prescriberOrganisations=[MUNICIPALITY])
    await publish(sequence=2)

    listed = await client.get("/v1/prescribable-tools", params={"organisation": OFFICE}, auth=practitioner())

    assert listed.status_code == 200
    found = {it["prescribable"]: it["reasons"] for it in listed.json()["items"]}
    assert [it["code"] for it in found[False]] == ["organisation-register-unavailable"]
    assert found[True] == []


async def test_P8_P13_the_organisation_is_named_wherever_a_prescription_is_read(
    solfjell: Any,
    publish: Any,
    prescribe: Any,
    odd: str,
    client: httpx.AsyncClient,
    practitioner: Any,
    rows: Any,
    citizen: Any,
) -> None:
    made = (await prescribe(odd, await publish())).json()
    address, auth = f"/v1/prescriptions/{made['prescriptionId']}", practitioner()
    fhir = {"Accept": "application/fhir+json"}

    read = (await client.get(address, auth=auth)).json()
    note = await client.get(f"{address}/journal-note", auth=auth)
    document = (await client.get(f"{address}/journal-note", auth=auth, headers=fhir)).json()
    log = (await client.get("/v1/me/access-log", auth=citizen(odd))).json()["items"]
    events = (await client.get("/v1/me/access-log", auth=citizen(odd), headers=fhir)).json()["entry"]
    revoked = (await client.post(f"{address}/revoke", json={"reason": "Feil."}, auth=auth)).json()

    named = {"organisationNumber": OFFICE, "name": "Solfjell legekontor"}
    for shown in (made, read, revoked):
        assert (shown["organisation"], shown["organisationName"]) == (OFFICE, "Solfjell legekontor")
        assert shown["journalNote"]["organisation"] == named
    assert "for virksomhet Solfjell legekontor (299900452)." in note.text
    assert "for virksomhet Solfjell legekontor (299900452)." in revoked["closingNote"]["text"]
    assert _organisations(document) == {"Solfjell legekontor"}
    assert {it["organisationName"] for it in log} == {"Solfjell legekontor"}
    [text] = [it["text"] for it in log if it["action"] == "prescribed"]
    assert text == "Ragnhild Bergknausen (lege, Solfjell legekontor) sendte deg verktøyet Søvnstigen."
    assert all(_organisations(it["resource"]) == {"Solfjell legekontor"} for it in events)
    [told] = [it["payload"] for it in await rows("outbox") if it["name"] == "prescription.tool-prescribed.v1"]
    assert told["data"]["organisationName"] == "Solfjell legekontor"


def _organisations(resource: dict[str, Any]) -> set[str | None]:
    return {
        it.get("name")
        for it in resource["contained"]
        if it["resourceType"] == "Organization" and it["id"] == "organisation"
    }


async def test_P8_P13_without_the_register_an_organisation_is_its_number(
    world: Any, publish: Any, prescribe: Any, odd: str, client: httpx.AsyncClient, citizen: Any
) -> None:
    world.away.add("organisations")

    made = await prescribe(odd, await publish())
    [entry] = (await client.get("/v1/me/access-log", auth=citizen(odd))).json()["items"]

    assert (made.status_code, made.json()["organisationName"]) == (201, None)
    assert "for virksomhet 299900452." in made.json()["journalNote"]["text"]
    assert (entry["organisation"], entry["organisationName"]) == (OFFICE, None)
    assert entry["text"] == "Ragnhild Bergknausen (lege) sendte deg verktøyet Søvnstigen."


async def test_P11_the_supplier_is_told_for_which_organisation(
    solfjell: Any, publish: Any, prescribe: Any, odd: str, client: httpx.AsyncClient, supplier: Any, database: Any
) -> None:
    tool_id = await publish()
    await prescribe(odd, tool_id)
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET state = 'opened', opened_at = prescribed_at")

    wanted = {"patient": {"nationalId": odd}}
    [found] = (await client.post(f"/v1/tools/{tool_id}/prescribers", json=wanted, auth=supplier())).json()["items"]

    assert (found["organisation"], found["organisationName"]) == (OFFICE, "Solfjell legekontor")


async def test_P5_a_practitioner_sees_the_organisations_that_they_act_for(
    client: httpx.AsyncClient, practitioner: Any, solfjell: Any
) -> None:
    auth = practitioner(organisation=MUNICIPALITY, claims={ORGANISATION_CHILD: OFFICE})
    answer = await client.get("/v1/organisations/mine", auth=auth)
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {"organisationNumber": OFFICE, "name": "Solfjell legekontor"},
            {"organisationNumber": MUNICIPALITY, "name": "Solfjell kommune"},
        ]
    }


async def test_P5_one_without_a_unit_acts_for_the_main_entity_and_unnamed_while_the_register_is_away(
    client: httpx.AsyncClient, practitioner: Any, world: Any
) -> None:
    auth = practitioner(organisation=MUNICIPALITY, claims={ORGANISATION_CHILD: None})
    answer = await client.get("/v1/organisations/mine", auth=auth)
    assert answer.json() == {"items": [{"organisationNumber": MUNICIPALITY, "name": None}]}
