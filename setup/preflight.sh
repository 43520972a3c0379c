#!/bin/sh
# Says what this machine lacks, before anything is downloaded: a sentence for each thing, with the command that mends it.
# Prints the Python to use on standard output, and ends with status 1 if anything is missing. Plain sh, since Python may be.
#
# PYTHON names the Python to use; without it, the first one that is new enough.
set -u
cd "$(dirname "$0")/.." || exit 1

OLDEST=11
NEWEST=14 # of Python 3: the newest that every pinned package has wheels for
DISK_MB=1500 # .venv takes 750 MB, what pip unpacks on the way as much again
MEMORY_MB=1500 # servers, a worker with two processes that read, and the browser of `make test`

lacks=""
lack() { # sentence
  echo "$1" >&2
  lacks=yes
}

as_root() { [ "$(id -u)" = 0 ] || printf 'sudo '; }
packages() { # Debian's names; prints the command, or what to look for elsewhere
  if command -v apt-get >/dev/null; then printf '%sapt-get update && %sapt-get install -y %s' "$(as_root)" "$(as_root)" "$1"
  else printf "your package manager's install command for what Debian calls %s" "$1"; fi
}

is_usable() { # python, test: prints nothing
  "$1" -c "import sys; $2" >/dev/null 2>&1
}
is_new_enough() { is_usable "$1" "sys.exit(not (3, $OLDEST) <= sys.version_info[:2] <= (3, $NEWEST))"; }

find_python() { # the first that fits; otherwise the first that is there at all
  first=""
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    command -v "$candidate" >/dev/null || continue
    [ -n "$first" ] || first=$candidate
    if is_new_enough "$candidate"; then first=$candidate && break; fi
  done
  echo "$first"
}

free_mb() { df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'; }
memory_mb() { # what can be had: of the machine, or of the container if that is less
  available=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null)
  case "$limit" in ''|max|*[!0-9]*) ;; *) limit=$((limit / 1048576)); [ "$limit" -lt "${available:-$limit}" ] && available=$limit ;; esac
  echo "${available:-}"
}

if [ "$(uname -s)" != Linux ]; then
  lack "Clientsync runs on Linux, and this is $(uname -s): use a Linux machine, a virtual one or a container (such as debian:12)."
  exit 1
fi
case "$(uname -m)" in
  x86_64|aarch64) ;;
  *) lack "PostgreSQL and Temporal come as packages for x86_64 and aarch64, and this is $(uname -m): use such a machine." ;;
esac
for musl in /lib/ld-musl-*; do
  [ -e "$musl" ] && lack "PostgreSQL comes as a package for glibc, and this system has musl: use Debian, Ubuntu, Fedora or the like."
done

command -v make >/dev/null || lack "make is missing: $(packages make)"
command -v setpriv >/dev/null || lack "setpriv is missing: $(packages util-linux)"

python=$(find_python)
if [ -z "$python" ]; then
  lack "${PYTHON:-Python} is missing: $(packages 'python3 python3-venv')"
elif ! is_new_enough "$python"; then
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo 'of an unknown version')
  lack "Python 3.$OLDEST to 3.$NEWEST is needed, and $python is $version: name another one, as in make demo PYTHON=/path/to/python3.$OLDEST"
elif ! is_usable "$python" 'import venv, ensurepip'; then
  lack "$python cannot make virtual environments yet: $(packages "$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')")"
fi

if [ ! -e .venv/.complete ]; then
  space=$(free_mb .)
  [ "${space:-$DISK_MB}" -ge "$DISK_MB" ] ||
    lack "$DISK_MB MB of disk are needed here, and $space MB are free: make room, or clone into a folder on a larger disk."
fi
temporary=$(free_mb "${TMPDIR:-/tmp}")
[ "${temporary:-500}" -ge 500 ] ||
  lack "500 MB are needed in ${TMPDIR:-/tmp}, and $temporary MB are free: make room, or set TMPDIR to a folder on a larger disk."
memory=$(memory_mb)
[ "${memory:-$MEMORY_MB}" -ge "$MEMORY_MB" ] ||
  lack "$MEMORY_MB MB of memory are needed, and $memory MB are free: end other programs, or use a larger machine."

[ -z "$lacks" ] || exit 1
command -v "$python"
