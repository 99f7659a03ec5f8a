// Package payment takes money through providers: it writes down what it will
// ask for, asks, and writes down the verdict. A provider reports, this room
// decides what that means. It knows nothing of what is bought.
//
// # How a payment is made
//
// A provider is somebody else's computer: it may take the money and then not
// answer, answer twice, answer late, or never have heard us. So no transaction
// waits for it, and the same three steps are taken whatever happens:
//
//	Open    in the caller's transaction: the attempt, with a random key that
//	        nobody can guess, is in the books before anybody is asked
//	Ask     outside of transactions, within a few seconds: the provider is asked
//	        under that key
//	Record  in the caller's transaction: the verdict, the step it means, its
//	        history, its fact, and whatever the caller makes of it
//
// What can go wrong, and what heals it:
//
//   - A crash between Open and Ask, or between Ask and Record. The attempt
//     stands open; Unsettled lists it, and Ask under the same key gives the same
//     verdict. Providers forget keys after a day or so: an attempt that is an
//     hour old is only looked up, never asked for again.
//   - No answer. Ask gives ErrUnknown and changes no state. The outcome is not
//     "failed": the money may have moved. The buyer is told that it is pending.
//   - The same verdict twice, or an old one after a newer. The table of
//     lifecycle has no row for it, so nothing changes.
//   - Another amount or currency than was asked for. Such money never makes a
//     payment good: it fails, and what the provider holds is owed back.
//   - Money for an attempt that expired or was called off. It becomes good, for
//     it is there; whoever settles decides whether it still buys something or is
//     owed back. Money after a refusal is owed back at once.
//   - A crash while money goes back. PayBack repeats under one key, so it goes
//     back once; Owed lists what has not.
//   - A hint of the provider (a webhook, a returning buyer) that is forged or
//     old. Heard records that there is news and nothing of what it says: the
//     verdict comes from Ask.
//
// A hint that is lost is no loss while the attempt is open. The checks of this
// room hold the books together; an adapter that has a ledger of its own holds
// that against them.
package payment
