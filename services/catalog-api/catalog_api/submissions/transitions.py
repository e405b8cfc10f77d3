"""How a submission moves (K2, K3).

    draft ──submit──▶ submitted ──assurance──▶ assured ──verification──▶ verified ──publish──▶ published
      ▲                  │  └──────── verification (light) ────────────────▲ │
      │                  │            ◀──── an item is no longer fulfilled ──┘
      └──(edited)── returned ◀──return── submitted, assured, verified ──reject──▶ rejected
                                         everything open but rejected ──withdraw──▶ withdrawn

The names of the transitions are the last parts of their addresses.
"""

from typing import Final, Literal, get_args

from catalog_api.participants import Role
from catalog_api.steps.states import State

Approval = Literal["light", "full"]
Transition = Literal["submit", "withdraw", "assurance", "verification", "return", "reject", "publish"]

OPEN: Final = frozenset({"draft", "submitted", "assured", "verified", "returned"})
EDITABLE: Final = frozenset({"draft", "returned"})
STATES: Final[tuple[str, ...]] = get_args(State)

_UNDER_APPROVAL: Final = frozenset({"submitted", "assured", "verified"})
_FROM: Final[dict[Transition, frozenset[str]]] = {
    "submit": EDITABLE,
    "withdraw": OPEN,
    "assurance": frozenset({"submitted"}),
    "verification": frozenset({"assured", "verified"}),
    "return": _UNDER_APPROVAL,
    "reject": _UNDER_APPROVAL,
    "publish": frozenset({"verified"}),
}
# a light approval needs no assurance (K3)
_FROM_LIGHT: Final = _FROM | {"assurance": frozenset(), "verification": frozenset({"submitted", "verified"})}
BY: Final[dict[Transition, Role]] = {
    "submit": "supplier",
    "withdraw": "supplier",
    "assurance": "health-body",
    "verification": "staff",
    "return": "staff",
    "reject": "staff",
    "publish": "staff",
}


def possible(state: str, approval: str) -> list[Transition]:
    """From this state, whoever it is that may make them."""
    table = _FROM_LIGHT if approval == "light" else _FROM
    return [transition for transition, states in table.items() if state in states]


def before_verification(approval: str) -> State:
    """Where a submission waits while its check list is not complete."""
    return "submitted" if approval == "light" else "assured"
