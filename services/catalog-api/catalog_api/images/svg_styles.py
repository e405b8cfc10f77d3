"""CSS in a drawing: rule by rule, without those that load something.

Read by tinycss2, which is CSS Syntax Level 3, so that no spelling hides an address; what it read is what is written.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import tinycss2

from catalog_api.images.leaving_out import LeftOut, Losses

# of the drawing itself
WITHIN: Final = re.compile(r"#[^\s\"'()<>\\]+")
# a second look at what was written, as a browser might read it otherwise
_LOADS: Final = re.compile(
    r"url\((?!\s*(['\"]?)#[^\s\"'()<>\\]+\1\s*\))|image-set|src\s*\(|expression\s*\(|[\\@<]|//", re.IGNORECASE
)
# what is read rule by rule, so that only a part of it is left out
_UNUSUAL: Final = re.compile(r"behavior|-moz-binding|\b(?:image|element)\s*\(", re.IGNORECASE)
_FUNCTIONS: Final = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "expression", "element"})
_PROPERTIES: Final = frozenset({"behavior", "-moz-binding"})
_AT_RULES: Final[dict[str, LeftOut]] = {"font-face": "font", "keyframes": "animation", "-webkit-keyframes": "animation"}
_DEEPEST: Final = 8  # of @media in @media


def loads(value: str) -> bool:
    """Whether it loads something, or could hide that it does."""
    return _LOADS.search(value) is not None


def clean_rules(sheet: str, left_out: Losses) -> str:
    """A style element's content; as it was where nothing is left out of it."""
    if not loads(sheet) and not _UNUSUAL.search(sheet):
        return sheet
    parse = partial(tinycss2.parse_stylesheet, sheet, skip_comments=True, skip_whitespace=True)
    return _unless_too_deep(lambda losses: _rules(parse(), losses), left_out)


def clean_declarations(style: str, left_out: Losses) -> str:
    """A style attribute's value; as it was where nothing is left out of it."""
    if not loads(style) and not _UNUSUAL.search(style):
        return style
    return _unless_too_deep(partial(_declarations, style), left_out)


def _unless_too_deep(write: Callable[[Losses], str], left_out: Losses) -> str:
    """tinycss2 writes by recursion what is in brackets, and so are brackets looked through here."""
    losses: Losses = Counter()
    try:
        written = write(losses)
    except RecursionError:
        left_out["style"] += 1
        return ""
    left_out.update(losses)
    return written


def _rules(nodes: list[Any], left_out: Losses, depth: int = 0) -> str:
    return "\n".join(kept for node in nodes if (kept := _rule(node, left_out, depth)))


def _rule(node: Any, left_out: Losses, depth: int) -> str:
    if node.type == "qualified-rule":
        selector = _written(node.prelude)
        body = _declarations(node.content, left_out)
        if selector is not None:
            return f"{selector}{{{body}}}" if body else ""
    elif node.type == "at-rule" and node.lower_at_keyword == "media" and node.content is not None and depth < _DEEPEST:
        condition = _written(node.prelude)
        nested = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        if condition is not None:
            inner = _rules(nested, left_out, depth + 1)
            return f"@media {condition}{{{inner}}}" if inner else ""
    elif node.type == "at-rule" and node.lower_at_keyword in _AT_RULES:
        left_out[_AT_RULES[node.lower_at_keyword]] += 1
        return ""
    elif node.type == "at-rule" and node.lower_at_keyword in ("charset", "namespace"):
        return ""  # it says nothing here
    left_out["style"] += 1
    return ""


def _declarations(source: Any, left_out: Losses) -> str:
    kept = []
    for node in tinycss2.parse_blocks_contents(source, skip_comments=True, skip_whitespace=True):
        written = _written([node]) if node.type == "declaration" and _draws(node) else None
        if written:
            kept.append(written.rstrip("; \r\n\t"))
        else:
            left_out["style"] += 1
    return ";".join(kept)


def _written(nodes: list[Any]) -> str | None:
    """None where it could not be read, or loads something."""
    if any(node.type != "declaration" and _may_load(node) for node in nodes):
        return None
    written: str = tinycss2.serialize(nodes).strip()
    return None if loads(written) else written


def _draws(declaration: Any) -> bool:
    return declaration.lower_name not in _PROPERTIES and not any(map(_may_load, declaration.value))


def _may_load(token: Any) -> bool:
    if token.type == "url":
        return WITHIN.fullmatch(token.value) is None
    if token.type == "function" and token.lower_name == "url":
        return not all(part.type == "string" and WITHIN.fullmatch(part.value) for part in token.arguments)
    if token.type == "function":
        return token.lower_name in _FUNCTIONS or any(map(_may_load, token.arguments))
    return token.type == "error" or any(map(_may_load, getattr(token, "content", None) or ()))
