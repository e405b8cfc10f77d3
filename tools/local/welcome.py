"""What `make run` prints when the system is ready: where to click and what to type next."""

from sandbox.services import FRONT_ENDS, SERVICES
from sandbox.wiring import Wiring


def welcome(wiring: Wiring, seconds: float) -> str:
    carrier = "RabbitMQ" if wiring.broker_url else "the databases themselves (no broker)"
    lines = [
        "",
        f"Helseverktøy is ready after {seconds:.1f} s. Events travel over {carrier}.",
        "",
        *(f"  {front_end.title:<21}{wiring.address(front_end)}/" for front_end in FRONT_ENDS),
        "",
        f"  Start here       {wiring.sandbox_url}/            people, tokens to copy, mailbox, what to try",
        f"  Mailbox          {wiring.sandbox_url}/mailbox     every SMS and e-mail that was sent",
        *(f"  {service.name:<21}{wiring.address(service)}/docs" for service in SERVICES),
        "",
        "  In another terminal:",
        f"    {_with_port('make demo', wiring)}      the main job from end to end, each step shown",
        f"    curl '{wiring.address(SERVICES[0])}/v1/tools?q=s%C3%B8vn'",
        "",
        f"  Data and log are in {wiring.state.name}/ and survive a restart; `make reset` goes back to the first day.",
        "  Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def _with_port(command: str, wiring: Wiring) -> str:
    return command if wiring.port_base == 8100 else f"PORT_BASE={wiring.port_base} {command}"
