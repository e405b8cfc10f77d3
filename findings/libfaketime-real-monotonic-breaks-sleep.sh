#!/usr/bin/env bash
# libfaketime 0.9.10-2.1 (Debian 12), under Python 3.11 (Debian's own).
#
# A test system whose date is moved wants only the date moved: timers and waits should go on by the real monotonic clock,
# for which libfaketime has FAKETIME_DONT_FAKE_MONOTONIC=1. With it, time.sleep(0.2) of Python 3.11 raises OSError 22
# (EINVAL): that Python sleeps until a moment of the monotonic clock (clock_nanosleep with TIMER_ABSTIME), and the
# library answers EINVAL to every such call, now or moved. Without the setting it sleeps as it should,
# and then every timeout follows the invented clock. asyncio.sleep, which waits in epoll, works in both ways, so that a
# server starts and seems sound until something of it sleeps.
# A way out: move Python's time in Python (time-machine), and keep the library for processes in C, as PostgreSQL.
#
# Seen: "as it comes: slept" and "monotonic clock left alone: EINVAL".
# Ends with 0 while that is so, with 1 when it has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download libfaketime=0.9.10-2.1 2>/dev/null
dpkg -x ./*.deb unpacked
library=$(find "$folder/unpacked" -name libfaketime.so.1)

slept() {
    env LD_PRELOAD="$library" FAKETIME=+8d "$@" /usr/bin/python3 - <<'PYTHON'
import errno
import time

try:
    time.sleep(0.2)
    print("slept")
except OSError as error:
    print(errno.errorcode[error.errno])
PYTHON
}

/usr/bin/python3 --version
with=$(slept FAKETIME_DONT_FAKE_MONOTONIC=0)
without=$(slept FAKETIME_DONT_FAKE_MONOTONIC=1)
echo "as it comes: $with"
echo "monotonic clock left alone: $without"
[ "$with" = slept ] && [ "$without" = EINVAL ]
