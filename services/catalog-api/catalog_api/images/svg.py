"""SVG, cleaned: written anew of the elements and attributes that draw, and of nothing else.

A list of what is allowed, because nobody can list what is dangerous: scripts, event handlers, links, foreign content,
animation (which can write any attribute), styles that load, references that leave the file, repetition without end. The
reader's browser gets a policy that forbids the same (routes), so that a gap here is no hole.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from catalog_api.images.errors import ImageInvalid
from catalog_api.images.leaving_out import LeftOut, Losses
from catalog_api.images.svg_embedded import clean_data, is_data
from catalog_api.images.svg_names import (
    ATTRIBUTES,
    ELEMENTS,
    WORDS,
    XML_ATTRIBUTES,
    kind_of_attribute,
    kind_of_element,
)
from catalog_api.images.svg_parts import Parts
from catalog_api.images.svg_reading import has_root, with_prefixes, without_lead
from catalog_api.images.svg_styles import WITHIN, clean_declarations, clean_rules, loads

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_XLINK_HREF: Final = "http://www.w3.org/1999/xlink href"
_DEEPEST: Final = 64
_DEEPEST_IMAGE: Final = 2  # drawings in drawings
_HREFS: Final = frozenset({"href", _XLINK_HREF})
_OF_LINKS: Final = _HREFS | {"type", "target", "rel", "download"}
_TEXTS: Final = frozenset({"text", "tspan", "textPath"})
# Illustrator names namespaces by them; none is long or made of others, so that nothing unfolds
_MOST_ENTITIES: Final = 50
_LONGEST_ENTITY: Final = 100
_UNBOUND_PREFIX: Final = 27  # expat's number for it


class NoSvg(Exception):
    """The content is something else than SVG."""


def clean_svg(content: bytes, left_out: Losses | None = None) -> bytes:
    """In UTF-8; what is left out is counted in `left_out`. Raises NoSvg, or ImageInvalid for what claims to be SVG and
    cannot be read or drawn.
    """
    return _cleaned(content, left_out if left_out is not None else Counter(), 0)[0]


def _cleaned(content: bytes, left_out: Losses, depth: int) -> tuple[bytes, int]:
    """And how many elements it draws."""
    whole, content = content, without_lead(content)
    skipped = whole[: len(whole) - len(content)].count(b"\n")
    losses: Losses = Counter()
    try:
        cleaner = _read(content, losses, depth)
    except expat.ExpatError as error:
        if error.code != _UNBOUND_PREFIX:
            raise _damaged(error, skipped) from error
        if not has_root(content):
            raise NoSvg() from error
        losses.clear()
        try:
            cleaner = _read(with_prefixes(content), losses, depth)
        except expat.ExpatError as again:
            raise _damaged(again, skipped) from again
    left_out.update(losses)
    return "".join(cleaner.written).encode(), cleaner.parts.total()


def _damaged(error: expat.ExpatError, lines_skipped: int) -> ImageInvalid:
    return ImageInvalid("svg-damaged", line=error.lineno + lines_skipped, column=error.offset + 1)


def _read(content: bytes, left_out: Losses, depth: int) -> "_Cleaner":
    """Raises NoSvg, ImageInvalid, or ExpatError behind the root's beginning."""
    cleaner = _Cleaner(left_out, depth)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = cleaner.begin, cleaner.end
    parser.CharacterDataHandler = cleaner.text
    parser.EntityDeclHandler = cleaner.entity
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        if not cleaner.begun and error.code != _UNBOUND_PREFIX:
            raise NoSvg() from error
        raise
    except (ValueError, LookupError) as error:  # an encoding that is none
        raise NoSvg() from error
    return cleaner


