"""What is left of an image: what it shows, and nothing that could do anything."""

import struct
import zlib
from xml.etree import ElementTree

import pytest

from catalog_api.images.cleaning import PNG, SVG, clean
from catalog_api.images.errors import ImageInvalid
from catalog_api.images.png import LARGEST_SIDE, SIGNATURE
from shared.http import UnsupportedMediaType

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 8 8">'


def svg(inner: str) -> bytes:
    return f"{HEAD}{inner}</svg>".encode()


def cleaned(inner: str) -> str:
    return clean(svg(inner)).content.decode()


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 2,
    height: int = 2,
    *,
    depth: int = 8,
    colour: int = 2,
    interlace: int = 0,
    rows: bytes | None = None,
    more: bytes = b"",
    end: bytes = chunk(b"IEND"),
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    unpacked = rows if rows is not None else b"\0" * height * (1 + 3 * width)
    return SIGNATURE + chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(unpacked)) + end


@pytest.mark.parametrize(
    "dangerous",
    [
        "<script>alert(1)</script>",
        '<script href="https://evil.example/x.js"/>',
        '<g><a href="javascript:alert(1)"><rect width="1"/></a></g>',
        '<a xlink:href="https://evil.example"><text>x</text></a>',
        '<image href="https://evil.example/x.png"/>',
        '<image xlink:href="data:image/svg+xml;base64,AAAA"/>',
        '<use href="https://evil.example/x.svg#a"/>',
        '<use xlink:href="data:image/svg+xml;base64,AAAA#a"/>',
        '<image href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="/>',
        '<image href="data:image/svg+xml,%3Cscript%3Ealert(1)%3C/script%3E"/>',
        '<linearGradient href="data:image/svg+xml,x"/>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></body></foreignObject>",
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
        '<set attributeName="href" to="javascript:alert(1)"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        "<style>@import url(https://evil.example/x.css);</style>",
        "<style>rect { fill: url(https://evil.example/x) }</style>",
        "<style>rect { fill: u\\72l(https://evil.example) }</style>",
        "<style>rect { background: image-set('/x') }</style>",
        "<style><script>alert(1)</script></style>",
        "<filter><feImage href='https://evil.example/x'/></filter>",
        "<style>@media all { rect { fill: URL('https://evil.example') } }</style>",
        "<style>rect { fill: u\\52l(https://evil.example) }</style>",
        "<style>rect { --x: url(https://evil.example); behavior: evil }</style>",
        "<style>@font-face { font-family: x; src: url(https://evil.example) }</style>",
        "<style type='text/javascript'>alert(1)</style>",
        "<switch><foreignObject><p>alert(1)</p></foreignObject></switch>",
        "<handler>alert(1)</handler>",
        "<?xml-stylesheet href='https://evil.example/x.css'?>",
        "<!-- <script>alert(1)</script> -->",
    ],
)
def test_an_element_that_does_more_than_draw_is_left_out(dangerous: str) -> None:
    left = cleaned(f'{dangerous}<circle r="1"/>')
    assert '<circle r="1">' in left
    for trace in ("script", "evil", "alert", "javascript", "href", "import", "url(", "handler", "foreign", "image"):
        assert trace not in left


@pytest.mark.parametrize(
    "attribute",
    [
        'onload="alert(1)"',
        'ONCLICK="alert(1)"',
        'onbegin="alert(1)"',
        'href="https://evil.example"',
        'xlink:href="//evil.example"',
        'fill="url(https://evil.example/#a)"',
        "fill=\"url( 'https://evil.example' )\"",
        'style="background: url(//evil.example)"',
        'style="x: expression(alert(1))"',
        'style="fill: u\\72l(x)"',
        'filter="url(https://evil.example/#a)"',
        'style="fill: URL(evil); f: image(evil)"',
        'style="fill: image-set(&quot;evil&quot; 1x)"',
        'clip-path="url(data:image/svg+xml,evil#a)"',
        'xml:base="https://evil.example/"',
        'data-x="1"',
        'tabindex="0"',
    ],
)
def test_an_attribute_that_does_more_than_draw_is_left_out(attribute: str) -> None:
    assert '<rect width="1"></rect>' in cleaned(f'<rect width="1" {attribute}/>')
    root = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {attribute}/>'
    assert clean(root.encode()).content == b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'


def test_what_draws_is_kept_as_it_was() -> None:
    drawing = (
        '<title>Måne &amp; sol</title><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"></stop>'
        "</linearGradient></defs><style>.a &gt; .b { fill: url(#g) }</style>"
        '<g class="a" transform="rotate(3)"><path class="b" d="M0 0L1 1z" fill="url(#g)" style="stroke: red"></path>'
        '<text x="1" font-family="Open Sans, sans-serif">Æ &lt; Å</text></g>'
    )
    left = cleaned(drawing)
    assert left == f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">{drawing}</svg>'
    ElementTree.fromstring(left)  # noqa: S314 - our own
    assert clean(left.encode()).content.decode() == left, "to clean it again changes nothing"


def test_a_reference_within_the_file_is_kept() -> None:
    assert '<linearGradient href="#g">' in cleaned('<linearGradient xlink:href="#g"/>')


def test_an_export_with_declarations_is_read_without_them() -> None:
    whole = (
        b'<?xml version="1.0" encoding="UTF-8"?><!-- made by a program -->'
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    ) + svg("<rect/>")
    assert clean(whole).content == svg("<rect></rect>").replace(b' xmlns:xlink="http://www.w3.org/1999/xlink"', b"")


