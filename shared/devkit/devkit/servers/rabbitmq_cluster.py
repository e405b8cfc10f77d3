"""Several private RabbitMQ nodes that are one broker: `cluster = start(Path(".run/cluster"))`, then `cluster.url`.

All are on 127.0.0.1, at ports of their own, and find each other by a port mapper that outlives any of them.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from devkit.servers import rabbitmq
from devkit.servers.account import server_account
from devkit.servers.broker import find_broker
from devkit.servers.errors import ServerFailed
from devkit.servers.places import home_of
from devkit.servers.process import Order, Process, Server, Stoppable, free_port, launch, sole_use

__all__ = ["Cluster", "start"]

MAPPER_START = 10.0  # seconds


@dataclass
class Cluster(Stoppable):
    directory: Path
    memberships: Sequence[rabbitmq.Membership]
    mapper: Server
    nodes: list[rabbitmq.RabbitServer] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Of all nodes, as BROKER_URL takes them."""
        return ",".join(node.url for node in self.nodes)

    def start_all(self) -> None:
        """The first alone; the others join it. Queues that are declared afterwards are on all of them."""
        for number, membership in enumerate(self.memberships):
            self.nodes.append(rabbitmq.start(self._place(number), membership=membership))

    def kill(self, number: int) -> None:
        """As a crash of that node; the others go on."""
        self.nodes[number].kill()

    def start_again(self, number: int) -> None:
        """At the same address, with what it had kept."""
        port = self.nodes[number].port
        self.nodes[number] = rabbitmq.start(self._place(number), port=port, membership=self.memberships[number])

    def leader_of(self, queue: str) -> int:
        """The number of the node that leads this quorum queue of the default virtual host. Raises ServerFailed."""
        return self._members(queue)[-1]

    def members_of(self, queue: str) -> list[int]:
        """The numbers of the nodes that it is on."""
        return sorted(self._members(queue)[:-1])

    def _members(self, queue: str) -> list[int]:
        """By number; the last, once more, is the leader."""
        said = ""
        for asked in self.memberships:
            said = self._ask(asked, f"ra, members, [{{'%2F_{queue}', '{asked.address}'}}]")
            if said.startswith("{ok,"):
                places = {it.address: number for number, it in enumerate(self.memberships)}
                return [places[address] for address in re.findall(r"'([\w-]+@\w+)'", said)]
        raise ServerFailed(f"no node knows who leads {queue}: {said}")

    def _ask(self, node: rabbitmq.Membership, function: str) -> str:
        """What the node answers to a call (module, function, arguments), in Erlang's own writing."""
        account = server_account()
        broker = find_broker(account)
        call = f"io:format(\"~0p\", [rpc:call('{node.address}', {function}, 5000)]), halt()."
        done, said = account.run(
            *(broker.programs / "erlexec", "-noinput", "-hidden", "-start_epmd", "false"),
            *("-sname", f"asking-{token_hex(4)}@{rabbitmq.HOST}", "-setcookie", node.cookie),
            *("-kernel", "inet_dist_use_interface", "{127,0,0,1}", "-eval", call),
            environment=rabbitmq.erlang_environment(broker, node.mapper, HOME="/"),
        )
        if not done:
            raise ServerFailed(f"the nodes cannot be asked: {said}")
        return said

    def _place(self, number: int) -> Path:
        return self.directory / f"node-{number}"

    def stop(self) -> None:
        for node in reversed(self.nodes):
            node.stop()
        self.mapper.stop()


def start(directory: Path, size: int = 3) -> Cluster:
    """A new cluster of that many nodes; blocks until all have joined. Raises ServerFailed."""
    mapper = _start_mapper(directory / "mapper")
    names = [f"rabbit-{number}-{token_hex(4)}" for number in range(size)]
    cookie, password = token_hex(16), token_hex(16)
    memberships = [rabbitmq.Membership(name, names[0], cookie, password, mapper.port) for name in names]
    cluster = Cluster(directory, memberships, mapper)
    try:
        cluster.start_all()
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _start_mapper(directory: Path) -> Server:
    account = server_account()
    broker = find_broker(account)
    home = home_of(directory.absolute(), account)
    rabbitmq.make_data(home, account)

    def prepare() -> Order:
        port = free_port()
        return Order([rabbitmq.mapper_command(broker, port)], home, account, [port])

    with sole_use(home) as lock:
        process = launch(directory, lock, prepare, _listens, MAPPER_START)
    return Server(directory, process.order.ports[0], "", process)


def _listens(process: Process) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", process.order.ports[0]), 1):
            return True
    except OSError:
        return False
