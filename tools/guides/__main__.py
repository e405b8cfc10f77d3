"""python -m tools.guides docs/integrators: writes the pages that are made from the code."""

import sys
from pathlib import Path

from tools.guides.pages import PAGES


def main() -> None:
    for name, page in PAGES.items():
        (Path(sys.argv[1]) / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
