"""SVG, cleaned: written anew of the elements and attributes that draw, and of nothing else.

A list of what is allowed, because nobody can list what is dangerous: scripts, event handlers, links, foreign content,
animation (which can write any attribute), styles that load, references that leave the file, and `use`, whose nesting
multiplies. The reader's browser gets a policy that forbids the same (routes), so that a gap here is no hole.
"""

import re
from collections.abc import Mapping
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from catalog_api.images.errors import ImageInvalid

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_XLINK_HREF: Final = "http://www.w3.org/1999/xlink href"
_DEEPEST: Final = 64

_ELEMENTS: Final = frozenset(
    "svg g defs title desc path rect circle ellipse line polyline polygon text tspan textPath linearGradient"  # noqa: SIM905 - read as a list
    " radialGradient stop clipPath mask pattern marker style".split()
)
_ATTRIBUTES: Final = frozenset(
    "id class style transform viewBox preserveAspectRatio version x y x1 y1 x2 y2 dx dy rotate cx cy r rx ry fx fy fr"  # noqa: SIM905 - read as a list
    " width height d points pathLength offset gradientUnits gradientTransform spreadMethod patternUnits"
    " patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerWidth markerHeight"
    " markerUnits orient refX refY startOffset method spacing lengthAdjust textLength role aria-label aria-hidden lang"
    " fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit"
    " stroke-dasharray stroke-dashoffset opacity color stop-color stop-opacity clip-path clip-rule mask mask-type"
    " marker-start marker-mid marker-end display visibility overflow vector-effect paint-order shape-rendering"
    " text-rendering color-interpolation font-family font-size font-style font-weight font-variant font-stretch"
    " letter-spacing word-spacing text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift"
    " writing-mode direction unicode-bidi".split()
)
# where a gradient, a pattern or a text's path takes something from
_REFERENCES: Final = frozenset({"href", _XLINK_HREF})
_WITHIN: Final = re.compile(r"#[\w.-]+")
# what in a style loads something, or could hide that it does; the only addresses are those of the file's own parts
_OWN_PART: Final = r"""\s*(['"]?)#[\w.-]+\1\s*\)"""
_LOADS: Final = re.compile(rf"url\((?!{_OWN_PART})|image-set|src\s*\(|expression\s*\(|[\\@<]|//", re.IGNORECASE)


class NoSvg(Exception):
    """The content is something else than SVG."""


def clean_svg(content: bytes) -> bytes:
    """In UTF-8. Raises NoSvg, or ImageInvalid for what claims to be SVG and cannot be read."""
    cleaner = _Cleaner()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = cleaner.begin, cleaner.end
    parser.CharacterDataHandler = cleaner.text
    parser.EntityDeclHandler = cleaner.entity
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter two: an encoding that is none
        raise (ImageInvalid("svg-damaged") if cleaner.begun else NoSvg()) from error
    return "".join(cleaner.written).encode()


class _Cleaner:
    """Writes what is allowed as it comes. Inside of what is not, nothing is."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.begun = False
        self._depth = 0
        self._left_out_from = 0
        self._style: list[str] | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, element = name.rpartition(" ")
        if not self.begun and (namespace, element) != (_NAMESPACE, "svg"):
            raise NoSvg()
        self.begun, self._depth = True, self._depth + 1
        if self._depth > _DEEPEST:
            raise ImageInvalid("svg-too-deep")
        if self._left_out_from:
            return
        if namespace != _NAMESPACE or element not in _ELEMENTS or self._style is not None:
            self._left_out_from = self._depth
        elif element == "style":
            self._style = []
        else:
            self._write_start(element, attributes)

    def _write_start(self, element: str, attributes: Mapping[str, str]) -> None:
        kept = "".join(
            f" {_plain(name)}={quoteattr(value)}" for name, value in attributes.items() if _keeps(name, value)
        )
        declared = f' xmlns="{_NAMESPACE}"' if self._depth == 1 else ""
        self.written.append(f"<{element}{declared}{kept}>")

    def end(self, name: str) -> None:
        if self._left_out_from:
            if self._left_out_from == self._depth:
                self._left_out_from = 0
        elif self._style is not None:
            self._write_style("".join(self._style))
        else:
            self.written.append(f"</{name.rpartition(' ')[2]}>")
        self._depth -= 1

    def _write_style(self, rules: str) -> None:
        self._style = None
        if not _LOADS.search(rules):
            self.written.append(f"<style>{escape(rules)}</style>")

    def text(self, text: str) -> None:
        if self._left_out_from:
            return
        if self._style is not None:
            self._style.append(text)
        else:
            self.written.append(escape(text))

    def entity(self, *declaration: object) -> None:
        """A few of them can unfold to gigabytes, or name a file of ours."""
        raise ImageInvalid("svg-entities")


def _plain(name: str) -> str:
    return "href" if name in _REFERENCES else name


def _keeps(name: str, value: str) -> bool:
    if name in _REFERENCES:
        return _WITHIN.fullmatch(value) is not None
    return name in _ATTRIBUTES and not _LOADS.search(value)
