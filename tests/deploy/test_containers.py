"""The databases as the script of PostgreSQL's container leaves them."""

import os
import subprocess
from pathlib import Path

import asyncpg
import pytest

from devkit.servers import postgres
from sandbox.services import SERVICES, Service

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/docker/postgres/create-databases.sh"
PACKAGES = {service.name: service.name.replace("-", "_") for service in SERVICES}

pytestmark = pytest.mark.system


def _password(variables: dict[str, str], service: Service) -> str:
    return variables[f"{PACKAGES[service.name].upper()}_DATABASE_PASSWORD"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_each_user_reaches_its_own_database_and_no_other(
    container_database: postgres.PostgresServer, sandbox_variables: dict[str, str], service: Service
) -> None:
    user, password = PACKAGES[service.name], _password(sandbox_variables, service)
    connection = await asyncpg.connect(container_database.url(user, user, password))
    extensions = await connection.fetch("SELECT extname FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent')")
    can = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    may_more = await connection.fetchval(can)
    await connection.close()
    assert len(extensions) == 2
    assert may_more is False
    for other in {*PACKAGES.values(), "postgres", "template1"} - {user}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(container_database.url(other, user, password))


async def test_a_wrong_password_is_refused(container_database: postgres.PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(container_database.url("consent_api", "consent_api", "sandbox"))


def test_the_script_stops_when_a_password_is_missing() -> None:
    environment = {"PATH": os.environ["PATH"], "POSTGRES_USER": "postgres", "PGHOST": "127.0.0.1", "PGPORT": "1"}
    assert subprocess.run([str(SCRIPT)], env=environment, capture_output=True, check=False).returncode == 1
