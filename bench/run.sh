#!/usr/bin/env bash
# Makes a database with a catalogue of made-up products on the server that
# SOUK_TEST_DATABASE_URL names, and measures the hot reads of ./bin/souk on it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

server=${SOUK_TEST_DATABASE_URL:?name a PostgreSQL server, or run make bench}
database=souk_bench
DATABASE_URL=$(sed -E "s#/[^/?]*(\\?|\$)#/$database\\1#" <<<"$server")
export DATABASE_URL
SOUK_SECRET_KEY=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
SOUK_DATA_DIR=$(mktemp -d)
export SOUK_SECRET_KEY SOUK_DATA_DIR SOUK_ENV=dev SOUK_LOG_LEVEL=warn
trap 'rm -rf "$SOUK_DATA_DIR"' EXIT

go run ./bench/catalogue -products "${PRODUCTS:-5000}" >"$SOUK_DATA_DIR/catalogue.csv"
go run ./bench/database -server "$server" -name "$database"
echo "Importing ${PRODUCTS:-5000} products with ten variants each:"
time ./bin/souk import "$SOUK_DATA_DIR/catalogue.csv"
SOUK_ENV=production go run ./bench/reads -seconds "${SECONDS_EACH:-5}" -connections "${CONNECTIONS:-1,16,64}"
