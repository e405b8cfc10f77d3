"""What refusals carry besides their code is in the contract: a member that is sent is a member that is declared."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.services import SERVICES
from sandbox.wiring import package_of
from shared.errors import DomainError
from tools.contracts import contracts

ROOT = Path(__file__).parents[2]
PACKAGES = {package_of(service.name): f"services/{service.name}" for service in SERVICES} | {"shared": "shared"}
NO_MEMBERS = {"detail", "headers", "retry_after"}


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    contracts()  # every route of every service, and so every refusal


def refusals(package: str) -> dict[str, type[DomainError]]:
    """By class name, those that the package's own modules can raise: its own and the shared ones."""
    found, waiting = {}, [DomainError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if error.__module__.split(".")[0] in (package, "shared"):
            found[error.__name__] = error
    return found


def calls(package: str) -> Iterator[tuple[Path, ast.Call, str]]:
    """Each call in the package that makes a refusal, and its name; `super().__init__` counts for its class."""
    for file in (ROOT / PACKAGES[package] / package).rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        for scope in ast.walk(tree):
            if isinstance(scope, ast.ClassDef):
                yield from ((file, c, scope.name) for c in made(scope) if ast.unparse(c.func) == "super().__init__")
        yield from ((file, c, ast.unparse(c.func).rpartition(".")[2]) for c in made(tree))


def made(node: ast.AST) -> Iterator[ast.Call]:
    return (call for call in ast.walk(node) if isinstance(call, ast.Call))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_member_that_is_sent_is_declared(package: str) -> None:
    known = refusals(package)
    assert known
    undeclared = []
    for file, call, name in calls(package):
        error = known.get(name)
        if error is None:
            continue
        named = {keyword.arg for keyword in call.keywords if keyword.arg} - NO_MEMBERS
        if ast.unparse(call.func) != "super().__init__" and "__init__" in vars(error):
            continue  # its own parameters; what it makes of them is seen at its super().__init__
        undeclared += [f"{file.name}:{call.lineno} {name}.{member}" for member in sorted(named - error.members.keys())]
    assert undeclared == []
