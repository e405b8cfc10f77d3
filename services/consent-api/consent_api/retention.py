"""How long this service's tables keep their rows (0051)."""

from typing import Final

from shared.retention import SHARED, Kept, Rules

_KNOWN: Final = Kept("as long as the citizen is known")
_LOG: Final = Kept("5 years, by partition (P13)")

RETENTION: Final[Rules] = {
    **SHARED,
    **dict.fromkeys(("consent", "consent_history", "known_citizen", "person", "parent"), _KNOWN),
    **dict.fromkeys(("own_access", "own_access_history", "reservation", "reservation_history"), _KNOWN),
    **dict.fromkeys(("power_of_attorney", "power_of_attorney_history"), _KNOWN),
    # a client may come with a cursor of any age (S3), and would pass by what is gone without a word
    "standing_change": Kept("as long as the citizen is known: a client's cursor may be of any age"),
    "interest": Kept("until the client ends it"),
    "turned_day": Kept("one row a day"),
    "access_call": _LOG,
    "access_entry": _LOG,
    "access_waiting": Kept("until it is sorted into the access log, within seconds"),
}
