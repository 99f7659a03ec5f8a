package answer

import (
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// maxPage is the largest page of a list, and its size when none is asked for.
const maxPage = 250

// Connection is one page of a list that is loaded.
type Connection[T any, E ~struct {
	Cursor string
	Node   T
}] struct {
	page.Slice[T]
}

// Nodes gives the entries.
func (c Connection[T, E]) Nodes() []T { return c.Items }

// Edges gives the entries with their cursors.
func (c Connection[T, E]) Edges() []E {
	edges := make([]E, len(c.Items))
	for i, item := range c.Items {
		edges[i] = E{Cursor: c.Cursors[i], Node: item}
	}
	return edges
}

// PageInfo tells where the page stands.
func (c Connection[T, E]) PageInfo() page.Info { return c.Info }

// connect cuts a page out of a list. name tells its entries apart.
func connect[E ~struct {
	Cursor string
	Node   T
}, T any](all []T, name func(T) string, args page.Args) (Connection[T, E], error) {
	w, err := args.Window(maxPage, maxPage)
	if err != nil {
		return Connection[T, E]{}, err
	}
	rows := slices.Clone(all)
	if w.Descending() {
		slices.Reverse(rows)
	}
	if w.Cursor != "" {
		var seen string
		if err := page.Decode(w.Cursor, &seen); err != nil {
			return Connection[T, E]{}, err
		}
		rows = rows[slices.IndexFunc(rows, func(t T) bool { return name(t) == seen })+1:]
	}
	rows = rows[:min(len(rows), w.Limit+1)]
	return Connection[T, E]{page.Cut(rows, w, func(t T) string { return page.Encode(name(t)) })}, nil
}

func paging(after, before *string, first, last *int, reverse *bool) page.Args {
	return page.Args{First: first, Last: last, After: after, Before: before, Reverse: reverse != nil && *reverse}
}

// filled gives a text, or nil when it is empty.
func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
