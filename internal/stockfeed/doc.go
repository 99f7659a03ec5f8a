// Package stockfeed takes in what suppliers, warehouses and back-office systems
// say of stock: levels or differences, as CSV or JSON, uploaded by staff, posted
// as a signed message, or fetched from an address.
//
// # A delivery
//
// Model. A delivery is one transaction. It locks its feed, so that the
// deliveries of a feed are taken one after the other; it is held against what
// the feed took before; its lines are identified; what differs becomes movements
// (inventory.Tell); then the report, what the feed remembers, the audit row and
// the facts are written. Locks are taken in the order feed, variants by id,
// levels by id. Only levels that change are locked.
//
// Twice. A message that was taken, or the same content, is repeated: it is
// answered with the run that took it and changes nothing. Sent at the same
// moment, the second waits for the first and finds its run. A sequence that is
// not above the last one, or an instant before the last one, is stale. Several
// deliveries may speak of one instant: the parts of a large list do.
//
// As of. A level that is told as of an instant is what was on hand then. What
// the shop has moved since, sales above all, is added to it; what this feed
// itself has moved since is not, for that was a correction of what it says. The
// ledger dates a movement by the beginning of its transaction, so an instant
// should be some seconds old, which it is by the time a list arrives.
//
// Failure and what heals it.
//
//   - A line cannot be taken (an unknown item, less than nothing left): the
//     report says so, the other lines are taken.
//   - The process ends, or the database does, before the commit: nothing was
//     taken, and the delivery may be sent again as it is. After the commit: it is
//     repeated.
//   - A fetch fails: its run says why, the next interval tries again. Whoever
//     ends while fetching has put the feed off by one interval.
//   - A sender numbers anew, or has sent an instant too late by mistake: staff
//     let the feed forget (Change.Restart).
//   - The server's key is replaced: secrets hold while the old one is among the
//     previous ones. Then each webhook needs a new secret.
package stockfeed