def test_other_encodings_become_utf8() -> None:
    utf16 = f'<?xml version="1.0" encoding="UTF-16"?>{HEAD}<title>Måne</title></svg>'.encode("utf-16")
    assert "<title>Måne</title>" in clean(utf16).content.decode()


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("subset", "inner"),
    [
        (f'<!ENTITY l0 "ha">{LAUGHS}', "<text>&l9;</text>"),
        ('<!ENTITY x SYSTEM "file:///etc/passwd">', "<text>&x;</text>"),
        ('<!ENTITY % p SYSTEM "https://evil.example/x.dtd"> %p;', "<rect/>"),
        ('<!ENTITY x "&#38;y;">', "<rect/>"),
        ('<!ENTITY x "&#60;script/>">', "<rect/>"),
        (f'<!ENTITY x "{"x" * 101}">', "<rect/>"),
        ("".join(f'<!ENTITY x{n} "x">' for n in range(51)), "<rect/>"),
    ],
)
def test_entities_are_refused_before_they_unfold(subset: str, inner: str) -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean(f"<!DOCTYPE svg [{subset}]>".encode() + svg(inner))
    assert refused.value.extra == {"reason": "svg-entities"}


def test_a_file_that_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean(svg("<g>" * 200 + "</g>" * 200))
    assert refused.value.extra == {"reason": "svg-too-deep"}


@pytest.mark.parametrize("broken", [svg("<g>"), svg("")[:-3], svg("") + svg(""), svg("&nbsp;"), svg("<rect x=1/>")])
def test_svg_that_cannot_be_read_is_told_so(broken: bytes) -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean(broken)
    assert refused.value.extra["reason"] == "svg-damaged"


def test_where_svg_is_damaged_is_told() -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean(b"\n\n" + svg("\n  <rect x=1/>"))
    assert refused.value.extra == {"reason": "svg-damaged", "line": 4, "column": 11}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a\x01\x00\x01\x00",
        b"\xff\xd8\xff\xe0 jpeg",
        b"<html><body><svg xmlns='http://www.w3.org/2000/svg'/></body></html>",
        b"<svg xmlns='http://www.w3.org/1999/xhtml'/>",
        b"just text",
        b"<?xml version='1.0' encoding='no-such'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        SIGNATURE[:-1],
    ],
)
def test_what_is_neither_png_nor_svg_is_no_image(content: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        clean(content)


@pytest.mark.parametrize(
    "picture",
    [
        png(),
        png(3, 5, colour=6, rows=b"\0" * 5 * 13),
        png(9, 2, depth=1, colour=0, rows=b"\0" * 2 * 3),
        png(5, 5, depth=8, colour=0, interlace=1, rows=b"\0" * (2 + 2 + 0 + 3 * 1 + 2 * 1 + 2 * 3 + 3 * 3 + 2 * 6 + 0)),
    ],
    ids=["rgb", "rgba", "one bit", "interlaced"],
)
def test_a_sound_png_is_kept(picture: bytes) -> None:
    try:
        kept = clean(picture)
    except ImageInvalid:
        pytest.fail("it is sound")
    assert (kept.media_type, kept.content) == (PNG, picture)


def test_what_was_put_beside_the_picture_is_left_out() -> None:
    beside = chunk(b"tEXt", b"Author\0Kari") + chunk(b"eXIf", b"II*\0place") + chunk(b"tIME", b"\0" * 7)
    left = clean(png(more=beside) + b"<script>alert(1)</script>")
    assert (left.content, left.left_out) == (png(), {"metadata": 3})
    assert clean(png(more=chunk(b"iCCP", b"x") + chunk(b"acTL"))).left_out == {"colour-profile": 1, "animation": 1}
    assert clean(png(more=chunk(b"gAMA", b"\0\0\xb1\x8f"))).content == png(more=chunk(b"gAMA", b"\0\0\xb1\x8f"))


@pytest.mark.parametrize(
    "broken",
    [
        SIGNATURE,
        png()[:-1],
        png(end=b""),
        png().replace(b"IDAT", b"IDAX"),
        png().replace(b"IEND", b"IENC"),
        SIGNATURE + chunk(b"IEND"),
        png(0, 2),
        png(depth=3),
        png(colour=5),
        png(interlace=2),
        png(rows=b"\0" * 13),
        png(rows=b"\0" * 15),
        png(rows=b"\0" * 50_000_000),
        png(more=chunk(b"IHDR", b"\0" * 13)),
        png(more=chunk(b"EVIL")),
        SIGNATURE + chunk(b"IHDR", b"\0" * 12) + chunk(b"IEND"),
        SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)) + chunk(b"IEND"),
        SIGNATURE + b"\xff" * 40,
    ],
)
def test_a_broken_png_is_refused(broken: bytes) -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean(broken)
    assert refused.value.extra == {"reason": "png-damaged"}


@pytest.mark.parametrize(("width", "height"), [(LARGEST_SIDE + 1, 1), (1, LARGEST_SIDE + 1), (2**31 - 1, 2**31 - 1)])
def test_a_png_that_would_unfold_to_too_much_is_refused_by_its_header(width: int, height: int) -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean(png(width, height, rows=b""))
    assert refused.value.extra == {"reason": "png-too-large"}


def test_the_same_image_has_the_same_tag() -> None:
    assert clean(svg("<rect/>")).tag == clean(svg("<rect/><script/>")).tag != clean(svg("<g/>")).tag
    assert clean(svg("")).media_type == SVG
