package listing

import (
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Connection is one page of a list.
type Connection[T any] struct {
	Nodes []T
	Info  page.Info
	Total int // of the whole list; counted only when asked for

	cursor func(T) string
}

// NewConnection makes a page of a list that somebody else has put in order.
func NewConnection[T any](nodes []T, info page.Info, total int, cursor func(T) string) *Connection[T] {
	if nodes == nil {
		nodes = []T{}
	}
	return &Connection[T]{Nodes: nodes, Info: info, Total: total, cursor: cursor}
}

// CursorOf names the place of an entry of the page in the list.
func (c *Connection[T]) CursorOf(entry T) string { return c.cursor(entry) }

// edgesOf gives the entries with their cursors.
func edgesOf[E ~struct {
	Cursor string
	Node   T
}, T any](c *Connection[T]) []E {
	edges := make([]E, len(c.Nodes))
	for i, n := range c.Nodes {
		edges[i] = E{Cursor: c.cursor(n), Node: n}
	}
	return edges
}

// newConnection makes a page of rows that were read in the window's direction.
func newConnection[T any](rows []T, w page.Window, cursor func(T) string) *Connection[T] {
	cut := page.Cut(rows, w, cursor)
	if cut.Items == nil {
		cut.Items = []T{}
	}
	return &Connection[T]{Nodes: cut.Items, Info: cut.Info, cursor: cursor}
}

// inside is the page size of lists inside a product when none is asked for.
const inside = MaxPage

// connect makes a page of a list that is loaded, in its order. The list may be
// cut behind the page plus one when it is asked for from its beginning.
func connect[T any](all []T, args page.Args, id func(T) int64) (*Connection[T], error) {
	w, err := args.Window(inside, MaxPage)
	if err != nil {
		return nil, err
	}
	cursor := func(t T) string { return page.Encode(id(t)) }
	rows := all
	if w.Descending() {
		rows = slices.Clone(rows)
		slices.Reverse(rows)
	}
	if w.Cursor != "" {
		var at int64
		if err := page.Decode(w.Cursor, &at); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(rows, func(t T) bool { return id(t) == at })
		rows = rows[i+1:]
	}
	c := newConnection(slices.Clone(rows[:min(len(rows), w.Limit+1)]), w, cursor)
	c.Total = len(all)
	return c, nil
}
