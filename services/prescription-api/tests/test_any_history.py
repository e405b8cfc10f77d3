"""P1 to P14, K4: whatever happens in whatever order, the service and a simple model agree, and so do their promises.

The model is a dictionary of states moved by the table of docs/decisions/0020. What citizens and the catalogue tell is
held back, and reaches the service late, twice, and in any order.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from devkit.testing.national_ids import generate
from prescription_api import ending, service
from prescription_api.app import create_app
from prescription_api.closing import Why
from prescription_api.due import Deadlines
from prescription_api.handlers import HANDLERS
from prescription_api.schemas import Prescribing
from prescription_api.stopping import Stops
from shared.auth import Practitioner
from shared.errors import DomainError
from shared.events import ToolOpened, ToolReinstated, ToolRemoved, ToolStopped
from shared.events.envelope import CloudEvent, Event
from shared.idempotency import Repeatable
from shared.messaging.delivery import Dispatcher
from shared.norway import day_in_norway

LIVE: Final = ("active", "opened")
NUMBERS: Final = [generate(date(1961, 9, 30), n) for n in range(2)]
OWN, FOREIGN = "299900452", "299900304"
DAYS: Final = 10

# mostly the same, so that much happens to one prescription
people = st.sampled_from((0, 0, 0, 1))
tools = st.sampled_from((0, 0, 0, 1))
mostly = st.sampled_from((True, True, True, False))
organisations = st.sampled_from((OWN, OWN, OWN, FOREIGN))

LOOK: Final = """
    SELECT 'state' AS of, prescription_id::text AS a, state AS b, opened_at AS at, 1 AS count FROM prescription
    UNION ALL
    SELECT 'event', split_part(name, '.', 2), payload #>> '{data,prescriptionId}', NULL, count(*)
    FROM outbox GROUP BY 2, 3
    UNION ALL
    SELECT 'entry', action, outcome, NULL, count(*) FROM access_log GROUP BY 2, 3
