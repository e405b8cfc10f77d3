"""Who is counted for what."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Self

from shared.db import Database
from shared.limiting.counting import Counters
from shared.limiting.policies import Policy, Who
from shared.settings import ServiceSettings

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class RateLimits:
    """One per app, at `app.state.limits`. Every method raises RateLimitExceeded, and takes no time to speak of."""

    def __init__(self, settings: ServiceSettings, counters: Counters) -> None:
        self.counters = counters
        self._unlimited = settings.unlimited_clients
        self._requests = Policy("requests", settings.requests_per_minute, MINUTE)
        self._own_requests = Policy("requests", settings.citizen_requests_per_minute, MINUTE)
        self._look_ups = Policy("look-ups", settings.look_ups_per_minute, MINUTE)
        self._look_ups_a_day = Policy("look-ups-day", settings.look_ups_per_day, DAY)
        self._machine = Policy("look-ups", settings.machine_look_ups_per_minute, MINUTE)
        self._machine_a_day = Policy("look-ups-day", settings.machine_look_ups_per_day, DAY)
        # whoever may make itself more clients is still one organisation
        self._organisation = Policy("look-ups", settings.machine_look_ups_per_minute, MINUTE, shown=False)
        self._organisation_a_day = Policy("look-ups-day", settings.machine_look_ups_per_day, DAY, shown=False)
        self._named = Policy("named-day", settings.named_per_day, DAY)
        # what is left would tell how often colleagues have asked about somebody
        self._person = Policy("person", settings.look_ups_of_one_per_hour, HOUR, shown=False)

    @classmethod
    def connect(cls, settings: ServiceSettings, database: Database, clock: Callable[[], datetime]) -> Self:
        secret = settings.citizen_reference_keys[settings.citizen_reference_key_id]
        return cls(settings, Counters(database, secret.get_secret_value().encode(), clock))

    def request(self, client_id: str) -> None:
        """A request of a client's, whoever is logged in at it."""
        if client_id not in self._unlimited:
            self.counters.take([(self._requests, (client_id,))])

    def citizen_request(self, citizen: str) -> None:
        """All citizens come through one client, so each is counted alone."""
        self.counters.take([(self._own_requests, ("citizen", citizen))])

    def look_up(self, client_id: str, person: str, citizen: str) -> None:
        """Somebody asks about a citizen by their number. `person` is who asks, the same through all their logins and
        all clients that they have.
        """
        asking: Who = ("person", person)
        self.counters.take(
            [
                (self._look_ups, asking),
                (self._look_ups_a_day, asking),
                (self._person, (client_id, citizen)),
            ]
        )

    def name_somebody(self, citizen: str, other: str) -> None:
        """A citizen names another by their number, whatever for and whether or not it is taken back."""
        self.counters.take([(self._named, ("citizen", citizen)), (self._person, ("citizen", other))])

    def look_ups(self, client_id: str, organisation: str | None, people: int) -> None:
        """A system asks about so many, with nobody logged in."""
        if client_id in self._unlimited:
            return
        asking: Who = (client_id,)
        wanted: list[tuple[Policy, Who]] = [(self._machine, asking), (self._machine_a_day, asking)]
        if organisation:
            together: Who = ("organisation", organisation)
            wanted += [(self._organisation, together), (self._organisation_a_day, together)]
        self.counters.take(wanted, people)

    def list_people(self, organisation: str, people: int) -> None:
        """An organisation hands in a list of so many: a day's number of look-ups, which may come within a minute."""
        self.counters.take([(self._organisation_a_day, ("organisation", organisation))], people)
