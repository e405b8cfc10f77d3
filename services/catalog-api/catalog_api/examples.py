"""What answers look like, for the contract."""

from typing import Any, Final

_TEXTS: Final = {
    "name": "Søvntrappa",
    "shortText": "Behandlingsprogram på nett for deg som har sovet dårlig lenge.",
    "longText": "Du fører en søvndagbok hver morgen, og programmet foreslår når du bør legge deg og stå opp.",
    "practitionerText": "Veiledet kognitiv atferdsterapi for voksne med insomni, i seks moduler.",
}
_DOCUMENT: Final[dict[str, Any]] = {
    "toolId": "0296a880-2aab-4e06-8968-eee2900e49ec",
    "revision": 1,
    "supplier": {"organisationNumber": "299900940", "name": "Tussmørke Helseteknologi AS"},
    "healthBody": {"organisationNumber": "299901505", "name": "Direktoratet for helsemestring"},
    "texts": {"nb": _TEXTS},
    "purpose": "treatment",
    "kind": "standalone",
    "subjectAreas": ["sleep"],
    "targetGroups": ["adults"],
    "languages": ["nb", "nn"],
    "keywords": ["søvn", "insomni"],
    "integration": {
        "method": "signed-in-web",
        "address": "https://sovntrappa.example",
        "launchAddress": "https://sovntrappa.example/start",
    },
    "loginRequired": True,
    "national": True,
    "organisations": [],
    "prescriptionRequired": True,
    "prescribable": True,
    "requiredAuthorisations": ["LE", "PS"],
    "prescriberOrganisations": [],
    "minimumAge": 18,
    "representativeMayUse": False,
    "defaultDeadlineDays": 21,
}
TOOL: Final[dict[str, Any]] = _DOCUMENT | {
    **_TEXTS,
    "textLanguage": "nb",
    "imageUrl": "/v1/tools/0296a880-2aab-4e06-8968-eee2900e49ec/image",
    "publishedAt": "2026-11-22T08:00:00.000Z",
    "updatedAt": "2026-11-22T08:00:00.000Z",
}
CHANGES: Final[dict[str, Any]] = {
    "items": [
        {
            "sequence": 42,
            "change": "published",
            "toolId": "0296a880-2aab-4e06-8968-eee2900e49ec",
            "revision": 1,
            "changedAt": "2026-11-22T08:00:00.000Z",
            "tool": _DOCUMENT,
            "category": None,
        },
        {
            "sequence": 43,
            "change": "stopped",
            "toolId": "5d1b7c9e-4f0a-4c39-9d59-6f7f3a2f9a11",
            "revision": 3,
            "changedAt": "2026-11-22T08:15:30.123Z",
            "tool": None,
            "category": "security",
        },
    ],
    "nextCursor": "WzQzXQ",
    "more": False,
}
_CODE_LIST: Final[dict[str, Any]] = {
    "name": "stop-reasons",
    "title": "Grunner til å stoppe et verktøy",
    "titles": {
        "nb": "Grunner til å stoppe et verktøy",
        "nn": "Grunnar til å stoppe eit verktøy",
        "en": "Reasons to stop a tool",
    },
}
CODE_LISTS: Final[dict[str, Any]] = {"items": [_CODE_LIST]}
CODE_LIST: Final[dict[str, Any]] = _CODE_LIST | {
    "items": [
        {
            "code": "security",
            "name": "Sikkerhet",
            "names": {"nb": "Sikkerhet", "nn": "Tryggleik", "en": "Security"},
            "definition": "Verktøyet har en svakhet som andre kan utnytte, eller noen har brutt seg inn.",
            "definitions": {
                "nb": "Verktøyet har en svakhet som andre kan utnytte, eller noen har brutt seg inn.",
                "nn": "Verktøyet har ein veikskap som andre kan utnytte, eller nokon har brote seg inn.",
                "en": "The tool has a weakness that others could use, or has been broken into.",
            },
            "retired": False,
        }
    ]
}
