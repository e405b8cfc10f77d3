"""How many messages somebody may have sent to addresses that they choose, and how often ask about people (0053).

Each is counted on what the caller cannot make more of: the person and the organisation of the token, and the address.
"""

from typing import Final

from notification_service.settings import Settings
from shared.limiting import Counters, Policy
from shared.limiting.limits import DAY

Who = tuple[str, ...]


class Quotas:
    """Every method raises RateLimitExceeded. Replicas share what is counted (0040)."""

    def __init__(self, settings: Settings, counters: Counters) -> None:
        self._counters = counters
        self._codes = Policy("codes-day", settings.codes_per_day, DAY)
        self._organisations_codes = Policy("codes-organisation-day", settings.organisation_codes_per_day, DAY)
        # what is left would tell how often others have asked for one there
        self._codes_to_one = Policy("codes-address-day", settings.codes_to_one_per_day, DAY, shown=False)
        self._tests = Policy("tests-day", settings.test_messages_per_day, DAY)
        self._organisations_tests = Policy("tests-organisation-day", settings.organisation_test_messages_per_day, DAY)

        self._lists = Policy("lists-organisation-day", settings.organisation_lists_per_day, DAY)
        self._campaigns = Policy("campaigns-organisation-day", settings.organisation_campaigns_per_day, DAY)

    def campaign(self, organisation: str) -> None:
        """One more, which is free but for this."""
        self._counters.take([(self._campaigns, (organisation,))])

    def recipients(self, organisation: str) -> None:
        """A list is read, or a campaign checked: with few recipients, or one more than before, it tells of a person."""
        self._counters.take([(self._lists, (organisation,))])

    def citizens_code(self, person: str, address: bytes) -> None:
        """`person` is who asks, whomever they act for."""
        self._counters.take([(self._codes, (person,)), (self._codes_to_one, (address.hex(),))])

    def testers_code(self, organisation: str, person: str, address: bytes) -> None:
        everybody: Final = (self._organisations_codes, (organisation,))
        self._counters.take([(self._codes, (person,)), everybody, (self._codes_to_one, (address.hex(),))])

    def tests(self, organisation: str, author: Who, messages: int) -> None:
        """`author` is a person, or a client with nobody logged in."""
        self._counters.take([(self._tests, author), (self._organisations_tests, (organisation,))], messages)
