"""How long this service's tables keep their rows (0051)."""

from typing import Final

from shared.retention import FOLLOWING, SEARCH, SHARED, Kept, Purged, Rules

_KNOWN: Final = Kept("as long as the citizen is known")
_COPY: Final = Kept("a copy of another service's, as long as it is there")
_OFFICE: Final = Kept("not purged: offices' choices and who made them; no patients")
_OVER: Final = Purged("expires_at", "10 minutes")

RETENTION: Final[Rules] = {
    **SHARED,
    **FOLLOWING,
    **SEARCH,
    **dict.fromkeys(("tool_copy", "catalogue_position", "patient_gp", "gp_register_position", "freshness"), _COPY),
    **dict.fromkeys(("consent_copy", "citizen_tool", "feed_event", "feed_head"), _KNOWN),
    "citizen_event": Kept("as long as the citizen is known: pages are rebuilt from it (0033)"),
    "pairwise_subject": Kept("as long as the citizen is known: a supplier is told the same subject for ever (0030)"),
    **dict.fromkeys(("office_setting", "office_setting_change", "office_person"), _OFFICE),
    "access_log": Purged("at", "5 years"),
    "launch": _OVER,
    "launch_sign_in": _OVER,
}
