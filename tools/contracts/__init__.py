"""The contracts of all services and of their events, generated from the code."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from sandbox.services import SERVICES
from sandbox.wiring import Wiring, package_of
from tools.contracts.asyncapi import describe_events


def contracts() -> dict[str, dict[str, Any]]:
    """File name to document."""
    documents = {"events.asyncapi.json": describe_events()}
    return documents | {f"{name}.json": app.openapi() for name, app in apps()}


def apps() -> Iterator[tuple[str, FastAPI]]:
    """Each service and its app, which is described and not served: it has no database."""
    wiring = Wiring(8100, Path("unused"), {s.name: "postgresql://unused" for s in SERVICES}, "k" * 32)
    for service in SERVICES:
        package = package_of(service.name)
        # whether citizens are signed in at suppliers here changes nothing about the contract, and asks for files
        told = wiring.settings(service) | {"launch_issuer": None}
        settings = import_module(f"{package}.settings").Settings(**told)
        yield service.name, import_module(f"{package}.app").create_app(settings)


def text_of(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False) + "\n"
