// Package gql is what both GraphQL schemas share: the HTTP handler, the guards
// before execution, the presentation of errors, scalars and global ids.
//
// A request goes: read and negotiate (request.go), find or prepare the document
// (document.go: tokens, guard.Inspect, validation, kept in a bounded cache), judge
// the operation (engine.go: guard.Weigh and access in one pass), execute with
// gqlgen, present errors (present.go), answer (respond.go). A subscription goes the
// same way and is answered as events (stream.go) or over a socket (socket.go).
package gql