class _Cleaner:
    """Writes what is allowed as it comes. Inside of what is not, nothing is."""

    def __init__(self, left_out: Losses, nested: int) -> None:
        self.written: list[str] = []
        self.parts = Parts()
        self.begun = False
        self._left_out, self._nested = left_out, nested
        self._bare = False
        self._depth = 0
        self._left_out_from = 0
        self._open: list[str] = []
        self._style: list[str] | None = None
        self._entities = 0

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, element = name.rpartition(" ")
        if not self.begun:
            self._begin_root(namespace, element)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ImageInvalid("svg-too-deep")
        if self._left_out_from:
            return
        if not self._is_svg(namespace):
            self._leave_out("script" if element.lower() == "script" else "metadata")
        elif element not in ELEMENTS or self._style is not None:
            self._leave_out(kind_of_element(element))
        elif element == "a":
            self._begin_link({name: value for name, value in attributes.items() if name not in _OF_LINKS})
        else:
            self._begin_known(element, self._kept(attributes))

    def _begin_root(self, namespace: str, element: str) -> None:
        if element != "svg" or namespace not in (_NAMESPACE, ""):
            raise NoSvg()
        self.begun, self._bare = True, not namespace

    def _is_svg(self, namespace: str) -> bool:
        """A file that declares no namespace at all is mended."""
        return namespace == _NAMESPACE or (self._bare and not namespace)

    def _leave_out(self, what: LeftOut) -> None:
        self._left_out[what] += 1
        self._left_out_from = self._depth

    def _begin_known(self, element: str, kept: dict[str, str]) -> None:
        if element == "style":
            self._begin_style(kept)
        elif element == "image":
            self._begin_image(kept)
        elif element == "use" and "href" not in kept:
            self._left_out_from = self._depth  # told with its address
        else:
            if is_data(kept.get("href", "")):
                del kept["href"]
                self._left_out["outside-reference"] += 1
            # stops and steps of filters are no drawing, and refer to nothing
            self._write_start(element, kept, 0 if element == "stop" or element.startswith("fe") else 1)

    def _begin_link(self, attributes: Mapping[str, str]) -> None:
        """What is linked is shown, in an element that can stand where the link stood."""
        self._left_out["link"] += 1
        self._write_start("tspan" if self._open and self._open[-1] in _TEXTS else "g", self._kept(attributes))

    def _begin_style(self, kept: Mapping[str, str]) -> None:
        if kept.get("type", "text/css").strip().lower() not in ("", "text/css"):
            self._leave_out("style")
            return
        self._style = []
        media = kept.get("media")
        self._style_start = f"<style media={quoteattr(media)}>" if media else "<style>"

    def _begin_image(self, kept: dict[str, str]) -> None:
        address = kept.get("href", "")
        if not is_data(address):
            self._left_out_from = self._depth  # told with its address, or it shows nothing
            return
        drawn = 1

        def clean_inner(content: bytes) -> bytes:
            nonlocal drawn
            if self._nested == _DEEPEST_IMAGE:
                raise ImageInvalid("svg-too-deep")
            inner, drawn = _cleaned(content, self._left_out, self._nested + 1)
            return inner

        try:
            kept["href"] = clean_data(address, clean_inner, self._left_out)
        except (ImageInvalid, NoSvg):
            self._leave_out("image")
        else:
            self._write_start("image", kept, drawn)

    def _write_start(self, element: str, kept: dict[str, str], weight: int = 1) -> None:
        self.parts.begin(kept, weight)
        self._open.append(element)
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in kept.items())
        declared = f' xmlns="{_NAMESPACE}"' if self._depth == 1 else ""
        self.written.append(f"<{element}{declared}{attributes}>")

    def _kept(self, attributes: Mapping[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, value in attributes.items():
            if name in _HREFS:
                self._keep_address(kept, name, value)
            elif name in XML_ATTRIBUTES:
                kept[XML_ATTRIBUTES[name]] = value
            elif name not in ATTRIBUTES:
                self._left_out[kind_of_attribute(name)] += 1
            elif name == "style":
                if declarations := clean_declarations(value, self._left_out):
                    kept[name] = declarations
            elif name not in WORDS and loads(value):
                self._left_out["outside-reference"] += 1
            else:
                kept[name] = value
        return kept

    def _keep_address(self, kept: dict[str, str], name: str, value: str) -> None:
        """One of the two names that it has: the newer one counts where both are there (SVG 2)."""
        if name != "href" and "href" in kept:
            return
        if WITHIN.fullmatch(value.strip()) or is_data(value):
            kept["href"] = value.strip()
        elif value:
            self._left_out["outside-reference"] += 1

    def end(self, name: str) -> None:
        if self._left_out_from:
            if self._left_out_from == self._depth:
                self._left_out_from = 0
        elif self._style is not None:
            self._write_style("".join(self._style))
        else:
            self.parts.end()
            self.written.append(f"</{self._open.pop()}>")
        self._depth -= 1

    def _write_style(self, sheet: str) -> None:
        self._style = None
        if rules := clean_rules(sheet, self._left_out):
            self.written.append(f"{self._style_start}{escape(rules)}</style>")

    def text(self, text: str) -> None:
        if self._left_out_from:
            return
        if self._style is not None:
            self._style.append(text)
        else:
            self.written.append(escape(text))

    def entity(self, _name: str, is_parameter: bool, value: str | None, *_outside: object) -> None:
        """Others can unfold to gigabytes, or name a file of ours."""
        self._entities += 1
        plain = value is not None and not is_parameter and len(value) <= _LONGEST_ENTITY and not set(value) & set("&<%")
        if not plain or self._entities > _MOST_ENTITIES:
            raise ImageInvalid("svg-entities")
