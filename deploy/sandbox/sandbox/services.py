"""The five services as the sandbox sees them: a name, a port, an audience; and the front ends."""

from dataclasses import dataclass

SMTP_OFFSET = 25
KEEP_ALIVE = 75  # seconds for an idle connection, as in the image


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    port_offset: int
    audience: str
    title: str


SERVICES = (
    Service("catalog-api", 1, "nhn:verktoykatalog", "Verktøykatalogen"),
    Service("prescription-api", 2, "nhn:verktoyformidler", "Verktøyformidleren"),
    Service("consent-api", 3, "nhn:samtykke", "Samtykke"),
    Service("notification-service", 4, "nhn:varsling", "Varsling"),
    Service("helsetilbud-api", 5, "nhn:helsetilbud", "Helsetilbud og innbyggers verktøy"),
)

AUDIENCES = tuple(service.audience for service in SERVICES)


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """`name` is also who it is at the issuer; `citizens` whether that is the citizens' one."""

    name: str
    module: str
    port_offset: int
    title: str
    citizens: bool = False


FRONT_ENDS = (
    FrontEnd("web-practitioner", "web.practitioner.app", 6, "Verktøyformidleren"),
    FrontEnd("web-citizen", "web.citizen.app", 7, "Mine helseverktøy", citizens=True),
)
