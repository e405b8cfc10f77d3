"""Commands for the start page. They need nothing but curl (one needs python3), and work when pasted as they are."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.context import Sandbox
from sandbox.issuer import scopes
from sandbox.population.models import CitizenRecord, PractitionerRecord

_JSON = "-H 'Content-Type: application/json'"


@dataclass(frozen=True, slots=True)
class Snippet:
    title: str
    explanation: str
    command: str


def snippets(sandbox: Sandbox, citizen: CitizenRecord, practitioner: PractitionerRecord) -> list[Snippet]:
    return [
        _feed(sandbox, citizen),
        _prescribable_tools(sandbox, practitioner),
        _prescribe(sandbox, citizen, practitioner),
        _by_hand(sandbox, practitioner),
        *_info_message(sandbox, citizen),
        _submission(sandbox),
        _messages(sandbox),
        _fault(sandbox),
        *([_clock(sandbox)] if sandbox.clock.movable else []),
    ]


def _feed(sandbox: Sandbox, citizen: CitizenRecord) -> Snippet:
    wanted = {"kind": "citizen", "userClaimsParameters": {"pid": citizen.national_id}}
    url = sandbox.settings.service_urls["helsetilbud-api"] + "/v1/me/feed"
    return Snippet(
        "Innbyggeren ser hendelsene sine",
        "Den første kommandoen lager et token, den andre bruker det som Bearer.",
        f"{_token_command(sandbox, wanted)} \\\n  | curl -s -K - {url}",
    )


def _prescribable_tools(sandbox: Sandbox, practitioner: PractitionerRecord) -> Snippet:
    url = sandbox.settings.service_urls["prescription-api"] + "/v1/prescribable-tools"
    return Snippet(
        "Behandleren ser hva hun kan sende",
        "Behandlerens token er bundet til en nøkkel. Hvert kall trenger sitt eget bevis (DPoP) for metode og adresse; "
        "det varer i ti sekunder og gjelder én gang, så token og bevis lages i samme kommando som kallet.",
        f"{_token_command(sandbox, _proven(practitioner, 'GET', url))} \\\n  | curl -s -K - {url}",
    )


def _prescribe(sandbox: Sandbox, citizen: CitizenRecord, practitioner: PractitionerRecord) -> Snippet:
    url = sandbox.settings.service_urls["prescription-api"] + "/v1/prescriptions"
    body = _as_json({"patient": {"nationalId": citizen.national_id}, "toolId": _freely_prescribable(sandbox)})
    return Snippet(
        "Behandleren sender et verktøy",
        "Se etterpå i postkassen, og i innbyggerens hendelser. Send det én gang til, og les hvorfor det ikke går.",
        f"{_token_command(sandbox, _proven(practitioner, 'POST', url))} \\\n"
        f"  | curl -s -K - {_JSON} -H \"Idempotency-Key: $(date +%s)\" \\\n  -d '{body}' \\\n  {url}",
    )


def _by_hand(sandbox: Sandbox, practitioner: PractitionerRecord) -> Snippet:
    url = sandbox.settings.service_urls["prescription-api"] + "/v1/prescribable-tools"
    pick = 'import json, sys; a = json.load(sys.stdin); print(a["access_token"], a["dpop_proof"])'
    wanted = _as_json(_proven(practitioner, "GET", url))
    return Snippet(
        "Det samme i to steg",
        "Uten ?as=curl er svaret JSON, slik det er fra testtokentjenesten til Norsk helsenett. "
        "Token og bevis havner i skallets $1 og $2.",
        f"set -- $(curl -s {_JSON} -d '{wanted}' \\\n  {sandbox.settings.public_url}/test-token \\\n"
        f"  | python3 -c '{pick}')\n"
        f'curl -s -H "Authorization: DPoP $1" -H "DPoP: $2" {url}',
    )


def _info_message(sandbox: Sandbox, citizen: CitizenRecord) -> list[Snippet]:
    """By the citizen's own GP, at the office where the citizen is on the GP's list."""
    lists = {it.national_id: it for it in sandbox.population.relations.general_practitioners}
    if citizen.national_id not in lists:
        return []
    gp, base = lists[citizen.national_id], sandbox.settings.service_urls["helsetilbud-api"]
    url = f"{base}/v1/offices/{gp.her_id}/info-messages/gp-panel"
    edit = _proven(sandbox.population.practitioners[gp.hpr_number], "PUT", url, scopes.EDIT_OFFERING)
    read = {"kind": "citizen", "userClaimsParameters": {"pid": citizen.national_id}}
    return [
        Snippet(
            "Fastlegen skriver en infomelding",
            "If-Match med stjerne gjelder den versjonen som er der. Oppgi ETag fra en GET i stedet, så får den siste "
            "av to samtidige redaktører vite om den første.",
            f"{_token_command(sandbox, edit)} \\\n"
            f"  | curl -s -K - -X PUT {_JSON} -H 'If-Match: *' \\\n"
            f"  -d '{_as_json({'text': 'Vi flytter i januar 🎉'})}' {url}",
        ),
        Snippet(
            "Innbyggeren ser fastlegepanelet",
            "Tekstene, knappene og skjemaene akkurat nå, etter det kontoret har bestemt.",
            f"{_token_command(sandbox, read)} \\\n  | curl -s -K - {base}/v1/me/gp-panel",
        ),
    ]


def _submission(sandbox: Sandbox) -> Snippet:
    url = sandbox.settings.service_urls["catalog-api"] + "/v1/submissions"
    supplier = next(it for it in sandbox.clients.values() if it.kind == "supplier")
    wanted = {
        "scope": scopes.SUPPLY_TOOLS,
        "clientClaimsParameters": {"clientId": supplier.client_id},
        "createDPoPTokenWithDPoPProof": True,
        "htm": "POST",
        "htu": url,
    }
    return Snippet(
        "Leverandøren begynner på en innsending",
        "Et utkast kan mangle hva som helst. Hele veien til publisert, med kvalitetssikring, sjekkliste og avslag, "
        "står som kommandoer i docs/supplier-walkthrough.md.",
        f"{_token_command(sandbox, wanted)} \\\n"
        f"  | curl -s -K - {_JSON} -d '{_as_json({'tool': {'minimumAge': 18}})}' \\\n  {url}",
    )


def _messages(sandbox: Sandbox) -> Snippet:
    return Snippet(
        "SMS og e-post som er sendt",
        "Ingenting forlater maskinen. Legg til ?to= med nummer eller adresse for å se én mottakers meldinger.",
        f"curl -s {sandbox.settings.public_url}/messages",
    )


def _fault(sandbox: Sandbox) -> Snippet:
    order = _as_json({"target": "hpr", "mode": "away", "seconds": 30})
    return Snippet(
        "La noe gå galt en stund",
        "Mål: hpr, person-register, organisation-register, gp-register, sms, mail, issuer. Måte: slow, away, wrong, "
        "error. Kallene over skal da svare med en feil som forklarer seg, og virke igjen når tiden er ute.",
        f"curl -s {_JSON} -d '{order}' \\\n  {sandbox.settings.public_url}/faults",
    )


def _clock(sandbox: Sandbox) -> Snippet:
    return Snippet(
        "Flytt tiden åtte dager fram",
        "Det som skulle ha skjedd i mellomtiden (påminnelser, frister, utløp), skjer nå. "
        "Ta nye tokens etterpå. DELETE på samme adresse går tilbake til den virkelige tiden.",
        f"curl -s {_JSON} -d '{_as_json({'advance': 'P8D'})}' \\\n  {sandbox.settings.public_url}/clock",
    )


def _proven(
    practitioner: PractitionerRecord,
    method: str,
    url: str,
    scope: str = f"{scopes.PRESCRIBE} {scopes.READ_PRESCRIPTIONS}",
) -> dict[str, Any]:
    return {
        "scope": scope,
        "userClaimsParameters": {"hprNumber": practitioner.hpr_number},
        "createDPoPTokenWithDPoPProof": True,
        "htm": method,
        "htu": url,
    }


def _token_command(sandbox: Sandbox, wanted: dict[str, Any]) -> str:
    return f"curl -s {_JSON} -d '{_as_json(wanted)}' \\\n  '{sandbox.settings.public_url}/test-token?as=curl'"


def _as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _freely_prescribable(sandbox: Sandbox) -> str:
    """A tool that any practitioner may send to any adult."""
    for tool in sandbox.population.tools:
        restricted = tool["requiredAuthorisations"] or tool["prescriberOrganisations"] or not tool["national"]
        if tool["prescribable"] and not restricted and tool["minimumAge"] <= 18:
            return str(tool["toolId"])
    return "00000000-0000-0000-0000-000000000000"
