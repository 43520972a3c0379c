#!/bin/sh
# Finds a Chromium for the tests of pages, and installs Debian's where there is none. Prints its path on standard output.
#
# CHROMIUM names one; without it, what PATH has. Otherwise: as root, or with sudo that asks for no password, by apt-get;
# as anybody else, Debian's packages are fetched and unpacked into build/chromium, where nobody else sees them.
set -eu
cd "$(dirname "$0")/.."
OWN="$PWD/build/chromium"

fail() {
  echo "The tests of pages need Chromium, and $1: install Chromium or Chrome, or name one that is there, as in make test CHROMIUM=/path/to/chromium" >&2
  exit 1
}

runs() { [ -x "$1" ] && "$1" --version >/dev/null 2>&1; } # Ubuntu's is a stand-in that only says what to do

if [ -n "${CHROMIUM:-}" ]; then
  runs "$CHROMIUM" || fail "$CHROMIUM does not run"
  echo "$CHROMIUM"
  exit
fi

found() {
  for name in chromium chromium-browser google-chrome-stable google-chrome "$OWN/chromium"; do
    program=$(command -v "$name") && runs "$program" && echo "$program" && return
  done
  return 1
}

by_apt() { # prefix: nothing, or sudo
  echo "Installing Chromium by apt-get" >&2
  $1 apt-get update -qq >&2 &&
    $1 env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >&2
}

unpacked() { # apt with folders of its own needs no rights, and leaves the machine as it is
  echo "Fetching Debian's Chromium into build/chromium" >&2
  rm -rf "$OWN" && mkdir -p "$OWN/lists/partial" "$OWN/archives/partial"
  set -- -qq -o Dir::State::lists="$OWN/lists" -o Dir::State::status=/var/lib/dpkg/status -o Debug::NoLocking=true \
    -o Dir::Cache="$OWN" -o Dir::Cache::archives="$OWN/archives" -o APT::Sandbox::User=""
  apt-get "$@" update >&2
  apt-get "$@" install --download-only -y --no-install-recommends chromium fonts-dejavu-core >&2
  for package in "$OWN"/archives/*.deb; do dpkg-deb -x "$package" "$OWN/root"; done
  rm -rf "$OWN/archives" "$OWN/lists" "$OWN"/*.bin
  libraries=$(find "$OWN/root" -name '*.so*' -printf '%h\n' | sort -u | paste -sd :)
  cat >"$OWN/fonts.conf" <<FONTS
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$OWN/root/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>$OWN/fonts</cachedir>
</fontconfig>
FONTS
  cat >"$OWN/chromium" <<PROGRAM
#!/bin/sh
export LD_LIBRARY_PATH="$libraries" FONTCONFIG_FILE="$OWN/fonts.conf"
exec "$OWN/root/usr/lib/chromium/chromium" "\$@"
PROGRAM
  chmod +x "$OWN/chromium"
}

found && exit
command -v apt-get >/dev/null || fail "there is none"
if [ "$(id -u)" = 0 ]; then
  by_apt "" || fail "apt-get could not install it"
elif sudo -n true 2>/dev/null; then
  by_apt sudo || fail "apt-get could not install it"
else
  unpacked || fail "its packages could not be fetched"
fi
found || fail "what apt-get installed does not run"
