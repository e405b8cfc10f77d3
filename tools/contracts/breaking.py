"""What would break those who call us or listen to us: the contracts against those that were last released.

python -m tools.contracts.breaking openapi             fails when something would
python -m tools.contracts.breaking openapi --release   makes them the released ones, and says what that breaks

Released contracts are in openapi/released. What was promised there is withdrawn by a new major version.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tools.contracts.schema_changes import SCHEMA, Documents, Json, Reader

_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})


def broken(released: Json, current: Json) -> list[str]:
    """Sentences about one contract, an API's or that of the events; each thing is said once, where it is first met."""
    compare = _api if "openapi" in released else _events
    return list(dict.fromkeys(compare(released, current)))


def _events(released: Json, current: Json) -> Iterator[str]:
    documents = Documents(released, current)
    for name in released["channels"]:
        if name not in current["channels"]:
            yield f"{name}: is no longer sent"
            continue
        before, after = (contract["components"]["messages"][name]["payload"] for contract in (released, current))
        yield from documents.changes(before, after, Reader.CONSUMER, name)


def _api(released: Json, current: Json) -> Iterator[str]:
    documents = Documents(released, current)
    new = dict(_operations(current))
    for name, operation in _operations(released):
        if name not in new:
            yield f"{name}: is gone"
            continue
        for change in _operation(operation, new[name], documents):
            yield change if change.startswith(SCHEMA) else f"{name}: {change}"


def _operations(contract: Json) -> Iterator[tuple[str, Json]]:
    for path, operations in contract["paths"].items():
        yield from ((f"{method.upper()} {path}", o) for method, o in operations.items() if method in _METHODS)


def _operation(old: Json, new: Json, documents: Documents) -> Iterator[str]:
    if old["operationId"] != new["operationId"]:
        yield f"operationId is {new['operationId']}, and was {old['operationId']}: methods of clients are named by it"
    yield from _ways_in(old, new)
    yield from _parameters(old, new, documents)
    yield from _body(old.get("requestBody"), new.get("requestBody"), documents)
    for status, response in old["responses"].items():
        if status not in new["responses"]:
            yield f"{status} is gone"
        else:
            yield from _response(response, new["responses"][status], documents, status)


def _ways_in(old: Json, new: Json) -> Iterator[str]:
    """Any one of the schemes lets in, and with it any one of its scopes; no scheme at all is a way in too."""
    kept = _accepted(new)
    yield from (
        f"{scheme} {scope}".rstrip() + " no longer lets in"
        for scheme, scope in _accepted(old)
        if (scheme, scope) not in kept and (scheme, "") not in kept
    )


def _accepted(operation: Json) -> list[tuple[str, str]]:
    ways = [way or {"nobody logged in": []} for way in operation.get("security") or [{}]]
    return [(scheme, scope) for way in ways for scheme, scopes in way.items() for scope in scopes or [""]]


def _parameters(old: Json, new: Json, documents: Documents) -> Iterator[str]:
    before, after = ({(p["in"], p["name"]): p for p in o.get("parameters", [])} for o in (old, new))
    for key, parameter in after.items():
        if parameter.get("required") and not before.get(key, {}).get("required"):
            yield f"parameter {key[1]} is now required"
    for key, parameter in before.items():
        if key not in after:
            yield f"parameter {key[1]} is gone"
        else:
            yield from documents.changes(parameter["schema"], after[key]["schema"], Reader.US, f"parameter {key[1]}")


def _body(old: Json | None, new: Json | None, documents: Documents) -> Iterator[str]:
    if new is None:
        if old is not None:
            yield "the request body is gone"
        return
    if new.get("required") and not (old or {}).get("required"):
        yield "a request body is now required"
    yield from _contents(old or {}, new, documents, Reader.US, "request")


def _response(old: Json, new: Json, documents: Documents, status: str) -> Iterator[str]:
    yield from (f"{status} header {name} is gone" for name in old.get("headers", {}).keys() - new.get("headers", {}))
    yield from _contents(old, new, documents, Reader.CALLER, status)


def _contents(old: Json, new: Json, documents: Documents, reader: Reader, at: str) -> Iterator[str]:
    after = new.get("content", {})
    for media_type, content in old.get("content", {}).items():
        if media_type not in after:
            yield f"{at} {media_type} is gone"
            continue
        yield from _codes(content, after[media_type], at)
        if "schema" in content and "schema" in after[media_type]:
            yield from documents.changes(content["schema"], after[media_type]["schema"], reader, at)


def _codes(old: Json, new: Json, at: str) -> Iterator[str]:
    """The examples of problem documents are named by their codes, which are promises."""
    if old.get("schema", {}).get("$ref", "").endswith("/Problem"):
        yield from (f"{at} {code} is gone" for code in old.get("examples", {}).keys() - new.get("examples", {}).keys())


def _read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return document


def _report(folder: Path) -> list[str]:
    found = []
    for released in sorted((folder / "released").glob("*.json")):
        current = folder / released.name
        said = broken(_read(released), _read(current)) if current.exists() else ["the whole contract is gone"]
        found += [f"{released.stem}: {sentence}" for sentence in said]
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    found = _report(folder)
    print("\n".join(found) or "Contracts: nothing that was released is broken")
    if "--release" in sys.argv:
        for file in folder.glob("*.json"):
            shutil.copyfile(file, folder / "released" / file.name)
    elif found:
        sys.exit(
            "This breaks callers. Keep what was promised, or bring a new version beside it;"
            " `make release` when nobody calls it yet."
        )


if __name__ == "__main__":
    main()
