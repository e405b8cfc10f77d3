"""`make audit`, against services that speak as OSV and npm's do and know of a vulnerability, or of none."""

import gzip
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from devkit.testing.serving import serving

ROOT: Final = Path(__file__).parents[2]
SHIPS, TOOL, NPM_TOOL = "sqlalchemy", "pytest", "typescript"


class Advisories(BaseHTTPRequestHandler):
    """`known` is package to advisory; `asked` are the packages that were asked about, with their versions."""

    known: ClassVar[Mapping[str, str]] = {}
    asked: ClassVar[set[tuple[str, str]]] = set()

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            sent = gzip.decompress(sent)
        answer = self._osv(json.loads(sent)) if self.path == "/v1/query" else self._npm(json.loads(sent))
        self._answer(answer)

    def do_GET(self) -> None:
        self._answer({}, 404)  # npm looks for a version that would be better

    def _osv(self, question: Any) -> dict[str, Any]:
        package = question["package"]
        self.asked.add((package["name"], question["version"]))
        found = self.known.get(package["name"])
        return {"vulns": [{"id": found, "summary": "planted", "affected": [{"package": package}]}]} if found else {}

    def _npm(self, question: Mapping[str, list[str]]) -> dict[str, Any]:
        self.asked.update((name, version) for name, versions in question.items() for version in versions)
        advisory = {"id": 1, "url": "", "severity": "high", "vulnerable_versions": "*", "cwe": [], "cvss": {}}
        return {name: [advisory | {"title": self.known[name]}] for name in question if name in self.known}

    def _answer(self, document: Any, status: int = 200) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing to standard error."""


@pytest.fixture
def service() -> Iterator[str]:
    Advisories.known, Advisories.asked = {}, set()
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Advisories)) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}"


def audit(service: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", "audit", f"OSV_URL={service}/v1/query"],
        cwd=ROOT,
        env=os.environ | {"npm_config_registry": f"{service}/"},
        capture_output=True,
        text=True,
        check=False,
    )


def pins(lock: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^([a-z0-9.-]+)(?:\[.*\])?==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


def test_a_vulnerability_in_what_ships_fails_and_is_named(service: str) -> None:
    Advisories.known = {SHIPS: "PLANTED-2026-1"}
    done = audit(service)
    assert done.returncode
    assert re.search(rf"^{SHIPS}\s+\S+\s+PLANTED-2026-1", done.stdout, re.MULTILINE), done.stdout + done.stderr


def test_one_in_a_tool_is_told_of_and_all_pins_are_asked_about(service: str) -> None:
    Advisories.known = {TOOL: "PLANTED-2026-2", NPM_TOOL: "PLANTED-2026-3"}
    done = audit(service)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(planted in done.stdout for planted in ("PLANTED-2026-2", "PLANTED-2026-3"))
    missing = pins("requirements.lock") - Advisories.asked
    assert {name for name, _ in missing} <= {"colorama", "tzdata"}
