// Package hosted is the checkout page that every cart's checkoutUrl leads to,
// and the page that tells a buyer how an order stands. The pages are made on the
// server and work without any script; they walk the same machine through the same
// use cases as the API.
//
// # The road
//
// GET /cart/c/{id}?key=… starts or resumes the checkout of a cart and leads to
// GET /checkout/{token}, which shows the first step that is not done, or the one
// that ?step= names if it can be reached. Each step is a form; it is posted to
// /checkout/{token}/{step}, applied, and answered by a redirect, so that going back
// or reloading repeats nothing. A refused form is shown again as it was filled
// in, with the faults beside their fields.
//
// The last form carries what the buyer agrees to (quote hash and version) and an
// idempotency key that was made when the page was: sent twice, it buys once.
// From there the checkout's own state says which page is shown: waiting while
// the provider is asked or the buyer must act, the order once there is one, a way
// back where it ended without.
//
// # What guards it
//
// The token in the path is the right to use the checkout; whoever has no valid
// one gets a page that tells nothing. Nothing is kept in cookies. A form sent
// from another site is refused. Pages are neither stored nor framed nor indexed,
// send no referrer, and load nothing but their own style sheet and pictures.
package hosted
