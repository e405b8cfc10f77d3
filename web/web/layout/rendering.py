"""Templates into pages. Everything that is put into one is escaped; what is missing is an error, not an empty place."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from web.layout.dates import day_of, time_of
from web.layout.forms import TOKEN, form_token
from web.layout.static import Statics
from web.texts import COMMON, Texts

_WEB: Final = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Link:
    """Of a front end's menu."""

    path: str
    text: Texts[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd:
    """What makes one front end another than the others.

    `name` is its folder below `web/`, and stands in its cookies' names. `scope` and `audiences` are asked for at the
    issuer. `kept_fields` are the fields of forms that are kept when a session ends before they are sent: text that was
    typed, nothing that says about whom. `own_links` stand beside the name of whoever is signed in. `unattended` are the
    paths that pages ask for by themselves.
    """

    name: str
    product: Texts[str]
    scope: str
    audiences: Sequence[str]
    menu: Sequence[Link] = ()
    kept_fields: frozenset[str] = frozenset()
    own_links: Sequence[Link] = ()
    unattended: frozenset[str] = frozenset()


class Renderer:
    def __init__(self, front_end: FrontEnd, statics: Statics) -> None:
        self._front_end = front_end
        folders = [_WEB / front_end.name / "templates", _WEB / "layout/templates"]
        self._environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"static": statics.url}

    def render(self, template: str, language: str, form_secret: bytes | None, **values: Any) -> str:
        """A template sees `language`, `c` (words of every page), `front_end`, `token()` (the field that each form that
        is sent has), `day()` and `clock()` for times, and `values`.
        """
        own: dict[str, Any] = {
            "language": language,
            "c": COMMON.of(language),
            "front_end": self._front_end,
            "product": self._front_end.product.of(language),
            "token": partial(_token_field, form_secret),
            "day": partial(day_of, language=language),
            "clock": partial(time_of, language=language),
        }
        return self._environment.get_template(template).render(own | values)


def _token_field(secret: bytes | None) -> Markup:
    if secret is None:
        return Markup("")
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, form_token(secret))
