"""How often one person may ask, besides what everybody's limits say."""

from shared.limiting import Counters, Policy
from shared.limiting.limits import MINUTE


class SearchQuota:
    """How often one practitioner may search: each search is one of ours in a register of others (0040)."""

    def __init__(self, searches_per_minute: int, counters: Counters) -> None:
        self._policy = Policy("organisation-searches", searches_per_minute, MINUTE)
        self._counters = counters

    def take(self, person: str) -> None:
        """`person` is the same through all clients that they have. Raises RateLimitExceeded."""
        self._counters.take([(self._policy, ("person", person))])
