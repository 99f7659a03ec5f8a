package search

import (
	"context"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

// ProductID is the catalog's.
type ProductID = listing.ProductID

// Engine keeps indexes: one for each language of each generation. It knows
// words and nothing else: filters, facets, counts, prices and stock are
// answered from the table of documents, by one code for all engines. Engines
// pass the suite of package searchtest.
type Engine interface {
	// Kind is "bleve" or "meilisearch".
	Kind() string
	// Shared tells whether all processes use the same indexes. If not, each
	// process writes its own.
	Shared() bool
	// Create makes an empty index; one of that name that was there is gone.
	Create(ctx context.Context, name string, language locale.Language) (Index, error)
	// Open opens an index that is there and fits this program's mapping;
	// ErrNoIndex otherwise.
	Open(ctx context.Context, name string, language locale.Language) (Index, error)
	// Drop takes an index away; one that is not there is no error.
	Drop(ctx context.Context, name string) error
	// Names lists the indexes that are there.
	Names(ctx context.Context) ([]string, error)
}

// Index finds products by words.
type Index interface {
	// Candidates gives the products that a query matches, best first. The order
	// is total and the same whenever the same entries are written anew: of equal
	// ones the lower id stands first.
	Candidates(ctx context.Context, q Query) (Candidates, error)
	// Put writes entries; what was there of the same product is replaced. It may
	// return before they can be found: the task tells.
	Put(ctx context.Context, entries []Entry) (Task, error)
	// Delete takes products out; those that are not there are no error.
	Delete(ctx context.Context, ids []ProductID) (Task, error)
	// Versions lists what is there behind an id, by id: what drift is found with.
	Versions(ctx context.Context, after ProductID, limit int) ([]Version, error)
	Close() error
}

// Task is a write on its way.
type Task interface {
	// Wait returns when what was written can be found, or cannot be: then with
	// ErrRefused where the entries are at fault, ErrUnavailable otherwise.
	Wait(ctx context.Context) error
}

// Entry is what an index keeps of one product in one language. Each text is a
// list of plain words, as the fields of the index weigh them differently.
type Entry struct {
	ID          ProductID `json:"id"`
	Version     string    `json:"version"` // a hash of all the rest
	Title       string    `json:"title"`
	Vendor      string    `json:"vendor"`
	Kind        string    `json:"kind"`       // product type and the names of its categories
	Codes       []string  `json:"codes"`      // SKUs, bar codes, model numbers, in every way that they are typed
	Properties  []string  `json:"properties"` // option values, attribute values with units
	Tags        []string  `json:"tags"`
	Description string    `json:"description"`
}

// Version is an entry that an index has.
type Version struct {
	ID      ProductID
	Version string
}

// Query is what is asked of an engine. It is understood already: an engine
// corrects nothing and drops nothing. Words are normalized like those of
// entries (understanding.Normalize).
type Query struct {
	// Groups must all match, or at least Least of them where that is not 0. The
	// words of a group are alternatives.
	Groups []Group
	Least  int
	// Limit is how many are wanted; 0 is all.
	Limit int
}

// Group is one thing that is asked for: any of its alternatives will do, the
// first is what was typed and counts most. An alternative of several words is
// a phrase.
type Group struct {
	Any    []string
	Prefix bool // the first may be the beginning of a longer word
	Code   bool // it looks like an article number: the field of codes counts most
}

// Candidates are products that match, best first.
type Candidates struct {
	IDs   []ProductID
	Total int // how many match; more than IDs where a limit was given
}

var (
	// ErrNoIndex says that an index is not there or was made for another mapping.
	ErrNoIndex = fault.New(fault.NotFound, "search_index_missing", "There is no such search index.")
	// ErrUnavailable says that the engine does not answer. It may later.
	ErrUnavailable = fault.New(fault.Unavailable, "search_unavailable", "The search engine does not answer.")
	// ErrRefused says that the engine will not take an entry, however often.
	ErrRefused = fault.New(fault.Invalid, "search_entry_refused", "The search engine does not take this document.")
)
