"""Drawings as programs export them look as they did, and what they lose is told.

The files in `drawings` are our own, each in the manner of one program. They are drawn before and after, by a program
that nobody here wrote.
"""

import base64
import struct
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from time import perf_counter

import pytest
import resvg_py

from catalog_api.images.cleaning import clean
from catalog_api.images.errors import ImageInvalid
from catalog_api.images.jpeg import clean_jpeg
from catalog_api.images.leaving_out import Losses
from shared.http import UnsupportedMediaType

DRAWINGS = Path(__file__).parent / "drawings"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 8 8">'


def drawn(content: bytes) -> bytes:
    """As a PNG."""
    return bytes(resvg_py.svg_to_bytes(svg_string=content.decode(), width=240, dpi=96))


def svg(inner: str) -> bytes:
    return f"{HEAD}{inner}</svg>".encode()


@pytest.mark.parametrize(
    ("program", "left_out"),
    [
        ("illustrator", {"foreign-object": 1, "metadata": 3}),
        ("inkscape", {"metadata": 12}),
        ("figma", {"foreign-object": 1, "metadata": 1}),
        ("drawio", {"foreign-object": 1, "link": 1, "metadata": 6}),
    ],
)
def test_an_export_looks_as_it_did(program: str, left_out: dict[str, int]) -> None:
    before = (DRAWINGS / f"{program}.svg").read_bytes()
    after = clean(before)
    assert len(drawn(before)) > 2000, "something is drawn"
    assert drawn(after.content) == drawn(before)
    assert after.left_out == left_out
    again = clean(after.content)
    assert (again.content, again.left_out) == (after.content, {}), "to clean it again changes nothing"
    for trace in ("foreignObject", "http://www.drawio", "adobe_illustrator", "mxfile", "inkscape:", "sodipodi:"):
        assert trace not in after.content.decode()


def test_what_names_a_drawing_is_kept() -> None:
    left = clean((DRAWINGS / "inkscape.svg").read_bytes()).content.decode()
    for kept in ('aria-labelledby="title1 desc1"', '<title id="title1">', '<desc id="desc1">', 'xml:space="preserve"'):
        assert kept in left
    spoken = '<g aria-label="@ Ås // url(x)" aria-describedby="a b" role="img"></g>'
    assert clean(svg(spoken)).content.decode() == svg(spoken).decode().replace(
        ' xmlns:xlink="http://www.w3.org/1999/xlink"', ""
    )


BARE = '<svg viewBox="0 0 8 8"><defs><rect id="a" width="4" height="4"/></defs><use xlink:href="#a"/></svg>'


@pytest.mark.parametrize(
    "content",
    [
        BARE,
        BARE.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '),
        BARE.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" inkscape:version="1" '),
        f'\n  <?xml version="1.0"?>\n{BARE}',
        f'\ufeff<?xml version="1.0" encoding="UTF-8"?>{BARE}',
        f'\ufeff \ufeff<?xml version="1.0"?>{BARE}',
    ],
)
def test_what_is_left_out_before_or_in_the_root_is_mended(content: str) -> None:
    left = clean(content.encode()).content
    assert left == (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><defs><rect id="a" width="4" height="4"></rect>'
        b'</defs><use href="#a"></use></svg>'
    )


