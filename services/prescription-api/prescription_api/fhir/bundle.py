"""Searchset Bundles: a page of resources, and the links to this page and the next."""

from collections.abc import Sequence

from prescription_api.fhir.elements import Json, filled


def searchset(entries: Sequence[Json], self_link: str, next_link: str | None, total: int | None = None) -> Json:
    """How many there are in all is counted for who asks."""
    links = [{"relation": "self", "url": self_link}]
    if next_link:
        links.append({"relation": "next", "url": next_link})
    return filled(
        {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links, "entry": list(entries)}
    )


def entry(full_url: str, resource: Json) -> Json:
    return {"fullUrl": full_url, "resource": resource, "search": {"mode": "match"}}
