"""What campaigns ask of others: consent-api, and whoever their links lead to."""

import httpx

from notification_service.campaigns.checking import Checking
from notification_service.clients.consent import TIMEOUT, ConsentClient
from notification_service.clients.links import LinkChecker
from notification_service.settings import Settings
from shared.auth.client import HelseIdClient
from shared.db import Database


def outside(settings: Settings, database: Database, http: httpx.AsyncClient) -> tuple[ConsentClient, Checking]:
    """`http` belongs to whoever made it."""
    helseid = HelseIdClient.from_settings(settings, http, timeout=TIMEOUT)
    consent = ConsentClient(settings.consent_url, helseid)
    links = LinkChecker(http, settings.campaign_link_origins)
    return consent, Checking(database, consent, links, settings.pages_url)