@pytest.mark.parametrize("content", [b"<html><svg/></html>", b"<x:svg/>", b" <p/>"])
def test_what_is_no_drawing_stays_none(content: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        clean(content)


def test_of_two_names_of_an_address_one_is_written() -> None:
    both = '<use href="#a" xlink:href="#b"/><use xlink:href="#b" href="#a"/>'
    assert clean(svg(both)).content.count(b'<use href="#a"></use>') == 2


def test_a_link_is_left_out_and_what_it_holds_is_shown() -> None:
    linked = (
        '<a href="https://x.example" class="b"><rect/></a><text>Se <a xlink:href="https://x.example">her</a></text>'
    )
    left = clean(svg(linked))
    assert '<g class="b"><rect></rect></g><text>Se <tspan>her</tspan></text>' in left.content.decode()
    assert left.left_out == {"link": 2}


def test_of_a_style_only_what_loads_is_left_out() -> None:
    rules = (
        "@charset 'utf-8'; /* // */ @font-face { src: url(x) } @import 'x'; "
        ".a { fill: red; cursor: url(https://x.example) } "
        "@media (min-width: 9px) { .b > .c { fill: url(#g) } } @keyframes k { from { x: 0 } } .d { stroke: blue }"
    )
    left = clean(svg(f"<style><![CDATA[{rules}]]></style>"))
    style = left.content.decode().partition("<style>")[2].partition("</style>")[0]
    assert style.split("\n") == [
        ".a{fill: red}",
        "@media (min-width: 9px){.b &gt; .c{fill: url(#g)}}",
        ".d{stroke: blue}",
    ]
    assert left.left_out == {"font": 1, "style": 2, "animation": 1}
    print_only = '<style media="print">.a{fill: red}</style>'
    assert print_only in clean(svg(print_only)).content.decode()
    attribute = '<rect style="fill: url(#g); filter: url(https://x.example); stroke: red"/>'
    assert '<rect style="fill: url(#g);stroke: red"></rect>' in clean(svg(attribute)).content.decode()


@pytest.mark.parametrize(
    "broken", [".a{b}", ".a){b:c}", ".a{b:c)}", ".a{'b", "@media ){.a{b:c}}", "}", "a", "@media x", "{"]
)
def test_a_style_that_cannot_be_read_is_left_out(broken: str) -> None:
    left = clean(svg(f"<style>@import 'x'; .z{{y: x}} {broken}</style><rect/>"))
    assert left.left_out["style"] >= 1
    assert "<rect>" in left.content.decode()
    assert clean(left.content).content == left.content
    clean(svg(f"""<rect style="url(x);{broken.replace('"', "")}"/>"""))


def test_a_style_of_brackets_in_brackets_is_left_out() -> None:
    deep = "(" * 2000 + ")" * 2000
    left = clean(svg(f'<style>@x; a {{ b: {deep} }}</style><rect style="b: \\{deep}" width="1"/>'))
    assert (b"(((" in left.content, left.left_out) == (False, {"style": 2})


_PIECES = [
    b"<",
    b">",
    b'"',
    b"&",
    b"url(",
    b"<a>",
    b"</a>",
    b"<style>",
    b"</style>",
    b"}",
    b"{",
    b"@media x{",
    b"data:",
]
_PIECES += [
    b'href="#SVGID_1_"',
    b'id="a"',
    b"\xff",
    b"\0",
    b"<![CDATA[",
    b"]]>",
    b'<use xlink:href="#a"/>',
    b"\\",
    b"/*",
]


def test_a_drawing_with_slips_is_cleaned_once_and_for_all_or_refused() -> None:
    slips = Random(7)  # noqa: S311 - the same ones every time
    drawings = [file.read_bytes() for file in sorted(DRAWINGS.iterdir())]
    cleaned = 0
    for _ in range(2000):
        content = bytearray(slips.choice(drawings))
        place = slips.randrange(len(content))
        content[place : place + slips.randrange(20)] = slips.choice([*_PIECES, b""])
        with suppress(ImageInvalid, UnsupportedMediaType):
            left = clean(bytes(content)).content
            assert (clean(left).content, clean(left).left_out) == (left, {})
            cleaned += 1
    assert cleaned > 200


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(more: bytes = b"", rows: bytes = b"\0" * 14) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")


def data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_an_image_in_a_drawing_is_cleaned_as_one_of_its_own() -> None:
    placed = chunk(b"eXIf", b"II*\0a place")
    inner = svg("<script>alert(1)</script><rect/>")
    images = [data("image/png", png(placed)), data("image/jpeg", png(placed)), data("image/svg+xml", inner)]
    left = clean(svg("".join(f'<image width="8" xlink:href="{image}"/>' for image in images)))
    kept = [data("image/png", png())] * 2 + [data("image/svg+xml", clean(inner).content)]
    assert [part.partition('"')[0] for part in left.content.decode().split('href="')[1:]] == kept
    assert left.left_out == {"script": 1, "metadata": 2}


@pytest.mark.parametrize(
    "address",
    [
        data("image/png", png(rows=b"\0" * 13)),
        data("image/gif", b"GIF89a"),
        data("image/svg+xml", svg("<g>")[:-6]),
        "data:image/png;base64,%%%",
        "data:nothing",
    ],
)
def test_an_image_in_a_drawing_that_cannot_be_kept_is_told(address: str) -> None:
    left = clean(svg(f'<image href="{address}"/><rect/>'))
    assert (b"<image" in left.content, left.left_out) == (False, {"image": 1})


def test_drawings_in_drawings_have_an_end() -> None:
    nested = svg("<rect/>")
    for _ in range(5):
        nested = svg(f'<image href="{data("image/svg+xml", nested)}"/>')
    assert clean(nested).left_out["image"] == 1


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*, size: tuple[int, int] = (8, 8), more: bytes = b"", end: bytes = b"\xff\xd9") -> bytes:
    frame = struct.pack(">BHHB", 8, *size, 1) + b"\1\x11\0"
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    return b"\xff\xd8" + jfif + more + segment(0xC0, frame) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"picture" + end


