"""deploy/docker/gateway against the contracts: as nginx would choose, and by nginx itself."""

import asyncio
import json
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from catalog_api.images.routes import INTAKE
from devkit.servers.unpacked import Unpacked, UnpackFailed, library_folders
from devkit.testing.waiting import until
from notification_service.campaigns.routes import INTAKES as CAMPAIGNS
from notification_service.campaigns.uploading import LARGEST_UPLOAD
from sandbox.services import SERVICES, Service
from shared.errors import PROBLEM_TYPE, NotFound, Unavailable
from shared.http import LARGEST_HEADERS, BodyTooLarge
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/docker/gateway"
CONFIGURATION = (FOLDER / "nginx.conf").read_text("utf-8")
AT_THE_ISSUER = ("/.well-known/openid-configuration", "/oidc/")
INTERNAL = ("/metrics", "/health/live", "/health/ready", "/docs", "/openapi.json")

INTAKES = [("catalog-api", INTAKE), *(("notification-service", intake) for intake in CAMPAIGNS)]

by_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


@dataclass(frozen=True, slots=True)
class Location:
    modifier: str
    path: str
    body: str

    @property
    def service(self) -> str | None:
        found = re.search(r"set \$service ([\w-]+);", self.body)
        return found.group(1) if found else None

    @property
    def strips_the_name(self) -> bool:
        return "/etc/gateway/forwarding.conf" in self.body

    @property
    def largest_body(self) -> str | None:
        found = re.search(r"client_max_body_size (\w+);", self.body)
        return found.group(1) if found else None


LOCATIONS = [
    Location(modifier, path, body)
    for modifier, path, body in re.findall(
        r"location (?:(=|~) )?([^@\s]\S*) \{(.*?)\n        \}", CONFIGURATION, re.DOTALL
    )
]


def chosen(address: str) -> Location:
    """As nginx chooses: exactly, by the first expression, by the longest beginning."""
    exact = [each for each in LOCATIONS if each.modifier == "=" and each.path == address]
    expression = [each for each in LOCATIONS if each.modifier == "~" and re.search(each.path, address)]
    beginning = [each for each in LOCATIONS if not each.modifier and address.startswith(each.path)]
    return [*exact, *expression, *sorted(beginning, key=lambda each: -len(each.path))][0]


def paths_of(service: Service) -> list[str]:
    contract = json.loads((ROOT / f"openapi/{service.name}.json").read_text("utf-8"))
    return [re.sub(r"\{\w+\}", "0198c1f4", path) for path in contract["paths"]]


def address_of(service: Service, path: str) -> str:
    return path if path.startswith(AT_THE_ISSUER) else f"/{service.name}{path}"


@by_service
def test_every_path_of_a_contract_is_routed_to_its_service(service: Service) -> None:
    for path in paths_of(service):
        location = chosen(address_of(service, path))
        assert location.service == service.name, path
        assert location.strips_the_name == (not path.startswith(AT_THE_ISSUER)), path


@by_service
def test_what_is_inside_is_not_reached_from_outside(service: Service) -> None:
    for path in INTERNAL:
        for address in (path, f"/{service.name}{path}"):
            assert chosen(address).service is None


def test_nothing_is_routed_that_no_contract_has() -> None:
    addresses = [(service.name, address_of(service, path)) for service in SERVICES for path in paths_of(service)]
    for location in LOCATIONS:
        if location.service:
            assert any(chosen(address) == location and name == location.service for name, address in addresses)


def test_bodies_are_as_large_as_the_services_take_them() -> None:
    megabytes = {"1m": 2**20, "20m": 20 * 2**20}
    [usual] = re.findall(r"^    client_max_body_size (\w+);", CONFIGURATION, re.MULTILINE)
    assert megabytes[usual] == ServiceSettings.model_fields["max_body_bytes"].default
    larger = {each.path: megabytes[each.largest_body] for each in LOCATIONS if each.largest_body}
    assert list(larger.values()) == [LARGEST_UPLOAD]
    assert chosen("/notification-service/v1/campaigns/0198c1f4/recipients").path in larger


def test_the_gateways_own_refusals_are_problem_documents() -> None:
    answers = re.findall(r"return (\d+) '(\{.*\})';", CONFIGURATION)
    problems = {int(status): json.loads(text) for status, text in answers}
    codes = {status: problem["code"] for status, problem in problems.items()}
    assert codes == {404: NotFound.code, 413: BodyTooLarge.code, 429: "too-many-requests", 503: Unavailable.code}
    for status, problem in problems.items():
        assert problem["status"] == status
        assert problem["type"] == PROBLEM_TYPE + problem["code"]