"""


@dataclass
class Made:
    """A prescription as the model has it."""

    prescription_id: UUID
    person: int
    tool: int
    organisation: str
    prescribed_at: datetime
    last_day: date
    state: str = "active"
    opened_at: datetime | None = None


@dataclass
class Tool:
    tool_id: UUID
    sequence: int = 1
    stopped: bool = False


@dataclass
class News:
    payload: str
    event: Event
    told: bool = False


@dataclass
class Model:
    made: list[Made] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    sequence: int = 1
    unreachable: set[int] = field(default_factory=set)
    answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    logged: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    seen: set[tuple[Any, Any]] = field(default_factory=set)

    def live(self, person: int, tool: int) -> Made | None:
        return next((m for m in self.made if (m.person, m.tool) == (person, tool) and m.state in LIVE), None)

    def newest(self, made: Made) -> bool:
        return made is [m for m in self.made if (m.person, m.tool) == (made.person, made.tool)][-1]


class Running:
    """The service on a loop of its own, because the machine below knows nothing of coroutines."""

    def __init__(self, given: Any, world: Any, clock: Any, document: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self.world, self.clock, self.document = world, clock, document
        self.do(self._start(given))

    def do(self, act: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(act)

    async def _start(self, given: Any) -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.world.handle))
        self.app = create_app(given, http=http, clock=self.clock)
        self.database = self.app.state.database
        self.outside = self.app.state.outside
        self.deadlines = Deadlines(self.database, (2,), self.clock)
        self.stops = Stops(self.database, self.clock)
        self.dispatcher = Dispatcher(self.database, HANDLERS, self.app.state.metrics, self.clock)

    def stop(self) -> None:
        self.do(self.app.state.http.aclose())
        self.do(self.database.close())
        self.loop.close()

    def execute(self, sql: str, *values: Any) -> list[Any]:
        async def run() -> list[Any]:
            async with self.database.driver() as connection:
                return list(await connection.fetch(sql, *values))

        found: list[Any] = self.do(run())
        return found


def machine_on(running: Running) -> type[RuleBasedStateMachine]:
    clock, world = running.clock, running.world

    class AnyHistory(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.model = Model(tools=[Tool(uuid4()), Tool(uuid4())])
            running.execute("TRUNCATE prescription, idempotent_answer, tool_copy, outbox, inbox")
            running.execute("TRUNCATE access_log")
            running.outside.tools._parsed.clear()
            clock.now = datetime.fromisoformat("2027-03-20T08:00:00Z")
            world.reset()
            for number in NUMBERS:
                world.live(number)
            for tool in self.model.tools:
                self._tell(ToolReinstated(tool_id=tool.tool_id, sequence=1, revision=1, tool=self._document(tool)))
            self.prescribe(0, 0, OWN)

        def _document(self, tool: Tool) -> Any:
            return running.document(tool.tool_id, defaultDeadlineDays=DAYS)

        def _tell(self, event: Event) -> None:
            running.do(running.dispatcher.receive(CloudEvent.wrap(event, clock.now).to_json()))

        def _caller(self, organisation: str) -> Practitioner:
            hpr_number = "9144889" if organisation == OWN else "9000005"
            world.practise(hpr_number, "LE")
            return Practitioner("k1-x", hpr_number, "Ragnhild", organisation, None, "ehr", frozenset())

        def _log(self, action: str, outcome: str | None = None) -> None:
            self.model.logged[action, outcome] += 1

        def _some(self, data: Any) -> Made:
            """Most often one that something can still happen to."""
            over = ("revoked", "ended", "removed")
            first = [made for made in self.model.made if made.state not in over] if data.draw(mostly) else []
            return data.draw(st.sampled_from(first or self.model.made))  # type: ignore[no-any-return]

        # what practitioners do

        @rule()
        def prescribe_the_same_again(self) -> None:
            self.prescribe(0, 0, OWN)

        @rule(person=people, tool=tools, organisation=organisations)
        def prescribe(self, person: int, tool: int, organisation: str) -> None:
            key = str(uuid4())
            expected = self._expected_of_prescribing(person, tool)
            got = self._prescribe(person, tool, organisation, key)
            assert got[0] == expected
            if expected == "201":
                made_id = UUID(got[1]["prescriptionId"])
                last_day = (clock.now + timedelta(hours=2)).date() + timedelta(days=DAYS)
                self.model.made.append(Made(made_id, person, tool, organisation, clock.now, last_day))
                self.model.told["tool-prescribed", str(made_id)] += 1
                self.model.answers[key] = (person, tool, organisation), got[1]
                self._log("prescribed")
            elif expected in ("patient-not-digitally-active", "already-prescribed"):
                self._log("prescribing-refused", expected)
            clock.go(seconds=1)

        def _expected_of_prescribing(self, person: int, tool: int) -> str:
            if self.model.tools[tool].stopped:
                return "tool-stopped"
            if person in self.model.unreachable:
                return "patient-not-digitally-active"
            return "already-prescribed" if self.model.live(person, tool) else "201"

        def _prescribe(self, person: int, tool: int, organisation: str, key: str) -> tuple[str, Any]:
            tool_id = self.model.tools[tool].tool_id
            body = Prescribing.model_validate({"patient": {"nationalId": NUMBERS[person]}, "toolId": str(tool_id)})
            repeat, caller = Repeatable("ehr", key, key.encode()), self._caller(organisation)
            return self._outcome(service.prescribe(running.outside, caller, body, repeat, "nb", clock.now))

        def _outcome(self, act: Awaitable[Any]) -> tuple[str, Any]:
            try:
                answer, _ = running.do(act)
            except DomainError as refusal:
                return refusal.code, refusal.extra
            return str(answer.status), answer.body

        @precondition(lambda self: self.model.answers)
        @rule(data=st.data())
        def repeat_a_request(self, data: Any) -> None:
            key = data.draw(st.sampled_from(sorted(self.model.answers)))
            request, answer = self.model.answers[key]
            assert self._prescribe(*request, key) == ("201", answer)
            seen = (key, day_in_norway(clock.now))
            if seen not in self.model.seen:  # once a day
                self.model.seen.add(seen)
                self._log("read")

        @precondition(lambda self: self.model.made)
        @rule(data=st.data(), organisation=organisations, act=st.sampled_from(("end", "end", "end", "revoke")))
        def close(self, data: Any, organisation: str, act: Any) -> None:
            made = self._some(data)
            allowed = {"active": ["revoke"], "opened": ["revoke", "end"], "stopped": ["revoke"]}.get(made.state, [])
            caller, why = self._caller(organisation), Why("other", "Feil." if act == "revoke" else None)
            act_of = ending.close(running.outside, caller, made.prescription_id, act, why, None, "nb", clock.now)
            code, extra = self._outcome(act_of)
            if organisation != made.organisation:
                assert code == "prescription-not-found"
            elif act in allowed:
                assert code == "200"
                made.state = {"revoke": "revoked", "end": "ended"}[act]
                self.model.told[f"prescription-{made.state}", str(made.prescription_id)] += 1
                self._log(made.state)
            else:
                assert (code, extra) == ("prescription-state-conflict", {"state": made.state, "allowed": allowed})

        # what happens elsewhere, and is told some time

        @precondition(lambda self: self.model.made)
        @rule(data=st.data())
        def citizen_opens(self, data: Any) -> None:
            self.citizen_acts(data, ToolOpened, True)

        @precondition(lambda self: self.model.made)
        @rule(data=st.data(), kind=st.sampled_from((ToolOpened, ToolOpened, ToolOpened, ToolRemoved)), at_once=mostly)
        def citizen_acts(self, data: Any, kind: Any, at_once: bool) -> None:
            made = self._some(data)
            citizen = self._reference(made.person)
            about = {"citizen": citizen, "acted_by": citizen, "prescription_id": made.prescription_id}
            self._hold(kind(**about, tool_id=self.model.tools[made.tool].tool_id, at=clock.now), at_once)
            clock.go(seconds=1)

        @rule(tool=tools, stopped=st.booleans(), at_once=mostly, followed=mostly)
        def catalogue_acts(self, tool: int, stopped: bool, at_once: bool, followed: bool) -> None:
            self.model.sequence += 1
            it = self.model.tools[tool]
            about = {"tool_id": it.tool_id, "sequence": self.model.sequence, "revision": 1}
            if stopped:
                self._hold(ToolStopped(**about, category="security"), at_once)
            else:
                self._hold(ToolReinstated(**about, tool=self._document(it)), at_once)
            if followed:
                self.worker_follows_stops()

        def _hold(self, event: Event, at_once: bool) -> None:
            self.model.news.append(News(CloudEvent.wrap(event, clock.now).to_json(), event))
            if at_once:
                self._arrive(self.model.news[-1])

        @precondition(lambda self: self.model.news)
        @rule(data=st.data())
        def news_arrives(self, data: Any) -> None:
            self._arrive(data.draw(st.sampled_from(self.model.news)))

        def _arrive(self, news: News) -> None:
            running.do(running.dispatcher.receive(news.payload))
            if not news.told:
                news.told = True
                self._heard(news.event)

        def _heard(self, event: Any) -> None:
            if isinstance(event, ToolStopped | ToolReinstated):
                tool = next(tool for tool in self.model.tools if tool.tool_id == event.tool_id)
                if event.sequence > tool.sequence:
                    tool.sequence, tool.stopped = event.sequence, isinstance(event, ToolStopped)
                return
            made = next(made for made in self.model.made if made.prescription_id == event.prescription_id)
            if isinstance(event, ToolRemoved):
                if made.state in ("active", "opened", "expired", "stopped"):
                    made.state = "removed"
            elif made.opened_at is None or event.at < made.opened_at:
                made.opened_at = event.at
                if made.state == "active" or (made.state == "expired" and self.model.newest(made)):
                    made.state = "opened"

        @rule(person=people, reachable=mostly)
        def consent_changes(self, person: int, reachable: bool) -> None:
            (self.model.unreachable.discard if reachable else self.model.unreachable.add)(person)
            world.reasons[NUMBERS[person]] = [] if reachable else ["consent-basis-only"]

        # what time and the worker do

        @rule(hours=st.sampled_from((0, 1, 20, 20, 20, 24 * DAYS)), looks=st.booleans())
        def time_passes(self, hours: int, looks: bool) -> None:
            clock.go(hours=hours)
            if looks:
                self._look_at_deadlines()

        def _look_at_deadlines(self) -> None:
            running.do(running.deadlines.handle_batch(clock.now))
            for made in self.model.made:
                # summer time begins on 28 March 2027, which is over before any of these ends
                over = datetime.combine(made.last_day, datetime.min.time(), clock.now.tzinfo) + timedelta(hours=22)
                if made.state == "active" and clock.now >= over:
                    made.state = "expired"
                    self.model.told["prescription-expired", str(made.prescription_id)] += 1

        @rule()
        def worker_follows_stops(self) -> None:
            running.do(running.stops.follow(clock.now))
            for made in self.model.made:
                stopped = self.model.tools[made.tool].stopped
                if stopped and made.state in LIVE:
                    made.state = "stopped"
                    self.model.told["prescription-stopped", str(made.prescription_id)] += 1
                elif not stopped and made.state == "stopped" and self.model.newest(made):
                    made.state = "opened" if made.opened_at else "active"

        # what always holds

        def _reference(self, person: int) -> str:
            return str(running.outside.references.of(service.NationalId.parse(NUMBERS[person], allow_synthetic=True)))

        @invariant()
        def one_lives_at_a_time(self) -> None:
            living = Counter((m.person, m.tool) for m in self.model.made if m.state in LIVE)
            assert all(count == 1 for count in living.values())

        @invariant()
        def the_tables_are_as_the_model_says(self) -> None:
            """The states; every event once; and in the access log what was done, and what was told in refusing."""
            found = running.execute(LOOK)
            states = {row["a"]: (row["b"], row["at"]) for row in found if row["of"] == "state"}
            assert states == {str(m.prescription_id): (m.state, m.opened_at) for m in self.model.made}
            told = {(row["a"], row["b"]): row["count"] for row in found if row["of"] == "event"}
            reminders = [told.pop(key) for key in list(told) if key[0] == "deadline-approaching"]
            assert told == dict(self.model.told)
            assert set(reminders) <= {1}
            logged = {(row["a"], row["b"]): row["count"] for row in found if row["of"] == "entry"}
            assert logged == dict(self.model.logged)

    return AnyHistory


@pytest.fixture
def running(app: Any, database: Any, world: Any, clock: Any, make_tool: Any) -> Iterator[Running]:
    running = Running(app.state.settings, world, clock, make_tool)
    yield running
    running.stop()


@pytest.mark.rule("P1", "P4", "P6", "P7", "P10", "P13", "P14", "K4")
def test_any_history_is_as_the_model_says(running: Running) -> None:
    run_state_machine_as_test(
        machine_on(running),
        settings=settings(
            max_examples=40,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
