// Package e2e runs the built program as its users do: it starts and stops
// `souk dev`, kills it at bad moments, attacks it over HTTP, and follows a
// merchant's story from the file to the storefront. It holds tests only. The
// long variants run in full with SOUK_PROVE=1; `go test -short` leaves all out.
package e2e
