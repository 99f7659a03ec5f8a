// Package merchandising answers searches and lists the way merchandisers want:
// what the engine ranks, moved by rules.
//
// # Items
//
// What merchandisers say (rules, synonyms, redirects …) are items. A change to an
// item is a new version of its content; nothing is live until it is published,
// and any version that was there may be made live again. A release is the
// moment at which what is live changed; the id of the last one is the version of
// all rules together.
//
// # How a release gets everywhere
//
// A release, its audit row and the fact "merchandising.released" are written in
// one transaction, one release after the other. Every process hears the fact and
// reads all that is live in one statement, with the id of the last release. It
// is made ready as a whole and put in place of what was there, so that a request
// sees one state from its beginning to its end. A process that cannot read goes
// on with what it has, and the fact is delivered to it again; one that starts
// reads before it answers. What a process cannot understand, because a newer
// one wrote it, is left out and logged, and everything else acts.
//
// Schedules are judged by the clock of each request: nothing has to fire when a
// campaign begins or ends.
//
// # Cursors
//
// A cursor carries the version of its list's plan. It changes when something
// changes that has a say in that very list, whatever else is released.
package merchandising
