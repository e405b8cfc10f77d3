"""Private servers for tests and for `make run`: a PostgreSQL and a RabbitMQ of one's own, on one machine, without root.

Each lives in a directory, listens on the loopback interface only, keeps its data over stop and start, and ends with the
process that started it, however that ends. Nothing on the machine is changed: programs come from what is installed or
are unpacked into a private store (see `places`). All functions block.
"""

from devkit.servers.errors import ServerFailed

__all__ = ["ServerFailed"]
