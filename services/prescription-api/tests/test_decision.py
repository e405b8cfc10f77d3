"""P1 to P6, K1, K4: every combination of what decides a prescribing gives exactly the promised code.

What is promised is worked out here anew, from the contract and the order in docs/decisions/0022, without the service's
rules. All combinations go through the use case with stand-ins for what it asks; those of the patient's facts, and those
of the others, go over HTTP to the real database as well.
"""

import math
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from devkit.testing.national_ids import generate
from prescription_api import service
from prescription_api.clients.consent import DigitallyActive
from prescription_api.clients.hpr import Authorisation, RegisteredPractitioner
from prescription_api.clients.person_register import Person
from prescription_api.errors import HprNotValid, PatientDeceased, PatientUnknown
from prescription_api.outside import Outside
from prescription_api.queries import ToolStanding
from prescription_api.schemas import Prescribing
from prescription_api.writing import Writer
from shared.auth import Practitioner
from shared.errors import DomainError
from shared.events import ToolStopped

NOW: Final = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OWN, CHILD, FOREIGN, ABOVE = "299900452", "299900460", "299900304", "299900177"

# fact: its values
FACTS: Final[dict[str, tuple[Any, ...]]] = {
    "hpr": ("valid", "withdrawn", "unknown"),
    "tool": ("published", "stopped", "not prescribable", "missing"),
    "authorisation": ("none asked", "held", "not held"),
    "restricted_to": (None, OWN, FOREIGN, ABOVE),
    "organisation": (None, OWN, FOREIGN),
    "deadline": ("none", "past"),
    "person": ("alive", "unknown", "deceased"),
    "consent": ("active", "basis", "too young", "through others", "reserved and none"),
    "age": ("old enough", "on the birthday", "a day short"),
    "representative": (True, False),
    "live": (None, OWN, FOREIGN),
}
MINIMUM_AGE: Final = 18
BORN: Final = {
    "old enough": date(1961, 9, 30),
    "on the birthday": date(2008, 11, 22),
    "a day short": date(2008, 11, 23),
}
REASONS: Final[dict[str, tuple[str, ...]]] = {
    "active": (),
    "basis": ("consent-basis-only",),
    "too young": ("too-young",),
    "through others": ("too-young",),
    "reserved and none": ("no-consent", "reserved"),
}

# the facts that are the tool's own
KIND: Final = ("tool", "authorisation", "restricted_to", "representative")
# what tells the caller something about the patient
LOGGED: Final = {"patient-deceased", "patient-not-digitally-active", "patient-too-young", "already-prescribed"}

Case = Mapping[str, Any]


def kind_of(case: Case) -> tuple[Any, ...]:
    return tuple(case[fact] for fact in KIND)


def promised(case: Case) -> tuple[int, str, dict[str, Any]]:
    """Status, code, and what the answer names besides; in the order of weight."""
    if case["hpr"] != "valid":
        return 403, "hpr-not-valid", {}
    if case["tool"] == "missing":
        return 404, "tool-not-found", {}
    if case["tool"] == "stopped":
        return 409, "tool-stopped", {}
    if case["tool"] == "not prescribable":
        return 422, "tool-not-prescribable", {}
    if case["authorisation"] == "not held":
        return 403, "authorisation-required", {"acceptedAuthorisations": ["PS"]}
    if case["organisation"] == FOREIGN:
        return 403, "organisation-not-allowed", {}
    if case["restricted_to"] and case["organisation"] is None:
        return 403, "organisation-required", {}
    if case["restricted_to"] == FOREIGN:
        return 403, "organisation-not-allowed", {}
    if case["deadline"] == "past":
        return 422, "deadline-invalid", {"earliest": "2026-11-22T22:59:59.000Z", "latest": "2027-11-22T22:59:59.000Z"}
    return _promised_of_patient(case)


def _promised_of_patient(case: Case) -> tuple[int, str, dict[str, Any]]:
    if case["person"] != "alive":
        return 422, f"patient-{case['person']}", {}
    reasons = [*REASONS[case["consent"]]]
    if case["consent"] == "through others":
        reasons = [] if case["representative"] else [*reasons, "representative-not-allowed"]
    if case["consent"] == "too young":
        reasons = [*reasons, "no-representative"]
    if reasons:
        return 422, "patient-not-digitally-active", {"reasons": reasons}
    if case["age"] == "a day short":
        return 422, "patient-too-young", {"minimumAge": MINIMUM_AGE}
    if case["live"] == OWN:
        return 409, "already-prescribed", {"since": "2026-11-22T08:00:00.000Z", "prescriptionId": "its"}
    if case["live"] == FOREIGN:
        return 409, "already-prescribed", {"since": "2026-11-22T08:00:00.000Z", "prescriptionId": None}
    return 201, "", {}


def every_case() -> Iterator[Case]:
    for values in product(*FACTS.values()):
        yield dict(zip(FACTS, values, strict=True))


