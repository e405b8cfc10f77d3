#!/bin/sh
# Makes .venv at the top of the repository: the packages of requirements-dev.lock, checked against its hashes, and the
# repository's own packages, editable. Needs a Python of at least 3.11 and nothing else, no root either; does nothing
# when nothing has changed. Called by make.
#
#   HELSEVERKTOY_PYTHON   the Python to use, instead of the first that fits

set -eu
cd "$(dirname "$0")/../.."
root=$(pwd -P)
stamp=.venv/.bootstrap
editable=$(printf -- '--editable %s ' shared shared/devkit deploy/sandbox tools web services/*)

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "Setting up .venv failed: $*"
    exit 1
}

fingerprint() {
    printf '%s\n' "$root"
    {
        .venv/bin/python -V
        cat tools/local/bootstrap.sh requirements-dev.lock shared/pyproject.toml shared/devkit/pyproject.toml \
            shared/shared/version.py deploy/sandbox/pyproject.toml tools/pyproject.toml web/pyproject.toml \
            services/*/pyproject.toml
    } 2>/dev/null | cksum
}

is_current() { [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]; }

fits() { "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${HELSEVERKTOY_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "no Python of at least 3.11 found (Debian, Ubuntu: apt-get install python3)." \
        "HELSEVERKTOY_PYTHON can name one."
}

# One at a time: the script starts itself again under a lock that ends with it.
wait_for_turn() {
    python=$(find_python)
    mkdir -p .cache
    BOOTSTRAP_PYTHON=$python exec "$python" -c '
import fcntl, os, sys
lock = os.open(".cache/bootstrap.lock", os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock, True)
os.execvp("sh", ["sh", sys.argv[1]])' "$root/tools/local/bootstrap.sh"
}

make_environment() {
    if [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" != "$root" ]; then
        rm -rf .venv # moved here: its scripts name the old place
    fi
    if ! fits .venv/bin/python; then
        say "Making .venv with $python"
        "$python" -m venv --clear --without-pip .venv || fail "$python -m venv said the above"
    fi
    rm -f "$stamp"
}

# pip is not put into .venv but run from where it is: Python's own bundled copy, Debian's wheel, an installed pip.
find_pip() {
    pip=$(.venv/bin/python - <<'PYTHON'
import glob, importlib.util
spec = importlib.util.find_spec("ensurepip")
places = [*(spec.submodule_search_locations if spec else []), "/usr/share/python-wheels"]
wheels = [wheel for place in places for wheel in glob.glob(f"{place}/**/pip-*.whl", recursive=True)]
print(*wheels[:1])
PYTHON
    )
    if [ -z "$pip" ] && ! "$python" -m pip --version >/dev/null 2>&1; then
        pip=$(unpack_pip) && [ -n "$pip" ] || fail "no pip to be had. Install it:" \
            "Debian, Ubuntu: apt-get install python3-venv; otherwise see Python's own documentation of ensurepip."
    fi
}

# Debian and Ubuntu take pip out of Python; its package is fetched and unpacked here, which needs no root.
unpack_pip() (
    work=$root/.cache/pip
    ls "$work"/usr/share/python-wheels/pip-*.whl 2>/dev/null && return
    rm -rf "$work"
    mkdir -p "$work/lists/partial" "$work/archives/partial"
    cd "$work"
    fetch() { apt-get -qq -o "Dir::Cache=$work" -o APT::Sandbox::User= "$@" >&2; }
    say "Fetching pip from the package python3-pip-whl"
    fetch download python3-pip-whl 2>/dev/null || {
        fetch -o "Dir::State::lists=$work/lists" update || true
        fetch -o "Dir::State::lists=$work/lists" download python3-pip-whl
    }
    dpkg-deb -x python3-pip-whl_*.deb .
    ls "$work"/usr/share/python-wheels/pip-*.whl
)

run_pip() {
    if [ -n "$pip" ]; then
        PYTHONPATH=$pip .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"
    else
        "$python" -m pip --python .venv/bin/python --disable-pip-version-check --quiet "$@"
    fi
}

# With uv in a few seconds, or with pip in some more. Byte code is compiled now: make tells Python not to write any.
install_with_uv() {
    awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements-dev.lock >.cache/uv.lock
    run_pip install --no-deps --require-hashes -r .cache/uv.lock || return 1
    if ! mkdir -p "${UV_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/uv}" 2>/dev/null; then
        export UV_CACHE_DIR="$root/.cache/uv"
    fi
    if [ -s /etc/ssl/certs/ca-certificates.crt ]; then
        export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}" # the machine may trust more than uv's own list: a proxy, say
    fi
    export UV_PYTHON="$root/.venv/bin/python"
    .venv/bin/uv --quiet pip sync --compile-bytecode --require-hashes requirements-dev.lock &&
        .venv/bin/uv --quiet pip install --no-deps --no-build-isolation $editable
}

install_with_pip() {
    run_pip install --require-hashes -r requirements-dev.lock &&
        run_pip install --no-deps --no-build-isolation $editable
}

is_current && exit
[ -n "${BOOTSTRAP_PYTHON:-}" ] || wait_for_turn
python=$BOOTSTRAP_PYTHON
unset BOOTSTRAP_PYTHON
make_environment
find_pip
say "Installing the packages of requirements-dev.lock into .venv (half a minute the first time)"
install_with_uv || {
    say "uv could not; trying pip"
    install_with_pip
} || fail "the packages could not be installed; is a package index within reach?"
fingerprint >"$stamp"
