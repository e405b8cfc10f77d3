"""`python -m tools.manifests FOLDER...`: renders each overlay and checks every object; ends with 1 for a fault."""

import sys
from pathlib import Path

from tools.manifests.checking import faults_of
from tools.manifests.rendering import render


def main() -> None:
    faults = []
    for folder in map(Path, sys.argv[1:]):
        faults += [f"{folder}: {fault}" for fault in faults_of(folder)]
        print(f"{folder}: {len(render(folder))} objects")
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
