"""A private RabbitMQ node: `server = start(Path(".run/rabbitmq"))`, then `server.url`.

It listens on the loopback interface only, with distribution and the port mapper (epmd) on ports of its own, so that it
neither meets nor disturbs another node on the machine. Erlang is started as RabbitMQ's own script does it, but with the
places of this node: the script's paths are fixed to an installation. Several together: `rabbitmq_cluster`.
"""

import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

from devkit.servers.account import Account, server_account
from devkit.servers.broker import CORE, Broker, find_broker
from devkit.servers.errors import ServerFailed
from devkit.servers.places import home_of
from devkit.servers.process import (
    Command,
    Order,
    Process,
    Server,
    end_left_behind,
    free_port,
    launch,
    read_record,
    sole_use,
    write_record,
)

__all__ = ["RabbitServer", "ServerFailed", "start"]

USER = "helseverktoy"
HOST = "localhost"
START = 120.0  # seconds; about 4 on an idle machine
GREETING = b"AMQP\x00\x00\x09\x01"  # AMQP 0-9-1, section 2.2.4: the server answers with a method frame (type 1)
# Short spinning instead of sleeping halves the time to start on a virtual machine; few threads keep memory low
EMULATOR = "+W w +S 2:2 +SDcpu 1:1 +SDio 2 +sbwt very_short +sbwtdcpu very_short +sbwtdio very_short +B i"
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = {user}
default_pass = {password}
loopback_users = none
vm_memory_high_watermark.absolute = {memory}
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = info
log.file = false
"""


class RabbitServer(Server):
    @property
    def url(self) -> str:
        return f"amqp://{USER}:{self.password}@127.0.0.1:{self.port}/"


@dataclass(frozen=True, slots=True)
class Membership:
    """A node's place in a cluster. A new node joins the one of the name `joins`, the first of them itself."""

    name: str
    joins: str
    cookie: str
    password: str
    mapper: int
    """The port of the one port mapper by which they find each other."""

    @property
    def address(self) -> str:
        return f"{self.name}@{HOST}"

    @property
    def configuration(self) -> str:
        nodes = enumerate(dict.fromkeys((self.joins, self.name)), 1)
        lines = [
            "cluster_formation.peer_discovery_backend = classic_config",
            *(f"cluster_formation.classic_config.nodes.{number} = {name}@{HOST}" for number, name in nodes),
            "cluster_partition_handling = pause_minority",
        ]
        return "".join(f"{line}\n" for line in lines)


def start(
    directory: Path,
    *,
    port: int | None = None,
    memory: str = "1GB",
    membership: Membership | None = None,
    release: str | None = None,
) -> RabbitServer:
    """Starts the node of that directory, making it first if need be; blocks until it speaks AMQP.

    `release` is another of Debian's to have RabbitMQ from, by its codename (amd64 and arm64).
    `memory` is where publishers are held back, not what it takes (about 130 MB). Raises ServerFailed; the log is
    server.log in the directory.
    """
    directory = directory.absolute()
    account = server_account()
    broker = find_broker(account, release)
    home = home_of(directory, account)
    with sole_use(home) as lock:
        end_left_behind(home)
        record = read_record(directory)
        if not record:
            shutil.rmtree(home / "data", ignore_errors=True)
            record = _fresh(membership)
        prepare = partial(_prepare, broker, home, account, record, port, memory, membership)
        process = launch(directory, lock, prepare, _greets, START)
        write_record(directory, {**record, "port": process.order.ports[0]})
    return RabbitServer(directory, process.order.ports[0], record["password"], process)


def _fresh(membership: Membership | None) -> dict[str, Any]:
    if membership is None:
        return {"node": f"rabbit-{token_hex(4)}", "password": token_hex(16), "cookie": token_hex(16)}
    return {"node": membership.name, "password": membership.password, "cookie": membership.cookie}


