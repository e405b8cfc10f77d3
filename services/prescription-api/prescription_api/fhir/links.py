"""Absolute addresses of ours, as the caller knows us."""

from fastapi import Request


def base_address(request: Request) -> str:
    """Without a slash at the end."""
    public_url: str | None = request.app.state.settings.public_url
    return (public_url or str(request.base_url)).rstrip("/")
