// Package checkout leads a cart to an order, exactly once.
//
// # Model
//
// A checkout takes over the lines of a cart and holds their stock for a while
// (room inventory). Its data are its steps: a step is done when what it asks for
// is there, so a buyer can go back to any of them, on any device, with the
// checkout's token. What stands in the way is a list of problems. Prices,
// delivery and taxes are found anew at each look, until the buyer submits: then
// the quote is frozen, and nothing but the payment can move the checkout.
//
// Stock is held when the checkout starts or, where the market says so, from the
// cart on: then the cart has a checkout as soon as something is in it. Of a
// bundle its components are held. Each step of the buyer prolongs the hold, up
// to a time after the first one (Config.HoldMost); then it ends, and only after
// a pause do steps hold again. What a customer may hold counts from the moment
// his e-mail address is known, before it is written down.
//
// Its states are a table (lifecycle); apply is the one function that writes
// them, with a row of history and a fact.
//
// # Completion
//
//  1. Claim, one transaction: the key of the submission, the frozen quote, held
//     stock made committed, state submitting, and the attempt to pay with the key
//     under which the provider will be asked.
//  2. Ask, no transaction: the provider, under that key. Asked again it answers
//     what became of it and charges nothing twice.
//  3. Decide, one transaction: the verdict, and with it the order (stock consumed
//     and sourced by the market's strategy, cart completed), or the wait for the buyer, or the checkout given back.
//
// # Failure, and what heals it
//
//   - The server dies before 1 has committed: nothing happened.
//   - It dies between 1 and 3, or the provider does not answer: the attempt is
//     unsettled. The buyer's retry under the same key goes on at 2, and so does a
//     periodic job, whoever comes first; the other finds it done.
//   - The buyer clicks twice, retries, or has two tabs: the second submission meets
//     the state submitting (in_progress) or the order, which it is given.
//   - The buyer never comes back from the provider: the provider's notice or the
//     periodic job brings the verdict, and the order is made without him.
//   - The notice comes after the checkout expired: if nothing else was made of the
//     cart and all stock can be had again, there is an order after all; else the
//     money is owed back, and a job gives it back. Either is a fact
//     (checkout.late_payment).
//   - News comes of an attempt that was given up for another one: it says nothing
//     of the checkout, since what was frozen names its attempt; its money goes back.
//   - The hold of an idle checkout ends: its next step, or its submission, takes it
//     anew, the submission also when steps no longer do; when there is not enough left that is a problem (out_of_stock).
//   - It dies between taking the cart over and holding stock: the next step holds.
//
// Locks are taken in the order cart, checkout, payment, stock.
package checkout
