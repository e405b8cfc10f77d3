"""The first day of the containers' sandbox profile: `python -m sandbox.seed_containers`, once the services answer.

DATABASE_URL is the catalogue's, CONSENT_DATABASE_URL and NOTIFICATION_DATABASE_URL those of the services of these
names; CITIZEN_REFERENCE_KEYS as the services have it. Names and ports are those inside docker-compose.yml.
"""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from sandbox.seeding import seed
from sandbox.services import FrontEnd, Service
from sandbox.settings import SandboxSettings
from sandbox.wiring import KEY_ID, Wiring


class Containers(Wiring):
    """Each service has a name of its own instead of a port."""

    def address(self, service: Service | FrontEnd) -> str:
        return f"http://{service.name}:8000"

    @property
    def sandbox_url(self) -> str:
        return f"http://sandbox.test:{self.port_base}"


def main() -> None:
    databases = {
        "catalog-api": os.environ["DATABASE_URL"],
        "consent-api": os.environ["CONSENT_DATABASE_URL"],
        "notification-service": os.environ["NOTIFICATION_DATABASE_URL"],
    }
    key = json.loads(os.environ["CITIZEN_REFERENCE_KEYS"])[KEY_ID]
    wiring = Containers(8100, Path("/state"), databases, key)
    asyncio.run(seed(wiring, SandboxSettings(), datetime.now(UTC)))


if __name__ == "__main__":
    main()
