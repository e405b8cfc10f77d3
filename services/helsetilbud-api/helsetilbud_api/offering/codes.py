"""The codes of the offering: areas of info messages (H2), switched services (H4), services with triage (H3)."""

from typing import Final, Literal, get_args

Area = Literal["gp-panel", "prescription-renewal", "e-consultation", "contact-office", "appointment-booking"]
Service = Literal["appointment", "renewal", "contact", "e-consultation"]
TriageService = Literal[
    "appointment-consultation",
    "appointment-corona-test",
    "appointment-corona-vaccine",
    "appointment-influenza-vaccine",
    "appointment-laboratory",
    "e-consultation",
    "e-contact",
    "prescription-renewal",
]
FormKind = Literal["control-questions", "checkpoint"]

AREAS: Final[tuple[Area, ...]] = get_args(Area)
SERVICES: Final[tuple[Service, ...]] = get_args(Service)
TRIAGE_SERVICES: Final[tuple[TriageService, ...]] = get_args(TriageService)

# in characters as people count them (H2)
LIMITS: Final[dict[Area, int]] = {area: 200 if area == "gp-panel" else 300 for area in AREAS}

# What belongs to a button: its info message, and the kinds of request that it leads to.
AREA_OF: Final[dict[Service, Area]] = {
    "appointment": "appointment-booking",
    "renewal": "prescription-renewal",
    "contact": "contact-office",
    "e-consultation": "e-consultation",
}
TRIAGE_OF: Final[dict[Service, tuple[TriageService, ...]]] = {
    "appointment": tuple(service for service in TRIAGE_SERVICES if service.startswith("appointment-")),
    "renewal": ("prescription-renewal",),
    "contact": ("e-contact",),
    "e-consultation": ("e-consultation",),
}
