"""The clients that are tried: what each is called, where it comes from, which program of `programs/` uses it."""

from dataclasses import dataclass
from typing import Final, Literal

Registry = Literal["PyPI", "npm"]


@dataclass(frozen=True, slots=True)
class Client:
    """`package` is its name in the registry; `program` has the ending of its language."""

    package: str
    registry: Registry
    program: str
    purpose: str

    @property
    def name(self) -> str:
        return f"{self.package} ({self.registry})"


CLIENTS: Final = (
    Client("fhirpy", "PyPI", "fhirpy_reads.py", "FHIR: a record system reads its Tasks"),
    Client("fhirclient", "PyPI", "fhirclient_reads.py", "FHIR: the same, with the SMART client for Python"),
    Client("fhirclient", "npm", "fhirclient-reads.mjs", "FHIR: the same, with the SMART client for JavaScript"),
    Client("fhir-kit-client", "npm", "fhir-kit-client-reads.mjs", "FHIR: the same, with a signer of requests"),
    Client("@medplum/core", "npm", "medplum-reads.mjs", "FHIR: the same, with Medplum's client"),
    Client("openid-client", "npm", "openid-client-signs-in.mjs", "A supplier signs a citizen in; machine tokens"),
    Client("requests-oauth2client", "PyPI", "requests_oauth2client_signs_in.py", "The same in Python"),
    Client(
        "openapi-typescript", "npm", "openapi-typescript-prescribes.mjs", "Types from every contract; a prescription"
    ),
    Client("@hey-api/openapi-ts", "npm", "hey-api-prescribes.mjs", "A client from every contract; a prescription"),
    Client("orval", "npm", "orval-prescribes.mjs", "A client from every contract; a prescription"),
    Client("datamodel-code-generator", "PyPI", "datamodel_prescribes.py", "Models from every contract; a prescription"),
    Client("openapi-python-client", "PyPI", "openapi_python_client_prescribes.py", "A client from every contract"),
    Client("@stoplight/prism-cli", "npm", "prism-validates.mjs", "A proxy that holds calls against the contract"),
    Client("cloudevents", "PyPI", "cloudevents_reads.py", "Events as RabbitMQ delivers them"),
    Client("cloudevents", "npm", "cloudevents-reads.mjs", "The same in JavaScript"),
)

# What every test run uses: quick to install, one of each kind
QUICK: Final = ("fhirpy", "requests-oauth2client", "datamodel-code-generator")


def named(words: list[str]) -> list[Client]:
    """Those whose name has one of the words; all when there are none."""
    return [it for it in CLIENTS if not words or any(word in it.name for word in words)]
