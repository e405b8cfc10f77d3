"""Addresses that people write: found as phones find them, and read alike by every program or refused."""

import time

import httpx
import pytest

from shared.links import LinkUnsafe, find_links, has_safe_links, parse_link, parse_onward, unsafe_links

CYRILLIC_A = "\u0430"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Se example.no/x nå", ["example.no/x"]),
        ("Logg inn på blåbær.no.", ["blåbær.no"]),
        ("(https://a.example/x?y=1), www.b.no og b.no", ["https://a.example/x?y=1", "www.b.no", "b.no"]),
        ("xn--blbr-roah.no", ["xn--blbr-roah.no"]),
        ("vindgap\u3002no", ["vindgap.no"]),
        ("vindgap\uff0eno", ["vindgap.no"]),
        ("\uff56indgap.no", ["vindgap.no"]),
        ("_vindgap.no", ["_vindgap.no"]),
        ("x:vindgap.no", ["vindgap.no"]),
        ("vindgap.app", ["vindgap.app"]),
        ("а.рф", ["а.рф"]),
        ("post@vindgap.no", ["post@vindgap.no"]),
        ("http://a\\@b/", ["http://a\\@b/"]),
        ("https://a.no\\.b.no", ["https://a.no\\.b.no"]),
        ("javascript:alert(1)", ["javascript:alert(1)"]),
        ("data:text/html,hei", ["data:text/html,hei"]),
        ("10.0.0.1/x", ["10.0.0.1/x"]),
        ("intent://x", ["intent://x"]),
        ("Ring 12.00 den 1.2.2026, f.eks. kl.10, jf. § 3.1.2 osv.", []),
        ("Versjon 1.2.3.4 av Havgap A.S. Merk:viktig. Tel:22334455", []),
    ],
)
def test_links_are_found_as_phones_find_them(text: str, found: list[str]) -> None:
    assert find_links(text) == found


@pytest.mark.parametrize(
    "address",
    [
        *("http://a\\@b/", "https://a.no\\b", "https://a@b.no", "https://a:b@c.no", "https://@a.no"),
        *("https:/a.no", "https:a.no", "//a.no", "a.no", "ftp://a.no", "javascript:alert(1)", "data:text/html,x"),
        *("https://a.no/x y", "https://a.no/\n", "https://a\u200b.no", "https://a\u00ad.no", "https://a.no/\u202ex"),
        *(f"https://ex{CYRILLIC_A}mple.no", "https://xn--exmple-4nf.no", "https://\u0131.no", "https://xn--.no"),
        *(
            "https://a\u3002no",
            "https://\uff41.no",
            "https://a%2eno",
            "https://a.no.",
            "https://a..no",
            "https://-a.no",
        ),
        *("http://0x7f.1/", "http://2130706433/", "http://127.1/", "https://a.no:0", "https://a.no:99999"),
        *("https://", "https:///x", "https://[a.no", f"https://a.no/{'x' * 2000}"),
    ],
)
def test_an_address_that_programs_read_differently_is_none(address: str) -> None:
    with pytest.raises(LinkUnsafe):
        parse_link(address)


@pytest.mark.parametrize(
    ("address", "url", "public"),
    [
        ("https://A.no", "https://a.no/", True),
        ("https://blåbær.no:8443/ø?x=1#y", "https://xn--blbr-roah.no:8443/%C3%B8?x=1#y", True),
        ("https://a.no/x@y", "https://a.no/x@y", True),
        ("http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x", False),
        ("http://[::1]/", "http://[::1]/", False),
        ("http://localhost/", "http://localhost/", False),
        ("https://printer.local/", "https://printer.local/", False),
        ("https://gateway/", "https://gateway/", False),
    ],
)
def test_what_was_checked_is_what_is_opened(address: str, url: str, public: bool) -> None:
    link = parse_link(address)
    assert (link.url, link.is_public) == (url, public)
    opened = httpx.URL(link.url)
    assert (opened.scheme, opened.raw_host.decode(), opened.port or {"https": 443, "http": 80}[opened.scheme]) == (
        link.scheme,
        link.host.strip("[]"),
        link.port,
    )


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://a.no/x"),
        ("x?y", "https://a.no/b/x?y"),
        ("//c.no/x", "https://c.no/x"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
        *((unsafe, None) for unsafe in ("//c.no\\@a.no/", "/\\c.no", "//a.no@c.no", "ftp://a.no", "//[a", "/\u2028")),
    ],
)
def test_where_a_redirect_leads_is_read_by_the_same_rule(location: str, url: str | None) -> None:
    if url is None:
        with pytest.raises(LinkUnsafe):
            parse_onward(parse_link("https://a.no/b/c"), location)
    else:
        assert parse_onward(parse_link("https://a.no/b/c"), location).url == url


def test_a_text_tells_which_of_its_links_are_unsafe() -> None:
    text = f"Se a.no, https://b.no/x, post@c.no, https://ex{CYRILLIC_A}mple.no/y og https://d@e.no."
    assert unsafe_links(text) == [f"https://ex{CYRILLIC_A}mple.no/y", "https://d@e.no"]


@pytest.mark.parametrize("part", ["https://a.no/(", "a.b", "www.", "a@b.", "//", "a.no ", ".no", "x:\\\\"])
def test_a_text_of_many_links_is_refused_before_work(part: str) -> None:
    began = time.perf_counter()
    assert not has_safe_links(part * (5000 // len(part)))
    assert time.perf_counter() - began < 0.1
