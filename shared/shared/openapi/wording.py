"""Contract texts come from docstrings, which name our rules by number; readers of a contract do not have that list."""

import re
from typing import Any, Final

_NUMBERS: Final = r"(?:[KPSVMHI]\d{1,2}|00\d\d)(?:(?:,| and)\s+(?:[KPSVMHI]\d{1,2}|00\d\d))*"
_ASIDE: Final = re.compile(rf"\s*\({_NUMBERS}\)")
_AMONG: Final = re.compile(rf",\s*{_NUMBERS}(?=\))")
_LEADING: Final = re.compile(rf"^{_NUMBERS}:\s*(\w)")


def without_rule_numbers(text: str) -> str:
    """`P8: what it says (P7, 0058).` becomes `What it says.`"""
    text = _AMONG.sub("", _ASIDE.sub("", text))
    return _LEADING.sub(lambda found: found[1].upper(), text)


def reword(node: Any) -> None:
    """Every description and summary in a document, in place."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("description", "summary") and isinstance(value, str):
                node[name] = without_rule_numbers(value)
            else:
                reword(value)
    elif isinstance(node, list):
        for item in node:
            reword(item)
