"""What can be asked for among an organisation's Tasks, and the notes about them.

Values of one parameter separated by commas are OR, different parameters and repeated ones are AND. A parameter that we
do not know is refused and not passed over, unless the caller asks for leniency (R4, 3.1.1.3.1): a filter that is passed
over answers with more than was asked for. What is said of the form of the answer is no filter, and stands anywhere.
"""

import contextlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from prescription_api.fhir import search_texts as texts
from prescription_api.fhir import systems
from prescription_api.fhir.dates import DateCriterion
from prescription_api.fhir.errors import NotAcceptable, PatientSearchByPost
from prescription_api.fhir.negotiation import FHIR, FORMATS, JSON, format_named
from prescription_api.fhir.task import STATUSES
from shared.errors import InvalidInput
from shared.language import Text
from shared.paging import DEFAULT_LIMIT, MAX_LIMIT

Pairs = Sequence[tuple[str, str]]

PATIENT: Final = ("patient.identifier", "patient:identifier")
OWN_PATIENT: Final = "-patient"
"""Of ours (R4, 3.1.1.3: names of a server's own begin with a dash): the patient of a search by form, sealed."""
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
    total: bool = False
    only_total: bool = False

    @property
    def sort_column(self) -> str:
        """Of the table; ids decide between equals."""
        return "prescribed_at" if "authored-on" in self.sort else "changed_at"


Parameters = Mapping[str, Callable[[TaskSearch, str], None]]


def without_form(pairs: Pairs) -> Pairs:
    """Without what is said of the form of the answer. Raises NotAcceptable for a form that we do not have."""
    if any(name == "_format" and format_named(value) not in FORMATS for name, value in pairs):
        raise NotAcceptable(accepted=[FHIR, JSON])
    return [pair for pair in pairs if pair[0] not in OF_THE_FORM]


def without_unknown(pairs: Pairs, parameters: Parameters) -> Pairs:
    """As `Prefer: handling=lenient` asks for. Patients are not passed over, nor the cursor, which holds all that was
    asked for: the answer would be about others.
    """
    kept = ("patient", "subject", "_cursor", OWN_PATIENT)
    return [pair for pair in pairs if pair[0] in parameters or pair[0].startswith(kept)]


def read_search(pairs: Pairs, parameters: Parameters) -> TaskSearch:
    """Without the patient, who is read by `patient_in`. Raises InvalidInput, or PatientSearchByPost for a patient."""
    if sum(len(value) for _, value in pairs) > LONGEST:
        raise _wrong("", "too-long", texts.too_long(LONGEST))
    search = TaskSearch()
    for name, value in pairs:
        if name.startswith(("patient", "subject")):
            raise PatientSearchByPost()
        reader = parameters.get(name)
        if reader is None:
            # the name is the caller's own and may hold anything, so it is not repeated
            raise _wrong("", "parameter-unknown", texts.known(sorted(parameters)))
        try:
            reader(search, value)
        except (ValueError, OverflowError):
            raise _wrong(name, "value-invalid", texts.NOT_A_VALUE) from None
    return search


def patient_in(pairs: Pairs) -> tuple[str | None, Pairs]:
    """The number of the one patient that is asked for, and the other parameters. Raises InvalidInput."""
    asked = [(name, value) for name, value in pairs if name in PATIENT]
    others = [pair for pair in pairs if pair[0] not in PATIENT]
    if not asked:
        return None, others
    name, value = asked[0]
    system, _, number = value.partition("|")
    if len(asked) > 1 or system not in (systems.FNR, systems.DNR):
        raise _wrong(name, "value-invalid", texts.one_identifier(systems.FNR, systems.DNR))
    return number, others


@contextlib.contextmanager
def in_form(names: Container[str]) -> Iterator[None]:
    """What was in the form (`names`) is wrong in the body, and not in the address."""
    try:
        yield
    except InvalidInput as error:
        for wrong in error.extra["errors"]:
            _, _, name = wrong["pointer"].removeprefix("/").partition("/")
            if name in names:
                wrong["pointer"] = f"/body/{name}".rstrip("/")
        raise


def _wrong(name: str, code: str, detail: Text) -> InvalidInput:
    return InvalidInput(errors=[{"pointer": f"/query/{name}".rstrip("/"), "code": code, "detail": detail}])


