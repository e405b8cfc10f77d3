"""`python -m devkit.servers postgres|rabbitmq DIRECTORY`: runs one until interrupted and prints its URL."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from devkit.servers import ServerFailed, postgres, rabbitmq


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m devkit.servers", description=__doc__)
    parser.add_argument("server", choices=("postgres", "rabbitmq"))
    parser.add_argument("directory", type=Path, help="where its data are kept")
    parser.add_argument("--port", type=int, help="default: the last one, or any that is free")
    chosen = parser.parse_args()
    interrupted = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: interrupted.set())
    try:
        server = (postgres if chosen.server == "postgres" else rabbitmq).start(chosen.directory, port=chosen.port)
    except ServerFailed as error:
        sys.exit(str(error))
    sys.stdout.write(f"{server.admin_url if isinstance(server, postgres.PostgresServer) else server.url}\n")
    sys.stdout.flush()
    interrupted.wait()
    server.stop()


if __name__ == "__main__":
    main()