def http_cases() -> Iterator[Case]:
    """Whatever the practitioner and the tool are, for a patient with nothing in the way; and the other way round."""
    patient = ("person", "consent", "age", "representative", "live")
    for varied in (patient, [fact for fact in FACTS if fact not in ("hpr", *patient)], ["hpr"]):
        for values in product(*(FACTS[fact] for fact in varied)):
            yield {fact: values[0] for fact, values in FACTS.items()} | dict(zip(varied, values, strict=True))


class StandIn:
    """Whatever prescribing asks, saying what the case says; and what was written at last."""

    def __init__(self, tools: Mapping[tuple[Any, ...], ToolStanding]) -> None:
        self._tools = tools
        self.case: Case = {}
        self.written = 0
        self.logged: list[str | None] = []
        self.wakeups = self

    def send(self, _channel: str) -> None: ...

    def of(self, _national_id: Any) -> str:
        return "k1-citizen"

    def look_up(self, *_: str) -> None: ...

    async def before_prescribing(self, *_: Any) -> tuple[ToolStanding | None, None]:
        return self._tools.get(kind_of(self.case)), None

    def expect(self, _number: str) -> None: ...

    async def name(self, _number: str) -> None: ...

    async def names(self, _numbers: Any) -> dict[str, str]:
        return {}

    async def above(self, number: str, _until: float) -> frozenset[str]:
        return frozenset({ABOVE} if number == OWN else ())

    async def find(self, hpr_number: str, _until: float) -> RegisteredPractitioner:
        if self.case["hpr"] == "unknown":
            raise HprNotValid()
        return REGISTERED[self.case["hpr"], self.case["authorisation"]]

    async def find_living(self, *_: Any) -> Person:
        if self.case["person"] == "unknown":
            raise PatientUnknown()
        if self.case["person"] == "deceased":
            raise PatientDeceased()
        born = BORN[self.case["age"]]
        return Person(nationalId="1", name="Odd", birthDate=born, status="resident")

    async def digitally_active(self, *_: Any) -> DigitallyActive:
        consent = self.case["consent"]
        reasons, others = REASONS[consent], consent == "through others"
        return DigitallyActive(nationalId="1", active=not reasons, activeThroughOthers=others, reasons=reasons)

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Any]:
        yield self

    async def fetch(self, _sql: str, *_: Any) -> Any:
        """The write."""
        is_free = not self.case["live"]
        self.written += is_free
        return [{"ours": True, "stopped": False, "written": is_free}]

    async def fetchrow(self, _sql: str, *_: Any) -> Any:
        """What is live."""
        return {"prescription_id": "its", "organisation": self.case["live"], "prescribed_at": NOW}

    async def execute(self, _sql: str, *values: Any) -> None:
        self.logged.append(values[-1])


def registered(*professions: str, valid: bool = True) -> RegisteredPractitioner:
    held = tuple(Authorisation(profession=code, validFrom=date(2010, 1, 1)) for code in professions)
    return RegisteredPractitioner(hprNumber="9144889", name="Ragnhild", valid=valid, authorisations=held)


PROFESSIONS: Final = {"none asked": ("LE",), "held": ("LE", "PS"), "not held": ("LE",)}
REGISTERED: Final = {
    (hpr, asked): registered(*held, valid=hpr == "valid")
    for hpr in ("valid", "withdrawn")
    for asked, held in PROFESSIONS.items()
}


def demands(tool: str, authorisation: str, restricted_to: str | None, representative: bool) -> dict[str, Any]:
    """The fields of the tool's document."""
    return {
        "requiredAuthorisations": [] if authorisation == "none asked" else ["PS"],
        "prescriberOrganisations": [restricted_to] if restricted_to else [],
        "prescribable": tool != "not prescribable",
        "representativeMayUse": representative,
        "minimumAge": MINIMUM_AGE,
    }


def asked_for(case: Case, number: str, tool_id: UUID) -> dict[str, Any]:
    return {
        "patient": {"nationalId": number},
        "toolId": str(tool_id),
        "organisation": case["organisation"],
        "deadline": "2026-11-21" if case["deadline"] == "past" else None,
    }


