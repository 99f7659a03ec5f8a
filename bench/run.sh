#!/usr/bin/env bash
# Runs the benches that BENCH names, reads and purchase if it names none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The hot reads, on a catalogue of made-up products in a database on the server
# that SOUK_TEST_DATABASE_URL names.
reads() {
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
}

# The way from a cart to an order, on a server of its own that keeps what it
# commits, or on the one that PURCHASE_SERVER names.
purchase() {
	go run ./bench/purchase -seconds "${SECONDS_EACH:-5}" -connections "${CONNECTIONS:-1,16}" -prepared "${PREPARED:-600}" \
		-server "${PURCHASE_SERVER:-}"
}

for bench in ${BENCH:-reads purchase}; do
	case $bench in
	reads) (reads) ;;
	purchase) (purchase) ;;
	*) echo "There is no bench called $bench." >&2 && exit 2 ;;
	esac
done