def test_no_address_is_logged() -> None:
    [log] = re.findall(r"log_format answers.*?;", CONFIGURATION, re.DOTALL)
    assert set(re.findall(r"\$(\w+)", log)).isdisjoint({"request", "request_uri", "uri", "args", "query_string"})
    assert re.findall(r"error_log (.*);", CONFIGURATION) == ["stderr crit"]


def test_the_container_has_what_the_configuration_names(compose: Any) -> None:
    gateway = compose.containers["gateway"]
    mounts = {volume.rsplit(":", 2)[1] for volume in gateway["volumes"]}
    files = set(re.findall(r"(?:include|ssl_certificate|ssl_certificate_key) (\S+);", CONFIGURATION))
    assert {name.rpartition("/")[0] for name in files} == mounts
    assert [
        name for name in files if name.startswith("/etc/gateway/") and not (FOLDER / Path(name).name).exists()
    ] == []
    assert gateway["ports"][0].rpartition(":")[2] == re.findall(r"listen (\d+) ssl;", CONFIGURATION)[0]
    assert gateway["depends_on"].keys() == {service.name for service in SERVICES}


# nginx itself


def _certify(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    (folder / "tls.crt").write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    own = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tls.key").write_bytes(key.private_bytes(*own))


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with the service that the request was meant for and the path that came."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    meant = re.search(r"^x-service: (.*)\r$", head, re.MULTILINE | re.IGNORECASE)
    said = json.dumps([meant.group(1) if meant else "", head.split(" ")[1]]).encode()
    if length := re.search(r"^content-length: (\d+)\r$", head, re.MULTILINE | re.IGNORECASE):
        await _swallow(reader, int(length.group(1)))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(said), said))
    await writer.drain()
    writer.close()


async def _swallow(reader: asyncio.StreamReader, length: int) -> None:
    while length > 0 and (piece := await reader.read(2**16)):
        length -= len(piece)


def _moved(text: str, folder: Path, port: int, upstream: int) -> str:
    """The same configuration for other places; HTTP/2 is left to newer ones than may be installed."""
    return (
        text.replace(" /tmp/", f" {folder}/")
        .replace("/etc/gateway/", f"{folder}/")
        .replace("/run/certificates/", f"{folder}/")
        .replace("/dev/stdout", f"{folder}/access.log")
        .replace("listen 8443 ssl;", f"listen 127.0.0.1:{port} ssl;")
        .replace("http2 on;", "")
        .replace("http://$service:8000;", f"http://127.0.0.1:{upstream};\nproxy_set_header X-Service $service;")
    )


@dataclass(frozen=True, slots=True)
class Nginx:
    program: Path
    libraries: tuple[Path, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | ({"LD_LIBRARY_PATH": ":".join(map(str, self.libraries))} if self.libraries else {})


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Nginx:
    """Installed on the machine, else unpacked from its distribution's packages."""
    if installed := shutil.which("nginx"):
        return Nginx(Path(installed))
    try:
        packages = Unpacked(tmp_path_factory.mktemp("nginx") / "work", "nginx")
        packages.add("nginx.*")
        [program] = packages.root.glob("usr/sbin/nginx")
        packages.complete_libraries([program])
    except (UnpackFailed, ValueError) as error:
        pytest.skip(f"nginx is neither installed here nor among the packages that can be fetched: {error}")
    return Nginx(program, tuple(library_folders(packages.root)))


@pytest.fixture
async def gateway(tmp_path: Path, nginx: Nginx, free_port: Callable[[], int]) -> AsyncIterator[httpx.AsyncClient]:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    port, upstream = free_port(), server.sockets[0].getsockname()[1]
    _certify(tmp_path)
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_text(_moved(file.read_text("utf-8"), tmp_path, port, upstream))
    process = await asyncio.create_subprocess_exec(
        nginx.program, "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), env=nginx.environment
    )
    trusting = ssl.create_default_context(cafile=str(tmp_path / "tls.crt"))
    trusting.check_hostname = False
    try:
        async with httpx.AsyncClient(verify=trusting, base_url=f"https://127.0.0.1:{port}", trust_env=False) as client:
            await until(lambda: _answers(client, process))
            yield client
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        server.close()


async def _answers(client: httpx.AsyncClient, process: asyncio.subprocess.Process) -> bool:
    assert process.returncode is None, "nginx does not take the configuration"
    try:
        return (await client.get("/")).status_code == 404
    except httpx.TransportError:
        return False


@by_service
async def test_nginx_sends_each_path_where_it_belongs(gateway: httpx.AsyncClient, service: Service) -> None:
    for path in paths_of(service):
        answer = await gateway.get(address_of(service, path) + "?q=a%20b")
        assert answer.json() == [service.name, f"{path}?q=a%20b"]
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]


