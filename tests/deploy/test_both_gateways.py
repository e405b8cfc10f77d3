"""The gateway on Kubernetes has the limits of Compose's, path by path: two texts, and one promise."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.services import SERVICES

from .test_gateway import CONFIGURATION, FOLDER, INTAKES, Nginx, address_of, chosen, nginx, paths_of

__all__ = ["nginx"]  # the fixture

Directives = dict[str, set[str]]
Kinds = dict[str, dict[str, Any]]

# by which a request is bounded: its headers and body, what is held of it, how long, and how many
LIMITS = re.compile(
    r"client_(?!body_temp)|limit_|proxy_\w*(?:timeout|buffering|temp_file_size|next_upstream)|send_timeout|keepalive_"
)
LARGER = {"client_max_body_size": 2**20, "proxy_read_timeout": 1}


def directives(text: str) -> Directives:
    found: Directives = {}
    text = re.sub(r"#.*", "", text)
    for name, value in re.findall(r"^\s*(\w+) ([^;{}]+);", re.sub(r"map [^;{}]*\{[^{}]*\}", "", text), re.MULTILINE):
        if LIMITS.match(name):
            found.setdefault(name, set()).add(value.strip())
    return found


def _without_locations(text: str) -> str:
    return re.sub(r"^ +location [^{]*\{.*?\n        \}", "", text, flags=re.DOTALL | re.MULTILINE)


def of_compose(address: str) -> Directives:
    """What holds for a path: of its location what is said there, else of the server, else of all."""
    location = chosen(address)
    included = re.findall(r"include /etc/gateway/([\w-]+\.conf);", location.body)
    text = location.body + "".join((FOLDER / name).read_text("utf-8") for name in included)
    text += (FOLDER / "forwarding-as-is.conf").read_text("utf-8")
    return directives(_without_locations(CONFIGURATION)) | directives(text)


@pytest.fixture
def made(manifests: Callable[[str], Kinds]) -> Kinds:
    return manifests("production")


def snippets(made: Kinds, name: str) -> dict[str, str]:
    return {each["context"]: each["value"] for each in made["SnippetsFilter"][name]["spec"]["snippets"]}


def rules(made: Kinds) -> Iterator[tuple[list[str], str]]:
    """What each rule matches, and its filter of limits."""
    for route in made["HTTPRoute"].values():
        for rule in route["spec"]["rules"]:
            names = [each["extensionRef"]["name"] for each in rule["filters"] if each["type"] == "ExtensionRef"]
            assert len(names) == 1, rule
            yield [match["path"]["value"] for match in rule["matches"]], names[0]


def addresses(made: Kinds) -> dict[str, list[str]]:
    """The contracts' addresses below each rule's paths, each by the longest that it begins with."""
    paths = [path for matched, _ in rules(made) for path in matched]
    found: dict[str, list[str]] = {path: [] for path in paths}
    for service in SERVICES:
        for address in (address_of(service, path) for path in paths_of(service)):
            below = [path for path in paths if address == path or address.startswith(f"{path}/")]
            found[max(below, key=len)].append(address)
    return found


def wanted(those: list[str]) -> Directives:
    """As Compose's gateway bounds these; where they differ, what the largest needs."""
    every = [of_compose(address) for address in those]
    together = {name: set().union(*(each.get(name, set()) for each in every)) for each in every for name in each}
    for name in LARGER:
        together[name] = {max(together[name], key=lambda value: int(re.sub(r"\D", "", value)))}
    return together


def test_each_path_is_bounded_as_by_composes_gateway(made: Kinds) -> None:
    below = addresses(made)
    for matched, name in rules(made):
        those = [address for path in matched for address in below[path]]
        assert those, f"{matched} is of no contract"
        everywhere = directives(snippets(made, "gateway-usual")["http"])
        here = directives(snippets(made, name)["http.server.location"])
        expected = wanted(those)
        expected["limit_conn_zone"] = everywhere["limit_conn_zone"]  # the test below
        assert everywhere | here == expected, matched


def test_only_lists_of_recipients_count_as_uploads(made: Kinds) -> None:
    http = snippets(made, "gateway-usual")["http"]
    [pattern] = re.findall(r"map \$request_uri \$uploading \{ ~(\S+) \$binary_remote_addr; \}", http)
    theirs = [path for path in re.findall(r"location ~ (\S+) \{[^}]*limit_conn uploads", CONFIGURATION)]
    for service in SERVICES:
        for address in (address_of(service, path) for path in paths_of(service)):
            assert bool(re.search(pattern, address)) == any(re.search(it, address) for it in theirs), address
    assert re.search(pattern, "/notification-service/v1/campaigns/0198c1f4/recipients?x=1")
    zones = dict(re.findall(r"limit_conn_zone (\$\w+) zone=(\w+:\w+);", http))
    assert zones == {"$binary_remote_addr": "connections:10m", "$uploading": "uploads:1m"}


def test_it_waits_for_longer_than_the_services_take(made: Kinds) -> None:
    """No `timeouts` of the Gateway API: these end whole requests, and streams."""
    assert all("timeouts" not in json.dumps(route) for route in made["HTTPRoute"].values())
    waits = {path: name for matched, name in rules(made) for path in matched}
    for service, intake in INTAKES:
        address = f"/{service}{intake.path}"
        name = waits[max((path for path in waits if address.startswith(f"{path}/")), key=len)]
        [seconds] = re.findall(r"proxy_read_timeout (\d+)s;", snippets(made, name)["http.server.location"])
        assert int(seconds) > (intake.seconds or 0), intake.path


def test_nginx_takes_the_snippets_where_they_go(made: Kinds, tmp_path: Path, nginx: Nginx) -> None:
    http = "".join(snippets(made, name).get("http", "") for name in made["SnippetsFilter"])
    locations = "".join(
        f"location {path} {{ {snippets(made, name)['http.server.location']} proxy_pass http://127.0.0.1:9; }}\n"
        for matched, name in rules(made)
        for path in matched
    )
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi"))
    temporary += "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("uwsgi", "scgi"))
    server = f"server {{ listen 127.0.0.1:9; {locations} }}"
    text = f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {temporary} {http} {server} }}"
    (tmp_path / "nginx.conf").write_text(text)
    command = [nginx.program, "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    tried = subprocess.run(command, env=nginx.environment, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
