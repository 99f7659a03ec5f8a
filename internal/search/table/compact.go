package table

// Words that no product has any more stay among the symbols, as views may still
// read them. When they have become too many, all rows are written anew with
// those that are left; views that are read go on with the old ones.

// spare is how many symbols are not worth looking for among them.
const spare = 10_000

// compacted gives the chunks with only such symbols as they have, if there may
// be enough others.
func (t *Table) compacted(chunks []*chunk) []*chunk {
	if len(t.symbols.all) <= 2*t.kept+t.spare {
		return chunks
	}
	used := make([]bool, len(t.symbols.all))
	for _, c := range chunks {
		for i := range c.rows {
			for _, list := range c.rows[i].symbols() {
				for _, n := range *list {
					used[n] = true
				}
			}
		}
	}
	left, number := newSymbols(), make([]uint32, len(used))
	left.markets = t.symbols.markets
	for n, isUsed := range used {
		if isUsed && n != none {
			number[n] = left.intern(t.symbols.all[n])
		}
	}
	t.symbols, t.kept = left, len(left.all)
	out := make([]*chunk, len(chunks))
	for i, c := range chunks {
		out[i] = c.renumbered(number)
	}
	return out
}

// symbols gives all lists of symbols of a row.
func (r *row) symbols() []*[]uint32 { return []*[]uint32{&r.words, &r.collections, &r.options} }

// renumbered gives the chunk with other numbers for its symbols.
func (c *chunk) renumbered(number []uint32) *chunk {
	out := &chunk{rows: append([]row(nil), c.rows...), ids: c.ids}
	for i := range out.rows {
		for _, list := range out.rows[i].symbols() {
			anew := make([]uint32, len(*list))
			for j, n := range *list {
				anew[j] = number[n]
			}
			*list = anew
		}
	}
	packAll(out.rows)
	return out
}
