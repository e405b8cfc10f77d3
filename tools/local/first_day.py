"""`make reset`: back to the first day. A running system is asked to; one that is stopped loses its data folder."""

import os
import shutil
import sys
from pathlib import Path

import httpx


def main() -> None:
    port_base, state = os.environ.get("PORT_BASE", "8100"), Path(os.environ.get("RUN_DIR", ".run"))
    try:
        answer = httpx.post(f"http://127.0.0.1:{port_base}/reset", timeout=60)
    except httpx.ConnectError:
        if state.exists():
            shutil.rmtree(state)
        print(f"Nothing is running; {state} is gone.")
    except httpx.TransportError:  # it is there and does not answer: the data under it is not to be touched
        sys.exit(f"What runs on port {port_base} does not answer; stop it, and try again.")
    else:
        print(f"The running system is back to its first day ({answer.status_code}).")
        sys.exit(0 if answer.is_success else 1)


if __name__ == "__main__":
    main()
