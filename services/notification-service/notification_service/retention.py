"""How long this service's tables keep their rows (0051)."""

from typing import Final

from shared.retention import FOLLOWING, SHARED, Kept, Purged, Rules

_KNOWN: Final = Kept("as long as the citizen is known")
_CAMPAIGN: Final = Kept("not purged: who did what with a campaign; no recipients")

RETENTION: Final[Rules] = {
    **SHARED,
    **FOLLOWING,
    **dict.fromkeys(("notification", "notification_settings", "consent_level", "reservation", "recipients"), _KNOWN),
    "ended_thing": Kept("as long as the citizen is known: the thing itself may be heard of later"),
    "tool_stop": Kept("as long as the tool is stopped"),
    "look_up": Purged("at", "5 years"),
    "provider_pace": Kept("one row a channel"),
    # within the day its owner can ask for another code without writing the address again
    "contact_confirmation": Purged("expires_at", "1 day"),
    # also a year after it was confirmed
    "test_contact": Purged("expires_at", "1 day"),
    "test_sending": Purged("at", "1 year"),
    "campaign": _CAMPAIGN,
    "campaign_step": _CAMPAIGN,
    # who waits is still to be sent to, or the campaign is paused
    "campaign_recipient": Purged("due_at", "5 years", only="status <> 'waiting'"),
}
