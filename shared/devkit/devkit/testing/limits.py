"""Limits for whoever makes up callers: they ask as fast as they can."""

from typing import Any, Final

WIDE: Final[dict[str, Any]] = {
    "requests_per_minute": 100_000,
    "citizen_requests_per_minute": 100_000,
    "look_ups_per_minute": 100_000,
    "look_ups_per_day": 10_000_000,
    "machine_look_ups_per_minute": 10_000_000,
    "machine_look_ups_per_day": 1_000_000_000,
    "named_per_day": 10_000_000,
    "look_ups_of_one_per_hour": 1_000_000,
    "organisation_searches_per_minute": 1_000_000,
    "submissions_per_day": 1_000_000,
    "organisation_lists_per_day": 1_000_000,
    "organisation_campaigns_per_day": 1_000_000,
    "codes_per_day": 1_000_000,
    "organisation_codes_per_day": 1_000_000,
    "codes_to_one_per_day": 1_000_000,
    "test_messages_per_day": 1_000_000,
    "organisation_test_messages_per_day": 1_000_000,
}


class Unlimited:
    """In place of `RateLimits`, where an app is not a whole one: nobody is counted."""

    def request(self, client_id: str) -> None: ...

    def citizen_request(self, citizen: str) -> None: ...
