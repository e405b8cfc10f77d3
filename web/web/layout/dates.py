"""Dates and times as people read them, by Norwegian time."""

from datetime import date, datetime

from shared.norway import OSLO, date_in_words


def local(moment: str) -> datetime:
    """An RFC 3339 time as a service answers with."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(OSLO)


def day_of(moment: str, language: str) -> str:
    """`1. desember 2026`"""
    return date_in_words(local(moment), language)


def time_of(moment: str, language: str) -> str:
    """`1. desember 2026 kl. 14.05`"""
    found = local(moment)
    clock = f"at {found:%H:%M}" if language == "en" else f"kl. {found:%H.%M}"
    return f"{date_in_words(found, language)} {clock}"


def today() -> date:
    return datetime.now(OSLO).date()
