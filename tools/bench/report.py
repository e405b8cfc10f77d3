"""The results as a table."""

from typing import Any

_AIMS = {
    "list tools": ("ratio", 0.5, "or better"),
    "search at 50/s": ("p99Ms", 25.0, "or less"),
    "digitally active, 1000": ("p95Ms", 60.0, "or less"),
    "prescribe": ("ratio", 0.5, "or better"),
    "prescribe, many stored against few": ("ofRatio", 0.85, "or better"),
    "commit to feed at 50/s": ("p99Ms", 50.0, "or less"),
    "stop to refusal in prescription-api": ("p99Ms", 1000.0, "or less"),
    "stop to refusal in helsetilbud-api": ("p99Ms", 1000.0, "or less"),
}
_COLUMNS = ("requestsPerSecond", "p50Ms", "p95Ms", "p99Ms", "floorRequestsPerSecond", "ratio")


def print_report(results: dict[str, Any]) -> None:
    print(
        f"\n{results['processors']} processors, {results['connections']} connections, closed loop,"
        f" {results['seconds']:g} s a measurement, medians of {results['rounds']} rounds.\n"
        "Floors: for reads FastAPI alone; for digitally active token and proof verified; for prescribe that and one"
        " transaction of two rows.\n"
    )
    print(f"{'':<40}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'floor/s':>10}{'ratio':>8}")
    for name, figures in results["results"].items():
        if "requestsPerSecond" in figures:
            print(
                f"{name:<40}"
                + "".join(_cell(figures.get(c), w) for c, w in zip(_COLUMNS, (9, 9, 9, 9, 10, 8), strict=True))
            )
    print()
    for name, figures in results["results"].items():
        if "requestsPerSecond" not in figures:
            print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    for name, (figure, aim, how) in _AIMS.items():
        if name in results["results"]:
            print(f"Aim for {name}: {figure} {aim:g} {how}; got {results['results'][name].get(figure)}.")


def _cell(value: float | None, width: int) -> str:
    return f"{'' if value is None else value:>{width}}"
