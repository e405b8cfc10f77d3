"""How long rows are kept: a rule for every table, in SHARED and in each service's `retention` module.

`shared.housekeeping` carries the rules out; docs/security.md lists them; a test holds both against the real schemas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Kept:
    """Not purged. `why` says until when, and what else takes rows away."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True, slots=True)
class Purged:
    """A row goes when `column` (or an expression) is older than `after`, an interval, and `only` is true of it.

    A btree index begins with `column`: a purge reads little but what it deletes.
    """

    column: str
    after: str
    only: str = "true"

    def __str__(self) -> str:
        condition = "" if self.only == "true" else f", where `{self.only}`"
        return f"{self.after} after `{self.column}`{condition}"


@dataclass(frozen=True, slots=True)
class Months:
    """Monthly partitions `<table>_YYYY_MM`, each dropped when its end is older than `after` and no row in it is as
    `unless` says. Rows of `<table>_default` go by `column`, as with Purged.
    """

    column: str
    after: str
    unless: str
    drop: str
    """The database's own function, because who serves does not own the tables (0063)."""

    def __str__(self) -> str:
        return f"{self.after} after the month of `{self.column}`, unless `{self.unless}`"


Rule: TypeAlias = Kept | Purged | Months
Rules: TypeAlias = Mapping[str, Rule]

SHARED: Final[Rules] = {
    "alembic_version": Kept("one row: which migrations have run"),
    # as long as the inbox knows what was handled: nothing older may be sent once more (docs/backup.md)
    "outbox": Months("created_at", "90 days", unless="sent_at IS NULL", drop="drop_outbox_month"),
    # A message comes again within the retry ladder's minutes, or when an operator replays it
    "inbox": Purged("handled_at", "90 days"),
    "dead_letter": Purged("coalesce(replayed_at, discarded_at)", "1 year"),
    "local_message": Kept("until it is handled"),
    "idempotent_answer": Purged("created_at", "7 days"),
    "dpop_proof": Purged("expires_at", "0 seconds"),
    "lease": Kept("a row for each job that one at a time does"),
    "rate_count": Purged("ends_at", "0 seconds"),
}
SEARCH: Final[Rules] = {
    "search_stand": Kept("one row: how far the words are learned"),
    "search_word": Kept("words of tools' texts; nobody is named"),
}
FOLLOWING: Final[Rules] = {"feed_position": Kept("a row for each feed that is followed")}
