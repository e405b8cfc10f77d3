"""The operations of the committed contracts, and who each is for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.issuer import scopes
from sandbox.services import SERVICES, Service

# who has the scope, in the order in which one is taken where an operation is for several
_HOLDERS: Final = {
    scopes.PRESCRIBE: "practitioner",
    scopes.EDIT_OFFERING: "practitioner",
    scopes.SUPPLY_TOOLS: "supplier",
    scopes.ASK_FOR_PRESCRIBERS: "supplier",
    scopes.REDEEM_LAUNCHES: "supplier",
    scopes.SEND_CAMPAIGNS: "sender",
    scopes.ASSURE_TOOLS: "health-body",
    scopes.ADMINISTER_CATALOG: "staff",
    scopes.APPROVE_CAMPAIGNS: "staff",
    scopes.OPERATE: "operator",
    scopes.CHECK_ACTIVE: "ehr",
    scopes.VERIFY_REPRESENTATION: "own-service",
    scopes.CHECK_RESERVATIONS: "own-service",
    scopes.SHOW_CITIZENS: "own-service",
}

# said by the rules, and not by the scheme
_FIRST: Final = {
    "changeOwnAccess": "parent",
    "receiveDeliveryReceipts": "gateway",
    "registerTestContact": "staff",
    "confirmTestContact": "staff",
    "removeTestContact": "staff",
    "getSignedInCitizen": "sign-in",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """`document` is the operation object of OpenAPI, with references resolved by `resolve`."""

    service: Service
    method: str
    path: str
    document: Mapping[str, Any]
    contract: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.document["operationId"])

    @property
    def is_public(self) -> bool:
        """Nobody needs to say who they are; whoever does is still looked at, where a scheme is named."""
        return not self.document["security"] or {} in self.document["security"]

    @property
    def takes_tokens(self) -> bool:
        return any({"HelseID", "Helsenorge"} & set(scheme) for scheme in self.document["security"])

    @property
    def is_safe(self) -> bool:
        """Asked again, it answers the same. A request for authorization is answered once."""
        return self.method == "GET" and self.name != "authorizeRequest"

    @property
    def rightful(self) -> str:
        """The kind of caller that it is for first."""
        if self.name in _FIRST:
            return _FIRST[self.name]
        schemes = {name: wanted for scheme in self.document["security"] for name, wanted in scheme.items()}
        if "Helsenorge" in schemes:
            return "citizen"
        wanted = set(schemes.get("HelseID", ()))
        return next((kind for scope, kind in _HOLDERS.items() if scope in wanted), "none")

    @property
    def statuses(self) -> frozenset[int]:
        """Those that the contract promises."""
        return frozenset(int(status) for status in self.document["responses"] if status.isdecimal())

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        return [self.resolve(parameter) for parameter in self.document.get("parameters", [])]

    def example_body(self) -> tuple[str, Any] | None:
        """The first media type that is taken, and the contract's own example of it."""
        if "requestBody" not in self.document:
            return None
        content = self.resolve(self.document["requestBody"])["content"]
        media_type, described = next(iter(content.items()))
        named = [self.resolve(example)["value"] for example in described.get("examples", {}).values()]
        own = [described["example"]] if "example" in described else []
        examples = [*own, *named, *self.resolve(described.get("schema", {})).get("examples", [])]
        return media_type, examples[0] if examples else None

    def resolve(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in found:
            target: Any = self.contract
            for name in found["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            found = target
        return found


def operations(folder: Path) -> Iterator[Operation]:
    for service in SERVICES:
        contract = json.loads((folder / f"{service.name}.json").read_text("utf-8"))
        for path, methods in contract["paths"].items():
            for method, document in methods.items():
                yield Operation(service, method.upper(), path, document, contract)
