// Package inventory counts what is where: locations, stock levels and the
// ledger of movements. A level is the sum of its movements; nothing else
// changes it.
//
// # Reservations
//
// A reservation promises pieces of one level to one line of a checkout. Its
// pieces count as taken from the moment it is made until it is given back:
//
//	held ──Commit──▶ committed ──Consume──▶ consumed ──Deallocate──▶ released
//	 ▲ └─Release, ExpireDue─▶ released, expired │ └─Release─▶ released
//	 └───────────────Uncommit───────────────────┘
//
// Held ones end at their time. Committed ones live as long as the payment that
// the checkout waits for; consumed ones belong to its order.
//
// Model. Reserve is a transaction of its own: the checkout exists first, the
// hold names it. It brings what the checkout holds to what is wanted, all of it
// or nothing, and answers after its commit. Where combining is on, holds that
// are asked for while another is being decided are decided together in the next
// transaction, each judged alone in the order in which they came (package
// combine): one hot article is then not bounded by one commit per buyer. One
// hold or many, the steps are the same. It locks in this order: the checkouts'
// names, the names of clients and customers whose holds are capped, the
// checkouts' own reservations by id, then the levels of all variants concerned
// by id. Holding these it gives back their expired holds, judges every line
// (what several lines want of one variant is counted together, be it as parts
// of a bundle or alone), and writes reservations, ledger and levels. Whoever
// locks levels does it by id, and nobody waits for a reservation of somebody
// else while holding a level: the search for expired holds passes over rows
// that are locked. So there is no circle to wait in; should the database see
// one all the same, the transaction is run again.
//
// Commit, Uncommit, Extend and Consume touch the checkout's own reservations
// only, never a level: paying and placing an order does not wait for a hot
// item. They join the caller's transaction, which has locked its checkout.
// Release and Deallocate lock like Reserve. What two of them do at once to one
// reservation is decided by the lock on its row: each looks again at the state
// once it has it. A hold is expired or committed, never both.
//
// Source is Consume for a market: it plans without locks from where the
// strategy (package sourcing) would send the pieces, and mostly that is where
// they are held. Only if it is not does it lock the levels of the order's
// variants, after its checkout's name and reservations as everywhere, plan
// again, and move the pieces; what was promised stays promised. Reallocate is
// the same at the word of staff.
//
// Failure and what heals it.
//
//   - The process ends after Reserve and before anybody learns of it: the hold
//     names its checkout. Asking again finds it and only prolongs it; if nobody
//     asks, it expires.
//   - A caller leaves while its hold is being decided: as before. One that leaves
//     while it waits for its turn is not decided at all.
//   - One hold of a batch cannot be decided (its data are bad, the code panics):
//     the batch is undone, and each is decided alone.
//   - More callers than the queue takes: they are refused with "busy", at once,
//     and nothing was done for them.
//   - Nobody gives back a hold in time: ExpireDue does so on each tick of any
//     process, and Reserve, Release and the deletion of a variant do so for the
//     levels that they lock. Until then its pieces are taken, so that nothing is
//     sold twice, and its checkout may not commit it.
//   - Commit comes too late, or the cart has changed meanwhile: ErrNotHeld. The
//     caller reserves anew and learns what is short.
//   - A payment is never heard of again: what is committed stays, since money
//     may have been taken. The room of checkouts settles its payments, and then
//     releases, uncommits or consumes.
//   - Stock is counted or written off below what is promised: promises stay,
//     the variant offers nothing, and staff see more taken than on hand.
//   - The ledger and a level disagree: that cannot come about in one
//     transaction; the checks of this room find it.
//
// Pieces ordered ahead (a variant that is sold when stock is used up) are
// promised at the first location; their movements carry the reason "backorder".
// Every other reservation leaves its level at nothing or more, which the checks
// replay from the ledger.
package inventory
