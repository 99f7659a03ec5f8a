// Package event carries facts from the rooms that make them to those who must
// know, without losing, inventing or reordering any.
//
// # Model
//
// A use case records its facts with Outbox.Record in the transaction that makes
// them true: both commit or neither does. A fact holds ids and versions, no
// personal data; who wants more asks the room. A Dispatcher hands the rows to
// consumers. There are two sorts:
//
//   - An ordered consumer has one cursor for all processes, kept in the
//     database. An advisory lock is its lease: one process at a time runs it. It
//     never skips an event; one that it cannot handle holds it up until it can,
//     visibly (souk_event_lag_seconds), with growing pauses.
//   - A broadcast consumer runs in every process, for what each keeps in
//     memory. Its position lives and dies with the process.
//
// # Order
//
// Rows are read by (xid, id), xid being the transaction that wrote them, and
// only below the oldest transaction still running (pg_snapshot_xmin). So a
// transaction that began early and commits late is waited for, not passed. Facts
// of one transaction come in the order they were recorded. Across transactions
// the order is that of their beginning, not of their commits: of two changes of
// one aggregate the newer is the one with the higher Version, and consumers
// that keep state compare it. A transaction that stays open holds everybody up,
// so bulk work commits in portions.
//
// # Failure, and what heals it
//
//   - The process dies after a commit: the rows are there, the next one reads them.
//   - A handler fails or dies: its batch comes again, one event at a time until
//     one has gone through. A Transactional handler's own writes roll back with
//     it, so its effects happen once; any other must bear a repetition.
//   - A process is paused and its lease lost: its transaction is gone, so it
//     cannot move the cursor.
//   - A consumer was away for longer than the outbox is kept: it is told so by
//     Rebuild, and goes on from the moment its rebuild began.
//   - The database is restored from a dump into another server, where
//     transaction numbers begin anew: Add renumbers what came with the dump.
//   - A wake-up is lost: everybody looks by himself four times a second.
package event
