"""The sandbox alone as a process: the stand-ins and the start page, beside services that run on their own."""

import asyncio
import signal

import uvloop

from sandbox.app import create_app
from sandbox.settings import SandboxSettings
from sandbox.system import server_for
from shared.logging import configure_logging


async def serve(settings: SandboxSettings) -> None:
    app = create_app(settings)
    server = server_for(app, settings.port_base, settings.host)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.handle_exit, number, None)
    async with app.router.lifespan_context(app):
        await server.serve()


def main() -> None:
    configure_logging(service="sandbox")
    uvloop.run(serve(SandboxSettings()))


if __name__ == "__main__":
    main()