async def test_nginx_lets_nobody_in_by_a_detour(gateway: httpx.AsyncClient) -> None:
    for address in (
        *INTERNAL,
        "/catalog-api/metrics",
        "/catalog-api/v1/%2e%2e/metrics",
        "/catalog-api/v1/..%2fmetrics",
        "/catalog-api//metrics",
        "/oidc/%2e%2e/metrics",
    ):
        answer = await gateway.get(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), address
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_nginx_refuses_what_is_too_large_or_too_much(gateway: httpx.AsyncClient) -> None:
    large = await gateway.post("/catalog-api/v1/submissions", content=b"x" * (2**20 + 1))
    assert (large.status_code, large.json()["code"]) == (413, BodyTooLarge.code)
    many = await asyncio.gather(*(gateway.get("/oidc/jwks") for _ in range(200)))
    refused = [answer for answer in many if answer.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "too-many-requests"
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].headers["Strict-Transport-Security"]


def _in_files(folder: Path) -> int:
    """Bytes of the files that nginx holds open in its folders for bodies; it removes their names at once."""
    main = (folder / "nginx.pid").read_text("utf-8").strip()
    workers = Path(f"/proc/{main}/task/{main}/children").read_text("utf-8").split()
    held = [held for worker in workers for held in Path(f"/proc/{worker}/fd").iterdir()]
    return sum(each.stat().st_size for each in held if os.readlink(each).startswith(str(folder / "body")))


@asynccontextmanager
async def _slow_body(gateway: httpx.AsyncClient, folder: Path, path: str, size: int) -> AsyncIterator[None]:
    """All of a body but its last byte, from somebody with no token."""
    trusting = ssl.create_default_context(cafile=str(folder / "tls.crt"))
    trusting.check_hostname = False
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.base_url.port, ssl=trusting)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode())
    writer.write(b"x" * (size - 1))
    await writer.drain()
    yield
    writer.write(b"x")
    assert (await reader.readline()).split()[1] == b"200"
    writer.close()


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/notification-service/v1/campaigns/0198c1f4/recipients", 5 * 2**20),
        ("/prescription-api/v1/prescriptions", 2**20),
        ("/helsetilbud-api/v1/launches/redeem", 2**20),
        ("/oidc/token", 2**20),
    ],
)
async def test_bodies_under_way_take_no_memory_of_the_gateways(
    gateway: httpx.AsyncClient, tmp_path: Path, path: str, size: int
) -> None:
    async with AsyncExitStack() as open_ones:
        for _ in range(4):
            await open_ones.enter_async_context(_slow_body(gateway, tmp_path, path, size))
        await asyncio.sleep(0.3)
        assert _in_files(tmp_path) == 0


async def test_one_address_has_few_uploads_under_way(gateway: httpx.AsyncClient, tmp_path: Path) -> None:
    path = "/notification-service/v1/campaigns/0198c1f4/recipients"
    async with AsyncExitStack() as open_ones:
        for _ in range(4):
            await open_ones.enter_async_context(_slow_body(gateway, tmp_path, path, 2**16))
        await asyncio.sleep(0.3)
        refused = await gateway.post(path, content=b"x")
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
        assert (await gateway.get("/catalog-api/v1/tools")).status_code == 200, "only uploads are counted there"


def _seconds(text: str) -> int:
    [seconds] = re.findall(r"proxy_read_timeout (\d+)s;", text)
    return int(seconds)


def test_the_gateway_waits_for_longer_than_the_services_take() -> None:
    usual = _seconds(re.sub(r"location .*?\n        \}", "", CONFIGURATION, flags=re.DOTALL))
    assert usual > ServiceSettings.model_fields["request_seconds"].default
    for service, intake in INTAKES:
        location = chosen(f"/{service}" + re.sub(r"\{\w+\}", "0198c1f4", intake.path))
        waits = _seconds(location.body) if "proxy_read_timeout" in location.body else usual
        assert waits > (intake.seconds or 0), intake.path


def test_what_is_kept_in_memory_has_a_size(compose: Any) -> None:
    for name, container in compose.containers.items():
        for mount in container.get("tmpfs", []):
            assert "size=" in mount, name


def test_headers_that_are_slow_or_large_end_here() -> None:
    """A service is asked when it has them all (docs/decisions/0043)."""
    assert re.search(r"^    client_header_timeout [1-9]\d?s;", CONFIGURATION, re.MULTILINE)
    [count, kilobytes] = re.findall(r"^    large_client_header_buffers (\d+) (\d+)k;", CONFIGURATION, re.MULTILINE)[0]
    assert LARGEST_HEADERS <= int(count) * int(kilobytes) * 1024 <= 4 * LARGEST_HEADERS
