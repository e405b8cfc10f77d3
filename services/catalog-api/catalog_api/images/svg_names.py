"""Names of SVG that draw (SVG 2, CSS Filter Effects), and what those are that do more."""

from typing import Final

from catalog_api.images.leaving_out import LeftOut

ELEMENTS: Final = frozenset(
    "svg g defs symbol use switch title desc path rect circle ellipse line polyline polygon text tspan textPath"  # noqa: SIM905 - read as a list
    " linearGradient radialGradient stop clipPath mask pattern marker style image a filter feBlend feColorMatrix"
    " feComponentTransfer feComposite feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge"
    " feMergeNode feMorphology feOffset".split()
)
ATTRIBUTES: Final = frozenset(
    "id class style transform viewBox preserveAspectRatio version x y x1 y1 x2 y2 dx dy rotate cx cy r rx ry fx fy fr"  # noqa: SIM905 - read as a list
    " width height d points pathLength offset gradientUnits gradientTransform spreadMethod patternUnits"
    " patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerWidth markerHeight"
    " markerUnits orient refX refY startOffset method spacing lengthAdjust textLength role aria-label aria-hidden lang"
    " aria-labelledby aria-describedby"
    " fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit"
    " stroke-dasharray stroke-dashoffset opacity color stop-color stop-opacity clip-path clip-rule mask mask-type"
    " marker-start marker-mid marker-end display visibility overflow vector-effect paint-order shape-rendering"
    " text-rendering image-rendering color-rendering color-interpolation font-family font-size font-style font-weight"
    " font-variant font-stretch font-size-adjust letter-spacing word-spacing text-anchor text-decoration"
    " dominant-baseline alignment-baseline baseline-shift writing-mode direction unicode-bidi transform-origin"
    " filter filterUnits primitiveUnits in in2 result mode type values operator k1 k2 k3 k4 stdDeviation edgeMode"
    " radius tableValues slope intercept amplitude exponent flood-color flood-opacity color-interpolation-filters"
    " pointer-events media requiredFeatures requiredExtensions systemLanguage".split()
)
# nothing is loaded from these, whatever they say: names, words for people, and what a switch chooses by
WORDS: Final = frozenset(
    "id class role lang aria-label aria-labelledby aria-describedby"  # noqa: SIM905 - read as a list
    " requiredFeatures requiredExtensions systemLanguage".split()
)
_XML: Final = "http://www.w3.org/XML/1998/namespace "
XML_ATTRIBUTES: Final = {f"{_XML}space": "xml:space", f"{_XML}lang": "xml:lang"}

_KINDS: Final[dict[str, LeftOut]] = {
    **dict.fromkeys(("script", "handler", "listener"), "script"),
    **dict.fromkeys(("animate", "animateMotion", "animateTransform", "animateColor", "set", "discard"), "animation"),
    **dict.fromkeys(("font", "font-face", "glyph", "missing-glyph", "hkern", "vkern"), "font"),
    "foreignObject": "foreign-object",
    "metadata": "metadata",
}
# attributes that no browser draws by
_SAYS_NOTHING: Final = frozenset("baseProfile zoomAndPan enable-background content focusable contentScriptType".split())  # noqa: SIM905 - as above


def kind_of_element(name: str) -> LeftOut:
    return _KINDS.get(name, "filter" if name.startswith("fe") else "other")


def kind_of_attribute(name: str) -> LeftOut:
    if name[:2].lower() == "on":
        return "script"
    return "metadata" if " " in name or name.startswith("data-") or name in _SAYS_NOTHING else "other"
