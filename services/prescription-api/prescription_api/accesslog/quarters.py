"""The quarters of the access log: made in good time, dropped when their youngest entry is five years old (P13)."""

from shared.db import Database
from shared.partitions import PartitionKeeper


def quarters_of(database: Database) -> PartitionKeeper:
    return PartitionKeeper(database, make="ensure_access_log_partitions", drop="drop_access_log_partitions")
