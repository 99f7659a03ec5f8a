// Package search finds products by words, and keeps everything right that it
// needs for that: the table of all products, the words of each language, and
// the indexes of an engine.
//
// # Model
//
// The database is the truth. A document (listing.Document) is everything about
// one product that a search looks at, always read whole. Of documents are made
//
//   - the table (package table), in the memory of each process that serves:
//     filters, facets, counts, sorting, prices and stock are answered from it;
//   - a vocabulary for each language (package understanding), there as well:
//     queries are corrected by it;
//   - an Entry for each language, the plain words of the document, in the index
//     of an Engine. Its version is a hash of the rest. Price and stock are not in
//     it: their changes cost the engine nothing.
//
// A local engine (bleve) has an index of its own in each process, which writes
// it as it hears of changes. A shared one (Meilisearch) is written once for all
// processes, by the ordered consumer "search-index".
//
// # Writing
//
// Facts say which products may have changed, never how. Whoever writes reads
// the documents anew and sends their entries under one lock: a mutex, and for a
// shared engine an advisory lock of the database. So the order of sending is
// the order of reading, and whoever sends last sends what is newest, be it an
// event, a builder or a repair. Writes go out in chunks of at most 1,000 entries
// and 5 MB, at most four at once by each writer; none is waited for singly, all
// are before a cursor moves. A product that is gone is deleted in the same way.
//
// # Generations
//
// An index is built anew as a generation: a row in search_generation, and an
// index for each language. It is requested (by staff, by a command, or by a
// process that finds no index, one of another mapping, or none in a language),
// claimed by a process, built while changes go to it and to the live one,
// compared entry by entry, some documents once more with the database, some
// asked for by their titles, and then made live in one transaction. Searches
// are answered by the one before until then. That one stays for a day: to go
// back to it is another flip of the pointer, and what has changed since is
// written to it right after.
//
// # Failure, and what heals it
//
//   - A process dies: what it kept in memory it reads anew. Its own index is
//     opened and compared, and what differs is written. Changes that it had not
//     heard of are among these.
//   - A process dies while it builds: its row says "building". A local index is
//     nobody else's, so it begins again when it starts; with a shared engine
//     another process takes over once the row has been silent for 30 seconds.
//     One that was only slow then finds that its claim is gone, and stops.
//   - It dies between the flip and its own switch: at its start the row tells.
//   - The engine does not answer: the table goes on, so that lists, filters,
//     prices and stock are right; what could not be written waits in memory
//     (local) or behind the cursor (shared) and is tried again with growing
//     pauses. Find says ErrUnavailable, at once after a few failures, and the
//     catalog's own search answers.
//   - The engine refuses entries: the chunk is halved until the one at fault is
//     alone. It becomes a dead letter, the others go on. The same version is not
//     sent again unless staff retries it; a later version that is taken, or the
//     product's end, clears the letter.
//   - The engine says that it wrote and did not, an index was changed by hand, a
//     fact was never told: every five minutes all versions of the index are
//     compared with those of the documents as last read, and a twelfth of the
//     documents is read anew. What differs is written and counted.
//   - Somebody took an index away: the same comparison asks for a new generation.
//   - A builder cannot finish: the generation fails, says why, and its indexes
//     are dropped. Where one is needed the next is asked for after a minute.
//   - The outbox was swept past the ordered consumer: Rebuild compares everything.
package search