def _prepare(
    broker: Broker,
    home: Path,
    account: Account,
    record: dict[str, Any],
    port: int | None,
    memory: str,
    membership: Membership | None,
) -> Order:
    ports = [port or free_port(record.get("port")), free_port()]
    mapper = membership.mapper if membership else free_port()
    values = {"port": ports[0], "user": USER, "password": record["password"], "memory": memory}
    configuration = CONFIGURATION.format(**values) + (membership.configuration if membership else "")
    files = {"rabbitmq.conf": configuration, ".erlang.cookie": record["cookie"]}
    _write_settings(home / "settings", broker, files, account)
    make_data(home, account)
    environment = _environment(broker, home, record["node"], ports[1], mapper)
    node = Command(_node(broker), environment)
    if membership:
        return Order([node], home, account, ports)
    return Order([mapper_command(broker, mapper), node], home, account, [*ports, mapper])


def make_data(home: Path, account: Account) -> None:
    """Where a server of that account works."""
    (home / "data").mkdir(mode=0o700, exist_ok=True)
    account.give(home / "data")


def mapper_command(broker: Broker, port: int) -> Command:
    """The port mapper (epmd)."""
    return Command(
        [broker.programs / "epmd", "-port", str(port), "-address", "127.0.0.1"], erlang_environment(broker, port)
    )


def _node(broker: Broker) -> list[str | Path]:
    core: list[str | Path] = [broker.applications[name] / "ebin" for name in CORE if broker.applications]
    return [
        broker.programs / "erlexec",
        *("-noinput", "-s", "rabbit", "boot", "-boot", "start_sasl"),
        *EMULATOR.split(),
        *(["-pa", *core] if core else []),
        *("-start_epmd", "false", "-kernel", "inet_dist_use_interface", "{127,0,0,1}"),
        *("-kernel", "prevent_overlapping_partitions", "false"),
        *("-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false"),
    ]


def erlang_environment(broker: Broker, mapper: int, **more: str | Path | int) -> dict[str, str]:
    environment: dict[str, str | Path | int] = {
        "PATH": f"{broker.programs}:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "ROOTDIR": broker.erlang,
        "BINDIR": broker.programs,
        "EMU": "beam",
        "PROGNAME": "erl",
        "ERL_CRASH_DUMP_SECONDS": 0,
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": mapper,
        "LD_LIBRARY_PATH": ":".join(map(str, broker.libraries)),
    }
    return {name: str(value) for name, value in (environment | more).items() if value != ""}


def _environment(broker: Broker, home: Path, node: str, distribution: int, mapper: int) -> dict[str, str]:
    settings, data = home / "settings", home / "data"
    plugins = settings / "plugins" if broker.applications else broker.home / "plugins"
    own: dict[str, str | Path | int] = {
        "HOME": settings,  # where Erlang looks for the cookie
        "ERL_LIBS": plugins,
        "RABBITMQ_HOME": broker.home,
        "RABBITMQ_PLUGINS_DIR": plugins,
        "RABBITMQ_NODENAME": f"{node}@{HOST}",
        "RABBITMQ_DIST_PORT": distribution,
        "RABBITMQ_CONFIG_FILE": settings / "rabbitmq.conf",
        "RABBITMQ_ADVANCED_CONFIG_FILE": settings / "advanced.config",
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_ENABLED_PLUGINS_FILE": settings / "enabled_plugins",
        "RABBITMQ_GENERATED_CONFIG_DIR": data / "generated",
        "RABBITMQ_MNESIA_BASE": data / "mnesia",
        "RABBITMQ_LOG_BASE": data / "log",
        "RABBITMQ_LOGS": "-",
    }
    return erlang_environment(broker, mapper, **own)


def _write_settings(settings: Path, broker: Broker, files: Mapping[str, str], account: Account) -> None:
    """Anew at each start, in a folder that the account only reads; the files hold secrets and are the account's."""
    shutil.rmtree(settings, ignore_errors=True)
    plugins = settings / "plugins"
    plugins.mkdir(parents=True)
    for folder in (settings, plugins):
        folder.chmod(0o755)
    for application in broker.applications.values():
        (plugins / application.name).symlink_to(application)
    for name, text in files.items():
        (settings / name).touch(0o600)
        (settings / name).write_text(text)
        account.give(settings / name)


def _greets(process: Process) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", process.order.ports[0]), 1) as connection:
            connection.sendall(GREETING)
            return connection.recv(1) == b"\x01"
    except OSError:
        return False
