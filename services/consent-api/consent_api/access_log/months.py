"""The months of the access log: made in good time, dropped when their youngest entry is five years old (P13)."""

from collections.abc import Callable
from datetime import datetime

from shared.db import Database
from shared.messaging.delivery import utc_now
from shared.partitions import PartitionKeeper


def months_of(database: Database, clock: Callable[[], datetime] = utc_now) -> PartitionKeeper:
    return PartitionKeeper(database, make="make_access_log_months", drop="drop_access_log_months", clock=clock)
