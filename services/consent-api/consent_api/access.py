"""The programs that may call, by scope. Who acts on /v1/me is in `representation.acting`."""

from typing import Annotated, Final

from fastapi import Security

from shared.auth import Machine, machine

CHECK_SCOPE: Final = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
RESERVATIONS_SCOPE: Final = "nhn:samtykke/reservations"
VERIFY_SCOPE: Final = "nhn:samtykke/representation"

CheckingSystem = Annotated[Machine, Security(machine(CHECK_SCOPE))]
Sender = Annotated[Machine, Security(machine(RESERVATIONS_SCOPE))]
OwnService = Annotated[Machine, Security(machine(VERIFY_SCOPE))]
