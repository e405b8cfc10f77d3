"""Jinja2 templates of this package."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader

_environment = Environment(
    loader=PackageLoader("sandbox"), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
)


def page(template: str, **values: Any) -> HTMLResponse:
    return HTMLResponse(_environment.get_template(template).render(**values))


def wants_page(request: Request) -> bool:
    """A browser asks for HTML by name; curl and clients do not."""
    return "text/html" in request.headers.get("accept", "")
