#!/bin/sh
# Makes the namespace, with 30 days of retention, and its search attributes. Safe to run again. The worker checks the
# same at every start; here it is done first, so that the web interface shows them before any worker ran.
set -eu

temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$NAMESPACE" --retention 720h

# A new namespace reaches the server's caches after some seconds.
tries=0
until temporal operator search-attribute list --namespace "$NAMESPACE" >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || { echo "the namespace $NAMESPACE did not become usable" >&2; exit 1; }
  sleep 2
done

for name in $SEARCH_ATTRIBUTES; do
  temporal operator search-attribute create --namespace "$NAMESPACE" --name "$name" --type Keyword
done
