"""`make openapi` and `make check`.

python -m tools.contracts openapi           writes the contracts, and the page of error codes
python -m tools.contracts openapi --check   fails when a file is not what the code says
"""

import sys
from pathlib import Path

from tools.contracts import contracts, error_codes, text_of


def main() -> None:
    folder, check = Path(sys.argv[1]), "--check" in sys.argv
    stale, documents = [], contracts()
    files = {folder / name: text_of(document) for name, document in documents.items()}
    files[folder.parent / error_codes.PAGE] = error_codes.page(documents)
    for file, text in files.items():
        if check and (not file.exists() or file.read_text("utf-8") != text):
            stale.append(file.name)
        elif not check:
            file.write_text(text, "utf-8")
    if stale:
        sys.exit(f"Not what the code says: {', '.join(stale)}. Run `make openapi` and commit.")


if __name__ == "__main__":
    main()
