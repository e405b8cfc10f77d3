"""What is mended before an SVG file is read: what programs, and people who copy from web pages, leave before or out."""

import codecs
import re
from typing import Final

_BEFORE: Final = re.compile(rb"(?:\s|\xef\xbb\xbf)+")
_ROOT: Final = re.compile(rb"<svg(?=[\s/>])")
_USED: Final = re.compile(rb"[\s<]([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_DECLARED: Final = re.compile(rb"xmlns:([A-Za-z_][\w.-]*)")
_XLINK: Final = b"http://www.w3.org/1999/xlink"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def without_lead(content: bytes) -> bytes:
    """XML has nothing before its declaration."""
    if content.startswith(_UTF16):
        return content
    found = _BEFORE.match(content)
    return content[found.end() :] if found else content


def has_root(content: bytes) -> bool:
    return _ROOT.search(content) is not None


def with_prefixes(content: bytes) -> bytes:
    """Prefixes that nothing declares are declared on the root."""
    missing = {*_USED.findall(content)} - {*_DECLARED.findall(content), b"xml", b"xmlns"}
    declared = b"".join(
        b' xmlns:%s="%s"' % (prefix, _XLINK if prefix == b"xlink" else b"urn:undeclared:" + prefix)
        for prefix in sorted(missing)
    )
    return _ROOT.sub(lambda found: found[0] + declared, content, count=1)
