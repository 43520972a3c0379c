#!/bin/sh
# Brings Temporal's two databases to the schema of this version of the server. Safe to run again: a database that is
# there is updated, one that is not is made first. The password comes in as SQL_PASSWORD.
set -eu

tool() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_HOST" -p 5432 -u temporal --db "$database" "$@"
}

bring_up() {
  database=$1
  versions=/etc/temporal/schema/postgresql/v12/$2/versioned
  tool "$database" update-schema -d "$versions" && return
  tool "$database" create
  tool "$database" setup-schema -v 0.0
  tool "$database" update-schema -d "$versions"
}

bring_up temporal temporal
bring_up temporal_visibility visibility