def test_of_a_jpeg_the_picture_is_kept_and_what_was_beside_it_is_not() -> None:
    beside = segment(0xE1, b"Exif\0\0II*\0a place") + segment(0xFE, b"by Kari") + segment(0xE2, b"ICC_PROFILE\0\1\1")
    left_out: Losses = Counter()
    assert clean_jpeg(jpeg(more=beside) + b"<script>", left_out) == jpeg()
    assert left_out == {"metadata": 2, "colour-profile": 1}


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\xd8\xff",
        jpeg(end=b""),
        jpeg(size=(2049, 1)),
        jpeg(size=(0, 8)),
        jpeg()[:30],
        jpeg(more=b"\0\0\0\0"),
        jpeg(more=b"\xff\xd8\0\0"),
        jpeg().replace(b"\xff\xc0", b"\xff\xc4"),
        b"\xff\xd8" + segment(0xDA, b"\1\1\0\0\x3f\0") + b"picture\xff\xd9",
    ],
)
def test_a_broken_jpeg_is_refused(broken: bytes) -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean_jpeg(broken, Counter())
    assert refused.value.extra == {"reason": "jpeg-damaged"}


def doubled(times: int) -> str:
    """Each group shows the one before it twice; `times` small is harmless."""
    groups = "".join(f'<g id="g{n + 1}"><use href="#g{n}"/><use xlink:href="#g{n}"/></g>' for n in range(times))
    return f'<g id="g0"><rect width="1" height="1"/></g>{groups}'


def test_parts_may_be_repeated_and_are_counted() -> None:
    assert clean(svg(doubled(3))).content.count(b"<use") == 6


@pytest.mark.parametrize(
    "inner",
    [
        doubled(18),
        '<g id="a"><use href="#a"/></g>',
        '<symbol id="a"><use href="#b"/></symbol><symbol id="b"><use href="#a"/></symbol>',
        '<pattern id="p"><rect fill="url(#p)"/></pattern>',
        '<pattern id="p"><rect style="fill: url(&quot;#p&quot;)"/></pattern>',
        '<g id="g0"/>' + "".join(f'<g id="g{n + 1}"><use href="#g{n}"/></g>' for n in range(70)),
    ],
)
def test_a_drawing_that_repeats_itself_without_measure_is_refused(inner: str) -> None:
    with pytest.raises(ImageInvalid) as refused:
        clean(svg(inner))
    assert refused.value.extra == {"reason": "svg-repeats"}


@pytest.mark.parametrize(
    "inner",
    [
        "<style>" + ".a{fill:url(#b)}" * 31_000 + "</style>",
        "<g/>" * 125_000,
        '<use href="#a"/>' * 31_000,
        '<rect style="fill:url(#b)"/>' * 17_000,
        f'<image href="{data("image/png", png())}"/>' * 3_000,
    ],
    ids=["rules", "elements", "repetitions", "style attributes", "images"],
)
def test_a_large_drawing_takes_a_few_seconds_at_most(inner: str) -> None:
    began = perf_counter()
    with suppress(ImageInvalid):
        clean(svg(inner))
    assert perf_counter() - began < 20  # most take one; other tests may run beside it
