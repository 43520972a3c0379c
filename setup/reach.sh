#!/bin/sh
# Asks for one small package, the way pip is set up here, so that a machine without a way to them hears it in a sentence.
set -u
python=$1
cd "$(dirname "$0")/.." || exit 1

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
small=$(grep -o '^iniconfig==[^ ]*' requirements-dev.lock)
"$python" -m pip --quiet --disable-pip-version-check --retries 1 --timeout 15 download --no-deps --dest "$folder" "$small" 2>"$folder/said" && exit
echo "Python's packages cannot be fetched from here: is there a network, and does pip know the way (HTTPS_PROXY, PIP_CERT, PIP_INDEX_URL)? pip says:" >&2
tail -n 1 "$folder/said" >&2
exit 1
