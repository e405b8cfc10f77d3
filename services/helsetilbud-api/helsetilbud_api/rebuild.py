"""`python -m helsetilbud_api.rebuild`: citizens' pages put together anew from what is kept of them, while the service
runs (M5). With the settings of the worker.
"""

import asyncio

from helsetilbud_api.citizen.rebuilding.rebuild import rebuild
from helsetilbud_api.settings import Settings
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.logging import configure_logging
from shared.planning import analyse


async def _rebuild(settings: Settings) -> None:
    url, size = settings.database_url.get_secret_value(), settings.database_pool_size
    database = Database(url, pool_size=size, statement_timeout=BATCH_STATEMENT)
    try:
        done = await rebuild(database)
        async with database.driver() as connection:
            await analyse(connection)
    finally:
        await database.close()
    print(  # noqa: T201 - for whoever runs it
        f"{done.citizens} citizens rebuilt from {done.events} events in {done.seconds:.1f} s, {done.rate:.0f} events/s"
    )


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, service=settings.service)
    asyncio.run(_rebuild(settings))


if __name__ == "__main__":
    main()
