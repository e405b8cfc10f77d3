"""Invented people in numbers, for load tests. The same size, seed and lowest age always make the same people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from devkit.testing.national_ids import population
from sandbox.population.models import CitizenRecord
from sandbox.storage import Storage
from shared.nationalid import NationalId

LARGEST_CROWD = 200_000

# ages are counted on this day, so that a crowd does not change from one day to the next
_COUNTED_ON = date(2024, 12, 31)
_FIRST_NAMES = ("Alva", "Birk", "Dina", "Eskil", "Frøya", "Gard", "Hedda", "Iver", "Jenny", "Kasper", "Live", "Mikkel")
_LAST_NAMES = ("Bekkelund", "Dalsrud", "Engen", "Furuvik", "Granås", "Havnes", "Lyngstad", "Myrvold", "Solbakk")


@dataclass(frozen=True, slots=True)
class Crowd:
    seed: int
    size: int
    minimum_age: int

    def people(self) -> list[CitizenRecord]:
        chance = Random(self.seed)  # noqa: S311 - repeatable on purpose
        return [
            CitizenRecord(national_id=number, name=_name(chance), birth_date=born) for number, born in self._numbers()
        ]

    def _numbers(self) -> list[tuple[str, date]]:
        """Draws more until enough are old enough: a longer draw from one seed begins with the shorter."""
        drawn = self.size + self.size // 2 + 10
        while len(found := list(self._old_enough(population(drawn, self.seed)))) < self.size:
            drawn *= 2
        return found[: self.size]

    def _old_enough(self, numbers: list[str]) -> Iterator[tuple[str, date]]:
        for number in numbers:
            parsed = NationalId.parse(number, allow_synthetic=True)
            if parsed.age(_COUNTED_ON) >= self.minimum_age:
                yield number, parsed.birth_date


def _name(chance: Random) -> str:
    return f"{chance.choice(_FIRST_NAMES)} {chance.choice(_LAST_NAMES)}"


class Crowds:
    """Which crowds there are; a restart makes the same people again."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def all(self) -> list[Crowd]:
        with self.storage.transaction() as connection:
            rows = connection.execute("SELECT seed, size, minimum_age FROM crowds ORDER BY seed").fetchall()
        return [Crowd(*row) for row in rows]

    def keep(self, crowd: Crowd) -> None:
        with self.storage.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO crowds (seed, size, minimum_age) VALUES (?, ?, ?)",
                (crowd.seed, crowd.size, crowd.minimum_age),
            )

    def clear(self) -> None:
        with self.storage.transaction() as connection:
            connection.execute("DELETE FROM crowds")
