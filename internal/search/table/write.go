package table

import (
	"cmp"
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
)

// chunk is products that stand one behind the other by id. It does not change.
type chunk struct {
	rows []row
	ids  []listing.ProductID // of the rows, to be looked through quickly
}

// chunkSize is how many products a chunk has at most: what a write of one
// product copies.
const chunkSize = 128

func (c *chunk) first() listing.ProductID { return c.ids[0] }

// find gives the row of a product; nil where it is not there.
func (c *chunk) find(id listing.ProductID) *row {
	i, ok := slices.BinarySearch(c.ids, id)
	if !ok {
		return nil
	}
	return &c.rows[i]
}

func byID(r row, id listing.ProductID) int { return cmp.Compare(r.id, id) }

// change is a row that is written anew, or taken out where there is none.
type change struct {
	id  listing.ProductID
	row *row
}

// Put writes products anew, each as a whole.
func (t *Table) Put(docs []*listing.Document) {
	t.writing.Lock()
	defer t.writing.Unlock()
	changes := make([]change, len(docs))
	for i, d := range docs {
		r := t.symbols.encode(d)
		changes[i] = change{id: d.ID, row: &r}
	}
	t.write(changes)
}

// Delete takes products out; those that are not there are no error.
func (t *Table) Delete(ids []listing.ProductID) {
	t.writing.Lock()
	defer t.writing.Unlock()
	changes := make([]change, len(ids))
	for i, id := range ids {
		changes[i] = change{id: id}
	}
	t.write(changes)
}

// Replace takes over the products of another table, all at once. The other must
// not be written any more.
func (t *Table) Replace(from *Table) {
	t.writing.Lock()
	defer t.writing.Unlock()
	from.writing.Lock()
	defer from.writing.Unlock()
	t.symbols, t.kept = from.symbols, from.kept
	t.publish(from.View().chunks)
}

// View gives the products as they are now.
func (t *Table) View() *View { return t.view.Load() }

// write publishes the view with some rows changed; of several changes of one
// product the last counts. Chunks without a change are shared with the view
// before.
func (t *Table) write(changes []change) {
	if len(changes) == 0 {
		return
	}
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(a.id, b.id) })
	old := t.View().chunks
	chunks := make([]*chunk, 0, len(old)+len(changes)/chunkSize+1)
	for i, c := range old {
		n := len(changes)
		if i+1 < len(old) {
			next := old[i+1].first()
			n, _ = slices.BinarySearchFunc(changes, next, func(c change, id listing.ProductID) int { return cmp.Compare(c.id, id) })
		}
		if n == 0 {
			chunks = append(chunks, c)
			continue
		}
		chunks = split(chunks, merge(c.rows, changes[:n]))
		changes = changes[n:]
	}
	t.publish(t.compacted(split(chunks, merge(nil, changes))))
}

// merge gives the rows with the changes in them, by id.
func merge(rows []row, changes []change) []row {
	out := make([]row, 0, len(rows)+len(changes))
	for i, c := range changes {
		if i+1 < len(changes) && changes[i+1].id == c.id {
			continue
		}
		n, found := slices.BinarySearchFunc(rows, c.id, byID)
		out = append(out, rows[:n]...)
		if c.row != nil {
			out = append(out, *c.row)
		}
		if found {
			n++
		}
		rows = rows[n:]
	}
	return append(out, rows...)
}

// split adds rows to chunks, in chunks of about the same size.
func split(chunks []*chunk, rows []row) []*chunk {
	for parts := (len(rows) + chunkSize - 1) / chunkSize; parts > 0; parts-- {
		n := (len(rows) + parts - 1) / parts
		c := &chunk{rows: slices.Clip(rows[:n]), ids: make([]listing.ProductID, n)}
		packAll(c.rows)
		for i := range c.rows {
			c.ids[i] = c.rows[i].id
		}
		chunks = append(chunks, c)
		rows = rows[n:]
	}
	return chunks
}

// publish makes the view of chunks the one that is read from now on.
func (t *Table) publish(chunks []*chunk) {
	v := &View{chunks: chunks, symbols: t.symbols.all, of: t.symbols.of, firsts: t.symbols.first, markets: slices.Clone(t.symbols.markets), fields: slices.Clone(t.symbols.fields), version: 1}
	if before := t.View(); before != nil {
		v.version = before.version + 1
	}
	v.starts = make([]listing.ProductID, len(chunks))
	for i, c := range chunks {
		v.starts[i] = c.first()
		v.size += len(c.rows)
	}
	t.view.Store(v)
}
