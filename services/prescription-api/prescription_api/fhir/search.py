"""What can be asked for among an organisation's Tasks.

Values of one parameter separated by commas are OR, different parameters and repeated ones are AND. A parameter that we
do not know is refused and not passed over: a filter that is passed over answers with more than was asked for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from prescription_api.fhir import search_texts as texts
from prescription_api.fhir import systems
from prescription_api.fhir.dates import DateCriterion
from prescription_api.fhir.errors import PatientSearchByPost
from prescription_api.fhir.task import STATUSES
from shared.errors import InvalidInput
from shared.language import Text
from shared.paging import DEFAULT_LIMIT, MAX_LIMIT

Pairs = Sequence[tuple[str, str]]

PATIENT: Final = ("patient.identifier", "patient:identifier")
SORTS: Final = ("-authored-on", "authored-on", "_lastUpdated", "-_lastUpdated")
LONGEST: Final = 8_000  # all values together
_MOST_VALUES: Final = 50
# what other FHIR servers know of a task's status, and no prescription is ever in
_NEVER: Final = frozenset(
    "draft requested received accepted rejected on-hold failed entered-in-error".split()  # noqa: SIM905 - read as a list
)


@dataclass(slots=True)
class TaskSearch:
    """`states` and the ids are None where they do not matter; each list of dates must hold altogether."""

    states: frozenset[str] | None = None
    prescription_ids: frozenset[UUID] | None = None
    tool_ids: frozenset[UUID] | None = None
    authored: list[DateCriterion] = field(default_factory=list)
    changed: list[DateCriterion] = field(default_factory=list)
    sort: str = SORTS[0]
    count: int = DEFAULT_LIMIT

    @property
    def sort_column(self) -> str:
        """Of the table; ids decide between equals."""
        return "prescribed_at" if "authored-on" in self.sort else "changed_at"


def read_search(pairs: Pairs) -> TaskSearch:
    """Without the patient, who is read by `patient_in`. Raises InvalidInput, or PatientSearchByPost for a patient."""
    if sum(len(value) for _, value in pairs) > LONGEST:
        raise _wrong("", "too-long", texts.too_long(LONGEST))
    search = TaskSearch()
    for name, value in pairs:
        if name.startswith(("patient", "subject")):
            raise PatientSearchByPost()
        reader = PARAMETERS.get(name)
        if reader is None:
            # the name is the caller's own and may hold anything, so it is not repeated
            raise _wrong("", "parameter-unknown", texts.known(sorted(PARAMETERS)))
        try:
            reader(search, value)
        except (ValueError, OverflowError):
            raise _wrong(name, "value-invalid", texts.NOT_A_VALUE) from None
    return search


def patient_in(pairs: Pairs) -> tuple[str | None, Pairs]:
    """The number of the one patient that is asked for, and the other parameters. Raises InvalidInput."""
    asked = [value for name, value in pairs if name in PATIENT]
    others = [pair for pair in pairs if pair[0] not in PATIENT]
    if not asked:
        return None, others
    system, _, number = asked[0].partition("|")
    if len(asked) > 1 or system not in (systems.FNR, systems.DNR):
        raise _wrong(PATIENT[0], "value-invalid", texts.one_identifier(systems.FNR, systems.DNR))
    return number, others


def _wrong(name: str, code: str, detail: Text) -> InvalidInput:
    return InvalidInput(errors=[{"pointer": f"/query/{name}".rstrip("/"), "code": code, "detail": detail}])


def _values(text: str) -> list[str]:
    values = text.split(",")
    if len(values) > _MOST_VALUES or not all(values):
        raise ValueError("values")
    return values


def _narrowed(known: frozenset[UUID] | None, more: Iterable[UUID]) -> frozenset[UUID]:
    return frozenset(more) if known is None else known & frozenset(more)


def _token(value: str, system: str) -> str:
    """`code`, or `system|code` with our system."""
    named, bar, code = value.rpartition("|")
    if bar and named not in ("", system):
        raise ValueError("another system")
    return code


def _status(search: TaskSearch, text: str) -> None:
    asked = {_token(value, "http://hl7.org/fhir/task-status") for value in _values(text)}
    if not asked <= {*STATUSES.values(), *_NEVER}:
        raise ValueError("status")
    _in_states(search, {state for state, status in STATUSES.items() if status in asked})


def _business_status(search: TaskSearch, text: str) -> None:
    asked = {_token(value, systems.STATE) for value in _values(text)}
    if not asked <= STATUSES.keys():
        raise ValueError("state")
    _in_states(search, asked)


def _in_states(search: TaskSearch, states: Iterable[str]) -> None:
    search.states = frozenset(states) if search.states is None else search.states & frozenset(states)


def _id(search: TaskSearch, text: str) -> None:
    search.prescription_ids = _narrowed(search.prescription_ids, (UUID(value) for value in _values(text)))


def _identifier(search: TaskSearch, text: str) -> None:
    tokens = [_token(value, systems.URI) for value in _values(text)]
    if not all(token.startswith("urn:uuid:") for token in tokens):
        raise ValueError("identifier")
    search.prescription_ids = _narrowed(search.prescription_ids, (UUID(token) for token in tokens))


def _tool(search: TaskSearch, text: str) -> None:
    search.tool_ids = _narrowed(search.tool_ids, (UUID(_token(value, systems.TOOL)) for value in _values(text)))


def _authored(search: TaskSearch, text: str) -> None:
    search.authored.append(DateCriterion.read(text))


def _changed(search: TaskSearch, text: str) -> None:
    search.changed.append(DateCriterion.read(text))


def _sort(search: TaskSearch, text: str) -> None:
    if text not in SORTS:
        raise ValueError("sort")
    search.sort = text


def _count(search: TaskSearch, text: str) -> None:
    """More than we give is not an error: a page may be smaller than asked for."""
    if not text.isdecimal() or len(text) > 9 or int(text) == 0:
        raise ValueError("count")
    search.count = min(int(text), MAX_LIMIT)


def _format(search: TaskSearch, text: str) -> None:
    """JSON is all there is; whoever asks for another by Accept has been refused already."""
    if text not in ("json", "application/json", "application/fhir+json", "application/fhir json"):
        raise ValueError("format")


PARAMETERS: Final[dict[str, Callable[[TaskSearch, str], None]]] = {
    "_id": _id,
    "identifier": _identifier,
    "status": _status,
    "business-status": _business_status,
    "authored-on": _authored,
    "modified": _changed,
    "_lastUpdated": _changed,
    "code": _tool,
    "focus:identifier": _tool,
    "_sort": _sort,
    "_count": _count,
    "_format": _format,
}
