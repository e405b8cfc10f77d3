"""The campaigns that `make fuzz` makes up: a service that lets one through is told on."""

from typing import Any

import httpx
import pytest

from tools.fuzz.lettering import FAULTS, Lettering, LetThrough

ADDRESS = "http://notification.test"


def lettering(answers: Any) -> Lettering:
    http = httpx.Client(transport=httpx.MockTransport(answers))
    return Lettering(http, ADDRESS, lambda method, url: {"Authorization": f"{method} {url}"}, seed=1, at_most=300)


def report(passed: bool, *codes: str) -> httpx.Response:
    return httpx.Response(200, json={"check": {"passed": passed, "findings": [{"code": code} for code in codes]}})


@pytest.mark.parametrize(
    "checked",
    [report(True), report(True, "link-in-sms"), report(False, "nobody-to-send-to"), httpx.Response(500)],
)
def test_a_campaign_that_is_let_through_is_told_of(checked: httpx.Response) -> None:
    def answers(request: httpx.Request) -> httpx.Response:
        return checked if request.url.path.endswith("/check") else httpx.Response(201, json={"campaignId": "x"})

    with pytest.raises(LetThrough):
        lettering(answers).try_next()


def test_a_campaign_that_is_refused_is_no_finding_and_there_is_an_end_to_them() -> None:
    asked: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path.endswith("/check"):
            return report(False, "placeholder-unknown", "text-not-plain", "link-not-allowed")
        return httpx.Response(201, json={"campaignId": "x"})

    made_up = lettering(answers)
    for _ in range(310):
        made_up.try_next()
    assert (len(asked), made_up.statuses) == (600, {"201": 300, "200": 300})


def test_placeholders_unseen_signs_and_links_are_tried_in_every_part() -> None:
    tried = {(part, code) for part, _, codes in FAULTS for code in codes}
    assert {(part, "placeholder-unknown") for part in ("sms", "subject", "email")} <= tried
    assert {(part, "text-not-plain") for part in ("sms", "subject", "email")} <= tried
    assert {(part, "link-not-allowed") for part in ("sms", "subject", "email", "sender")} <= tried
