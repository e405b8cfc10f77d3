"""`make openapi`: the contracts as files, generated from the code.

python -m sandbox.contracts openapi           writes them
python -m sandbox.contracts openapi --check   fails when a file is not what the code says
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from sandbox.asyncapi import describe_events
from sandbox.services import SERVICES
from sandbox.wiring import Wiring, package_of


def contracts() -> dict[str, dict[str, Any]]:
    """File name to document."""
    wiring = Wiring(8100, Path("unused"), {s.name: "postgresql://unused" for s in SERVICES}, "k" * 32)
    documents = {"events.asyncapi.json": describe_events()}
    for service in SERVICES:
        package = package_of(service.name)
        settings = import_module(f"{package}.settings").Settings(**wiring.settings(service))
        documents[f"{service.name}.json"] = import_module(f"{package}.app").create_app(settings).openapi()
    return documents


def text_of(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def main() -> None:
    folder, check = Path(sys.argv[1]), "--check" in sys.argv
    stale = []
    for name, document in contracts().items():
        file = folder / name
        if check and (not file.exists() or file.read_text("utf-8") != text_of(document)):
            stale.append(name)
        elif not check:
            file.write_text(text_of(document), "utf-8")
    if stale:
        sys.exit(f"Not what the code says: {', '.join(stale)}. Run `make openapi` and commit.")


if __name__ == "__main__":
    main()
