import pytest

from shared.db import Database
from shared.messaging.amqp import AmqpTransport
from shared.messaging.local import LocalBroker


@pytest.fixture(params=["local", "rabbitmq"])
def transport(request: pytest.FixtureRequest, database: Database) -> AmqpTransport | LocalBroker:
    if request.param == "rabbitmq":
        return AmqpTransport(request.getfixturevalue("amqp_url"), database)
    return LocalBroker()
