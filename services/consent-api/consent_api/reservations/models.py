"""What a citizen can say no to (S4): the kinds, the tables, and which kind keeps people out of which area."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from consent_api.areas import Area
from shared.language import Text

Kind = Literal["research-contact", "survey-contact", "campaign-contact"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
NAMES: Final[Mapping[Kind, Text]] = {
    "research-contact": {
        "nb": "Bli kontaktet om deltakelse i forskning",
        "nn": "Bli kontakta om deltaking i forsking",
        "en": "Being contacted about taking part in research",
    },
    "survey-contact": {
        "nb": "Få spørreundersøkelser om dine erfaringer med helsetjenesten",
        "nn": "Få spørjeundersøkingar om dine erfaringar med helsetenesta",
        "en": "Receiving surveys about experiences with the health service",
    },
    "campaign-contact": {
        "nb": "Få informasjonskampanjer om helse",
        "nn": "Få informasjonskampanjar om helse",
        "en": "Receiving information campaigns about health",
    },
}
# who has said no to this is not reached for that
RESERVES: Final[Mapping[Area, Kind]] = {"research": "research-contact"}


@dataclass(frozen=True, slots=True)
class Reservation:
    """Version 0 is what the citizen has never said anything about, which counts as no reservation."""

    kind: Kind
    reserved: bool = False
    version: int = 0
    changed_at: datetime | None = None

    @property
    def etag(self) -> str:
        return f'"{self.version}"'
