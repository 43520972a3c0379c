#!/bin/sh
# Finds what the tests of pages need beside Python's packages, and installs what is not there: Chromium, and the library
# libatomic that Playwright's own Node.js asks for. Prints the variables by which they are found, for a shell's `eval`.
#
# CHROMIUM names a Chromium; without it, what PATH has. Otherwise: as root, or with sudo that asks for no password, by
# apt-get; as anybody else, Debian's packages are fetched and unpacked into build/browser, and the machine stays as it is.
#
# Best is Chromium without windows (Debian's chromium-headless-shell), the same engine: the whole Chromium draws its
# windows even where nobody sees them, and takes 2.5 times the CPU time for the same pages. Root on a Debian gets it beside
# a Chromium that is there; anybody else's tests take the longer.
set -eu
cd "$(dirname "$0")/.."
OWN="$PWD/build/browser"
PACKAGE=chromium-headless-shell
SHELLS="$PACKAGE chrome-headless-shell"

fail() {
  echo "The tests of pages need $1, and $2: install it, or (Chromium, Chrome) name one that is there, as in make test CHROMIUM=/path/to/chromium" >&2
  exit 1
}

runs() { [ -x "$1" ] && "$1" --version >/dev/null 2>&1; } # Ubuntu's chromium-browser only says what to do

find_chromium() {
  for name in ${CHROMIUM:-$SHELLS chromium chromium-browser google-chrome-stable google-chrome "$OWN/chromium"}; do
    program=$(command -v "$name") && runs "$program" && echo "$program" && return
  done
  return 1
}

find_node() {
  for program in "$PWD"/.venv/lib/python3*/site-packages/playwright/driver/node "$OWN/node"; do
    runs "$program" && echo "$program" && return
  done
  return 1
}

by_apt() { # prefix, packages: the prefix is nothing, or sudo
  prefix=$1 && shift
  echo "Installing by apt-get: $*" >&2
  $prefix apt-get update -qq >&2 &&
    $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

unpacked() { # packages: apt with folders of its own needs no rights
  echo "Fetching Debian's packages into build/browser: $*" >&2
  rm -rf "$OWN" && mkdir -p "$OWN/lists/partial" "$OWN/archives/partial" || return
  options="-qq -o Dir::State::lists=$OWN/lists -o Dir::State::status=/var/lib/dpkg/status -o Debug::NoLocking=true
    -o Dir::Cache=$OWN -o Dir::Cache::archives=$OWN/archives"
  # shellcheck disable=SC2086 # options are several words
  apt-get $options update >&2 &&
    apt-get $options install --download-only -y --no-install-recommends "$@" fonts-dejavu-core >&2 || return
  for package in "$OWN"/archives/*.deb; do dpkg-deb -x "$package" "$OWN/system" || return; done
  rm -rf "$OWN/archives" "$OWN/lists" "$OWN"/*.bin
  libraries=$(find "$OWN/system" -name '*.so*' -printf '%h\n' | sort -u | paste -sd :)
  cat >"$OWN/fonts.conf" <<FONTS
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$OWN/system/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>$OWN/fonts</cachedir>
</fontconfig>
FONTS
  starter chromium "$OWN/system/usr/lib/chromium/$PACKAGE"
  starter node "$(ls "$PWD"/.venv/lib/python3*/site-packages/playwright/driver/node)"
}

starter() { # name, program: starts it with the libraries that were unpacked
  printf '#!/bin/sh\nexport LD_LIBRARY_PATH="%s" FONTCONFIG_FILE="%s"\nexec "%s" "$@"\n' \
    "$libraries" "$OWN/fonts.conf" "$2" >"$OWN/$1"
  chmod +x "$OWN/$1"
}

has_windows() {
  case ${1##*/} in $PACKAGE | chrome-headless-shell) return 1 ;; esac
  [ "$1" != "$OWN/chromium" ]
}

lacks=""
find_node >/dev/null || lacks="libatomic1"
if ! there=$(find_chromium); then
  lacks="$PACKAGE $lacks"
elif [ -z "${CHROMIUM:-}" ] && has_windows "$there" && [ "$(id -u)" = 0 ] && grep -qx ID=debian /etc/os-release; then
  by_apt "" "$PACKAGE" || echo "$there is used: apt-get could not install $PACKAGE" >&2
fi
if [ -n "$lacks" ]; then
  [ -z "${CHROMIUM:-}" ] || find_chromium >/dev/null || fail Chromium "$CHROMIUM does not run"
  command -v apt-get >/dev/null || fail "what Debian calls $lacks" "it is not there"
  # shellcheck disable=SC2086 # packages are several words
  if [ "$(id -u)" = 0 ]; then
    by_apt "" $lacks || fail "$lacks" "apt-get could not install it"
  elif sudo -n true 2>/dev/null; then
    by_apt sudo $lacks || fail "$lacks" "apt-get could not install it"
  else
    unpacked $lacks || fail "$lacks" "Debian's packages could not be fetched"
  fi
fi
chromium=$(find_chromium) || fail Chromium "what was installed does not run"
node=$(find_node) || fail "Node.js of Playwright" "it does not run"
printf "export CHROMIUM='%s' PLAYWRIGHT_NODEJS_PATH='%s'\n" "$chromium" "$node"
