"""What others expect of contracts, by their linters; a part of `make check`.

python -m tools.contracts.linting openapi

What is asked, and the exceptions with their reasons, is in spectral.yaml and redocly.yaml in tests/contracts/node.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.contracts import node


def lint(apis: Sequence[Path], events: Path) -> dict[str, str]:
    """Linter to what it has to say against these contracts; those that are content are left out."""
    files = [str(api.resolve()) for api in apis]
    rules, settings = (str(node.FOLDER / name) for name in ("spectral.yaml", "redocly.yaml"))
    spectral, redocly = "node_modules/@stoplight/spectral-cli/dist/index.js", "node_modules/@redocly/cli/bin/cli.js"
    done = {
        "Spectral": node.run(spectral, "lint", "--quiet", "--fail-severity=warn", "--ruleset", rules, *files),
        "Redocly": node.run(redocly, "lint", "--format=stylish", "--config", settings, *files),
        "AsyncAPI": node.run("asyncapi.mjs", str(events.resolve())),
    }
    return {linter: process.stdout for linter, process in done.items() if process.returncode}


def main() -> None:
    started = time.monotonic()
    folder = Path(sys.argv[1])
    events = folder / "events.asyncapi.json"
    apis = sorted(file for file in folder.glob("*.json") if file != events)
    complaints = lint(apis, events)
    for linter, said in complaints.items():
        print(f"{linter}:\n{said}")
    if complaints:
        sys.exit(f"Found by {', '.join(complaints)}: see above.")
    print(f"Contracts: {len(apis)} APIs and the events, nothing found in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
