"""I1, P13: no log line holds words that somebody wrote: reasons, names, titles, comments, texts."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "bind", "msg"}
# What holds words is called one of these, or ends in one after an underscore.
WORDS = {
    "body",
    "comment",
    "content",
    "description",
    "detail",
    "details",
    "email",
    "message",
    "name",
    "note",
    "phone",
    "question",
    "reason",
    "reasons",
    "subject",
    "summary",
    "text",
    "texts",
    "title",
    "words",
}
# Values of log fields that are called so and hold none: names that the code gives.
KNOWN = {
    "count.policy.name",  # of a limit
    "operator.subject",  # a reference
    "self._name",  # of a channel or a feed
    "type(error).__name__",
}


def logged(source: str) -> Iterator[tuple[str, ast.expr]]:
    """The event and each value of every call of a logger."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _is_of_logger(node.func):
            yield from (("event", value) for value in node.args)
            yield from ((keyword.arg or "**", keyword.value) for keyword in node.keywords)


def _is_of_logger(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr in LEVELS and "log" in ast.unparse(called.value).lower()


def could_hold_words(field: str, value: ast.expr) -> bool:
    """An event is written in the code. A comparison holds no words, whatever is compared."""
    if field == "event":
        return not isinstance(value, ast.Constant)
    if field == "**":
        return True
    if isinstance(value, ast.Compare | ast.Constant) or ast.unparse(value) in KNOWN:
        return False
    return any(name.lstrip("_").rpartition("_")[2] in WORDS for name in _told(value))


def _told(value: ast.expr) -> Iterator[str]:
    """What is named last where one is taken out of another: `attempt` of `message.attempt`."""
    nodes = list(ast.walk(value))
    holders = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in holders:
            yield node.attr if isinstance(node, ast.Attribute) else node.id


def faults(source: str) -> list[str]:
    return [f"{field}={ast.unparse(value)}" for field, value in logged(source) if could_hold_words(field, value)]


def shipped() -> dict[str, str]:
    """The text of each file of the services and of what they share, by its place."""
    places = ("services/*/*_*/**/*.py", "shared/shared/**/*.py", "web/web/**/*.py")
    files = [file for place in places for file in ROOT.glob(place)]
    texts = {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}
    return {place: text for place, text in texts.items() if not place.startswith("shared/devkit/devkit/testing/")}


def test_P13_no_log_line_holds_what_somebody_wrote() -> None:
    texts = shipped()
    assert len({place.split("/")[1] for place in texts}) == len(["shared", "web"]) + 5
    assert {place: wrong for place, text in texts.items() if (wrong := faults(text))} == {}


def test_every_exception_is_still_one() -> None:
    values = {ast.unparse(value) for text in shipped().values() for _, value in logged(text)}
    assert KNOWN - values == set()


@pytest.mark.parametrize(
    "line",
    [
        "_logger.info('looked_up', citizen=citizen, reason=question.reason)",
        "_logger.info('looked_up', why=question.reason)",
        "_logger.info('looked_up', why=f'because {reason}')",
        "_logger.info(f'looked up because {why}')",
        "_logger.info('campaign', sender=found.sender_name)",
        "_logger.info('tool', **tool.model_dump())",
        "structlog.get_logger().warning('tool', tool=tool.title)",
        "self._log.error('office', text=info.text)",
        "_logger.bind(comment=comment).info('done')",
    ],
)
def test_a_line_that_holds_words_is_found(line: str) -> None:
    assert faults(line) != []


@pytest.mark.parametrize(
    "line", ["_logger.info('replayed', handled=reason is None)", "_logger.info('dropped', count=count)"]
)
def test_a_line_that_holds_none_is_not(line: str) -> None:
    assert faults(line) == []
