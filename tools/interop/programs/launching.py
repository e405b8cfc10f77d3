"""What the citizen's side does of a sign-in: opens a tool of the supplier, and brings the browser back."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import requests
from proof import test_token
from steps import told

SANDBOX, FEED = told("SANDBOX_URL"), told("FEED_URL")
SUPPLIER = "supplier-299900940"
TOOL = "fd7082b3-d492-4dae-9cac-700460660be0"
REDIRECT_URI = f"{SANDBOX}/supplier/callback"


def supplier_key() -> dict[str, Any]:
    key: dict[str, Any] = requests.get(f"{SANDBOX}/clients/{SUPPLIER}/key", timeout=30).json()
    return key


def launch() -> dict[str, str]:
    """`iss` and `login_hint`, as the supplier's launch address gets them."""
    token = test_token(kind="citizen", audience="nhn:helsetilbud", userClaimsParameters={"pid": told("PATIENT")})
    me = {"Authorization": f"Bearer {token}"}
    mine = f"{FEED}/v1/me/tools"
    added = requests.post(mine, json={"toolId": TOOL}, headers=me | {"Idempotency-Key": str(uuid4())}, timeout=30)
    if added.status_code not in (201, 409):
        raise AssertionError(added.text)
    opened = requests.post(f"{mine}/{TOOL}/open", headers=me, timeout=30)
    return dict(parse_qsl(urlsplit(opened.json()["url"]).query))


def browse(address: str) -> str:
    """Where the browser is sent from there."""
    return requests.get(address, allow_redirects=False, timeout=30).headers["Location"]