async def test_P1_P2_P3_P4_P5_P6_K1_K4_every_combination_gives_the_promised_code(make_tool: Any) -> None:
    stand_in = StandIn(
        {
            kind: ToolStanding(make_tool(uuid4(), **demands(*kind)), kind[0] == "stopped")
            for kind in product(*(FACTS[fact] for fact in KIND))
            if kind[0] != "missing"
        }
    )
    outside = Outside(
        database=stand_in,  # type: ignore[arg-type]
        writer=Writer(stand_in),  # type: ignore[arg-type]
        tools=stand_in,  # type: ignore[arg-type]
        hpr=stand_in,  # type: ignore[arg-type]
        persons=stand_in,  # type: ignore[arg-type]
        consent=stand_in,  # type: ignore[arg-type]
        organisations=stand_in,  # type: ignore[arg-type]
        organisation_searches=stand_in,  # type: ignore[arg-type]
        references=stand_in,  # type: ignore[arg-type]
        limits=stand_in,  # type: ignore[arg-type]
        allow_synthetic=True,
        secret=b"",
        patience=60,
        reminder_days=(7, 1),
    )
    caller = Practitioner("k1-x", "9144889", "Ragnhild", OWN, CHILD, "ehr", frozenset())
    number, tool_id = generate(date(1961, 9, 30), 0), uuid4()
    wanted = {
        (organisation, deadline): Prescribing.model_validate(
            asked_for({"organisation": organisation, "deadline": deadline}, number, tool_id)
        )
        for organisation, deadline in product(FACTS["organisation"], FACTS["deadline"])
    }
    wrong, count = [], 0
    for case in every_case():
        stand_in.case, stand_in.written, stand_in.logged = case, 0, []
        status, code, members = promised(case)
        try:
            body = wanted[case["organisation"], case["deadline"]]
            answer, _ = await service.prescribe(outside, caller, body, None, "nb", NOW)
            found: Any = (answer.status, "", {})
        except DomainError as refusal:
            found = (refusal.status, refusal.code, {name: refusal.extra.get(name) for name in members})
        effects = (stand_in.written, stand_in.logged)
        expected = ((status, code, members), (int(status == 201), [code] if code in LOGGED else []))
        if (found, effects) != expected:
            wrong.append((case, found, effects, expected))
        count += 1
    assert wrong[:3] == []
    assert count == math.prod(map(len, FACTS.values()))


@pytest.fixture
def arrange(publish: Any, tell: Any, world: Any, database: Any, reference: Any) -> Any:
    """Makes a case true; returns the patient's number, the tool, and the practitioner's HPR number."""

    async def make_true(case: Case, n: int) -> tuple[str, UUID, str]:
        born = BORN[case["age"]]
        number = generate(born, n) if born.year > 2000 else generate(born.replace(day=1 + n % 20), n // 20)
        tool_id = uuid4()
        if case["person"] != "unknown":
            status = "deceased" if case["person"] == "deceased" else "resident"
            world.live(number, status=status, reasons=REASONS[case["consent"]])
        if case["consent"] == "through others":
            world.through_others.add(number)
        world.register(OWN, "Solfjell legekontor", ABOVE)
        if case["tool"] != "missing":
            await publish(sequence=2 * n + 1, tool_id=tool_id, **demands(*kind_of(case)))
        if case["live"]:
            await write_live(database, reference(number), tool_id, case["live"])
        if case["tool"] == "stopped":
            await tell(ToolStopped(tool_id=tool_id, sequence=2 * n + 2, revision=1, category="security"))
        return number, tool_id, enter_in_hpr(world, case)

    return make_true


@pytest.fixture
def effects(database: Any) -> Any:
    """How many events there are about a citizen, and the outcomes in their access log."""

    async def read(citizen: str) -> tuple[int, list[str | None]]:
        async with database.driver() as connection:
            told = "SELECT count(*) FROM outbox WHERE payload #>> '{data,citizen}' = $1"
            entries = "SELECT outcome FROM access_log WHERE citizen = $1 ORDER BY at, ctid"
            logged = await connection.fetch(entries, citizen)
            return await connection.fetchval(told, citizen), [row["outcome"] for row in logged]

    return read


def enter_in_hpr(world: Any, case: Case) -> str:
    hpr_number = f"900{FACTS['hpr'].index(case['hpr'])}{FACTS['authorisation'].index(case['authorisation'])}"
    if entry := REGISTERED.get((case["hpr"], case["authorisation"])):
        held = [authorisation.profession for authorisation in entry.authorisations]
        world.practise(hpr_number, *held, valid=entry.valid)
    return hpr_number


async def test_P1_P2_P3_P4_P5_P6_P13_the_same_over_http(
    arrange: Any, prescribe: Any, practitioner: Any, effects: Any, reference: Any
) -> None:
    written, logged_in = 0, {}
    for n, case in enumerate(http_cases()):
        number, tool_id, hpr_number = await arrange(case, n)
        if hpr_number not in logged_in:
            logged_in[hpr_number] = practitioner(hpr_number=hpr_number)
        body = asked_for(case, number, tool_id)
        chosen = {name: body[name] for name in ("organisation", "deadline")}
        answer = await prescribe(number, tool_id, auth=logged_in[hpr_number], **chosen)
        status, code, members = promised(case)
        found = answer.json()
        assert (answer.status_code, found.get("code", "")) == (status, code), (case, answer.text)
        for name, value in members.items():
            assert (name in found) if value == "its" else (found.get(name) == value), (case, answer.text)
        written += status == 201
        assert await effects(reference(number)) == (
            int(status == 201),
            [None] if status == 201 else [code] if code in LOGGED else [],
        ), case
    assert written == 15


async def write_live(database: Any, citizen: str, tool_id: UUID, organisation: str) -> None:
    async with database.driver() as connection:
        await connection.execute(
            "INSERT INTO prescription (citizen, prescription_id, tool_id, tool_revision, state, prescriber_hpr,"
            " prescriber_name, organisation, client_id, journal_note, prescribed_at, deadline, changed_at)"
            " VALUES ($1, gen_random_uuid(), $2, 1, 'opened', '1', 'N', $3, 'c', '{}', $4, $4, $4)",
            citizen,
            tool_id,
            organisation,
            NOW,
        )
