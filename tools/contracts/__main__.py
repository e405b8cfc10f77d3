"""`make openapi` and `make check`.

python -m tools.contracts openapi           writes the contracts
python -m tools.contracts openapi --check   fails when a file is not what the code says
"""

import sys
from pathlib import Path

from tools.contracts import contracts, text_of


def main() -> None:
    folder, check = Path(sys.argv[1]), "--check" in sys.argv
    stale = []
    for name, document in contracts().items():
        file = folder / name
        if check and (not file.exists() or file.read_text("utf-8") != text_of(document)):
            stale.append(name)
        elif not check:
            file.write_text(text_of(document), "utf-8")
    if stale:
        sys.exit(f"Not what the code says: {', '.join(stale)}. Run `make openapi` and commit.")


if __name__ == "__main__":
    main()
