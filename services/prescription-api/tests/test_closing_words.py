"""Words about what is over: the note of revoking and ending, its category, and since when somebody has a tool."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from prescription_api.stopping import Stops
from shared.events import ToolOpened, ToolReinstated, ToolStopped

READ = "nhn:verktoyformidler/read"


@pytest.fixture
async def made(prescribe: Any, publish: Any, odd: str) -> dict[str, Any]:
    body: dict[str, Any] = (await prescribe(odd, await publish())).json()
    return body


@pytest.fixture
def close(client: httpx.AsyncClient, practitioner: Any, made: dict[str, Any]) -> Any:
    async def act(how: str, body: Any = None, language: str = "nb") -> httpx.Response:
        path, asked = f"/v1/prescriptions/{made['prescriptionId']}/{how}", {"Accept-Language": language}
        sent = {"json": body} if body is not None else {}
        return await client.post(path, auth=practitioner(), headers=asked, **sent)

    return act


@pytest.fixture
async def opened(made: dict[str, Any], tell: Any, odd: str, reference: Any, clock: Any) -> None:
    about = {"citizen": reference(odd), "tool_id": made["toolId"], "prescription_id": made["prescriptionId"]}
    await tell(ToolOpened(**about, acted_by=reference(odd), at=clock.now))


async def test_P8_P10_revoking_has_a_note_with_its_reason(
    close: Any, made: dict[str, Any], clock: Any, client: Any, practitioner: Any
) -> None:
    clock.go(days=1)
    body = (await close("revoke", {"reason": "Feil pasient.\nReferanse: 1", "category": "sent-by-mistake"})).json()
    assert body["closingNote"] == {
        "language": "nb",
        "text": "Digitalt helseverktøy trukket tilbake på Helsenorge: Søvnstigen (leverandør Stille Vann).\n"
        "Trukket tilbake 23.11.2026 kl. 09.00 av Ragnhild Bergknausen, lege, HPR-nummer 9144889, for virksomhet"
        " 299900452.\n"
        "Sendt 22.11.2026 kl. 09.00 av Ragnhild Bergknausen, HPR-nummer 9144889.\n"
        "Årsak: sendt ved en feil.\n"
        f"Referanse: {made['prescriptionId']}.\n"
        "Begrunnelse:\n"
        "  Feil pasient.\n"
        "  Referanse: 1",
    }
    assert (body["endCategory"], body["journalNote"]) == ("sent-by-mistake", made["journalNote"])
    read = await client.get(f"/v1/prescriptions/{made['prescriptionId']}", auth=practitioner(READ))
    assert read.json()["closingNote"] == body["closingNote"]


async def test_P8_ending_has_a_note_too_with_or_without_a_reason(close: Any, opened: None) -> None:
    body = (await close("end", language="nn")).json()
    assert (body["state"], body["endCategory"], body["endReason"]) == ("ended", "completed", None)
    assert body["closingNote"]["language"] == "nn"
    lines = body["closingNote"]["text"].splitlines()
    assert lines[0] == "Bruken av digitalt helseverktøy er avslutta på Helsenorge: Søvnstigen (leverandør Stille Vann)."
    assert lines[1].startswith("Avslutta 22.11.2026 kl. 09.00 av Ragnhild Bergknausen, lege")
    assert lines[3] == "Årsak: bruken er fullført."
    assert "Grunngiving" not in body["closingNote"]["text"]


async def test_P8_a_reason_for_ending_stands_in_its_note(close: Any, opened: None) -> None:
    body = (await close("end", {"reason": "Ny plan.", "category": "replaced"})).json()
    assert (body["endCategory"], body["endReason"]) == ("replaced", "Ny plan.")
    assert body["closingNote"]["text"].endswith("Begrunnelse:\n  Ny plan.")


@pytest.mark.parametrize("how", ["revoke", "end"])
async def test_P10_an_unknown_category_and_a_number_in_a_reason_are_refused(
    close: Any, opened: None, how: str, odd: str, rows: Any
) -> None:
    assert (await close(how, {"reason": "x", "category": "rude"})).status_code == 422
    refused = await close(how, {"reason": f"Gjelder {odd}"})
    assert refused.json()["errors"][0]["code"] == "holds-national-id"
    assert [row["state"] for row in await rows("prescription")] == ["opened"]


@pytest.mark.parametrize(
    ("how", "body", "category"),
    [
        ("revoke", {"reason": "Hemmelig"}, "other"),
        ("revoke", {"reason": "Hemmelig", "category": "no-longer-needed"}, "no-longer-needed"),
        ("end", None, "completed"),
    ],
)
async def test_P10_the_event_has_the_category_and_not_the_reason(
    close: Any, opened: None, rows: Any, how: str, body: Any, category: str
) -> None:
    assert (await close(how, body)).status_code == 200
    told = (await rows("outbox"))[-1]["payload"]
    assert told["data"]["category"] == category
    assert "Hemmelig" not in str(told)


async def test_P10_fhir_says_the_category_and_the_reason(
    close: Any, made: dict[str, Any], client: Any, practitioner: Any
) -> None:
    await close("revoke", {"reason": "Feil pasient.", "category": "sent-by-mistake"})
    task = (await client.get(f"/fhir/Task/{made['prescriptionId']}", auth=practitioner(READ))).json()
    [coding] = task["statusReason"]["coding"]
    assert (coding["code"], coding["display"]) == ("sent-by-mistake", "Sendt ved en feil")
    assert task["statusReason"]["text"] == "Feil pasient."


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("nb", "Pasienten har hatt dette verktøyet siden 22. november 2026."),
        ("nn", "Pasienten har hatt dette verktøyet sidan 22. november 2026."),
        ("en", "The patient has had this tool since 22 November 2026."),
    ],
)
async def test_P6_a_second_attempt_is_told_in_words_since_when(
    prescribe: Any, made: dict[str, Any], odd: str, clock: Any, language: str, detail: str
) -> None:
    clock.go(days=3)
    refused = (await prescribe(odd, made["toolId"], headers={"Accept-Language": language})).json()
    assert (refused["code"], refused["detail"], refused["since"]) == (
        "already-prescribed",
        detail,
        made["prescribedAt"],
    )


async def test_V1_K4_each_prescription_that_a_stop_ends_is_told_of_once(
    prescribe: Any, publish: Any, odd: str, tell: Any, rows: Any, database: Any, clock: Any, make_tool: Any,
    reference: Any,
) -> None:  # fmt: skip
    tool_id: UUID = await publish()
    first = (await prescribe(odd, tool_id)).json()
    stops = Stops(database, clock)
    for sequence in (2, 4):
        await tell(ToolStopped(tool_id=tool_id, sequence=sequence, revision=1, category="security"))
        await stops.follow(clock.now)
        await stops.follow(clock.now)
        await tell(
            ToolReinstated(tool_id=tool_id, sequence=sequence + 1, revision=1, tool=make_tool(tool_id, revision=1))
        )
        await stops.follow(clock.now)
    told = [row["payload"] for row in await rows("outbox") if row["name"] == "prescription.prescription-stopped.v1"]
    assert [it["data"] for it in told] == [
        {
            "prescriptionId": first["prescriptionId"],
            "citizen": reference(odd),
            "toolId": str(tool_id),
            "version": version,
            "stoppedAt": "2026-11-22T08:00:00.000Z",
            "representativeMayUse": False,
        }
        for version in (2, 4)
    ]
