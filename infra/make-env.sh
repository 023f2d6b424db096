#!/bin/sh
# Writes infra/.env with random passwords for docker-compose.yml; one that exists is left alone.
set -eu
file="$(dirname "$0")/.env"
[ ! -e "$file" ] || { echo "$file exists already." >&2; exit 1; }
random() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 40; }
umask 077
{
  for name in INTERNAL_TOKEN POSTGRES_PASSWORD CLICKHOUSE_ADMIN_PASSWORD CLICKHOUSE_APP_PASSWORD CLICKHOUSE_READER_PASSWORD \
    GRAFANA_PASSWORD; do
    echo "$name=$(random)"
  done
} >"$file"
echo "Written: $file"