def _values(text: str) -> list[str]:
    values = text.split(",")
    if len(values) > _MOST_VALUES or not all(values):
        raise ValueError("values")
    return values


def _narrowed(known: frozenset[UUID] | None, more: Iterable[UUID]) -> frozenset[UUID]:
    return frozenset(more) if known is None else known & frozenset(more)


def _codes(text: str, system: str) -> set[str] | None:
    """Those that are of our system: `code`, or `system|code`. None for any of them (`system|`). What is of another
    system, or of none (`|code`), is nothing that we have (R4, 3.1.1.4.10).
    """
    found = set()
    for value in _values(text):
        named, bar, code = value.rpartition("|")
        if bar and named != system:
            continue
        if not code:
            return None
        found.add(code)
    return found


def _uuids(texts_of_ids: Iterable[str]) -> Iterator[UUID]:
    """What is no id of ours is nobody's."""
    for text in texts_of_ids:
        with contextlib.suppress(ValueError):
            yield UUID(text)


def _status(search: TaskSearch, text: str) -> None:
    asked = _codes(text, "http://hl7.org/fhir/task-status")
    if asked is None:
        return
    if not asked <= {*STATUSES.values(), *_NEVER}:
        raise ValueError("status")
    _in_states(search, {state for state, status in STATUSES.items() if status in asked})


def _business_status(search: TaskSearch, text: str) -> None:
    asked = _codes(text, systems.STATE)
    if asked is None:
        return
    if not asked <= STATUSES.keys():
        raise ValueError("state")
    _in_states(search, asked)


def _in_states(search: TaskSearch, states: Iterable[str]) -> None:
    search.states = frozenset(states) if search.states is None else search.states & frozenset(states)


def _id(search: TaskSearch, text: str) -> None:
    search.prescription_ids = _narrowed(search.prescription_ids, _uuids(_values(text)))


def _identifier(search: TaskSearch, text: str) -> None:
    asked = _codes(text, systems.URI)
    if asked is not None:
        own = (token.removeprefix("urn:uuid:") for token in asked if token.startswith("urn:uuid:"))
        search.prescription_ids = _narrowed(search.prescription_ids, _uuids(own))


def _tool(search: TaskSearch, text: str) -> None:
    asked = _codes(text, systems.TOOL)
    if asked is not None:
        search.tool_ids = _narrowed(search.tool_ids, _uuids(asked))


def _authored(search: TaskSearch, text: str) -> None:
    search.authored.append(DateCriterion.read(text))


def _changed(search: TaskSearch, text: str) -> None:
    search.changed.append(DateCriterion.read(text))


def _sort(search: TaskSearch, text: str) -> None:
    if text not in SORTS:
        raise ValueError("sort")
    search.sort = text


def _sort_by_date(search: TaskSearch, text: str) -> None:
    search.sort = {"date": "authored-on", "-date": "-authored-on"}.get(text, "")
    if not search.sort:
        raise ValueError("sort")


def _count(search: TaskSearch, text: str) -> None:
    """More than we give is not an error: a page may be smaller than asked for. 0 asks how many there are."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise ValueError("count")
    if int(text) == 0:
        search.total = search.only_total = True
    search.count = min(int(text), MAX_LIMIT)


def _summary(search: TaskSearch, text: str) -> None:
    if text == "count":
        search.total = search.only_total = True
    elif text != "false":
        raise ValueError("summary")


def _total(search: TaskSearch, text: str) -> None:
    if text not in ("none", "estimate", "accurate"):
        raise ValueError("total")
    search.total = search.total or text != "none"


# Elements that are not asked for may be left out (R4, 3.1.1.5.7), and are not
OF_THE_FORM: Final = frozenset({"_format", "_pretty", "_elements"})

_OF_ALL: Final[Parameters] = {
    "_id": _id,
    "identifier": _identifier,
    "_count": _count,
    "_summary": _summary,
    "_total": _total,
}
NOTE_PARAMETERS: Final[Parameters] = {**_OF_ALL, "date": _authored, "_sort": _sort_by_date}
PARAMETERS: Final[Parameters] = {
    **_OF_ALL,
    "status": _status,
    "business-status": _business_status,
    "authored-on": _authored,
    "modified": _changed,
    "_lastUpdated": _changed,
    "code": _tool,
    "focus:identifier": _tool,
    "_sort": _sort,
}
