package listing

import "strings"

// productList is a list of products on its way into SQL: what is asked for,
// parsed, and whose list it is.
type productList struct {
	at      Context
	list    List
	query   expr
	choices []FacetChoice
	owner   func(s *statement) source
}

func newProductList(at Context, list List, owner func(*statement) source) (*productList, error) {
	query, err := parseQuery(list.Query)
	if err != nil {
		return nil, err
	}
	chosen, err := FacetChoices(list.Filters, at.Currency)
	if err != nil {
		return nil, err
	}
	return &productList{at: at, list: list, query: query, choices: chosen, owner: owner}, nil
}

// all writes the list without its filters.
func (c *productList) all(s *statement) (source, error) {
	src := c.owner(s)
	if !c.query.empty() {
		src.where, src.lean = append(src.where, s.where(c.at, c.query)), ""
	}
	return src, nil
}

// narrowed writes the list.
func (c *productList) narrowed(s *statement) (source, error) {
	src, err := c.all(s)
	if len(c.choices) > 0 {
		src.where, src.lean = append(src.where, s.narrow(c.at, c.choices)...), ""
	}
	if words := c.query.words(); src.rank == nil && c.list.Sort == ByRelevance && len(words) > 0 {
		src.rank = func(s *statement) string { return s.rank(words) }
	}
	return src, err
}

// read adds the statements of the list to a trip.
func (c *productList) read(t *trip, sh *shelf) (*queue, error) {
	q, err := t.list(sh, c.narrowed, c.list)
	if err != nil {
		return nil, err
	}
	if c.list.Total && !q.counted {
		if err := t.count(c.narrowed, q); err != nil {
			return nil, err
		}
	}
	if c.list.Facets {
		q.shelf = sh
		if c.list.Tree || len(t.at.Translations) > 0 {
			t.tree(sh, c.list.Tree)
		}
		return q, t.facets(c.all, c.choices, q)
	}
	return q, nil
}

// words gives the free words that an expression asks for.
func (e expr) words() []word {
	switch e.kind {
	case isTerm:
		if e.term.field != "" {
			return nil
		}
		var words []word
		for _, w := range splitWords(e.term.value) {
			words = append(words, word{text: w, prefix: strings.HasSuffix(e.term.value, "*")})
		}
		return words
	case isNot:
		return nil
	}
	var words []word
	for _, part := range e.parts {
		words = append(words, part.words()...)
	}
	return words
}

// rank gives the relevance of p to words, best lowest.
func (s *statement) rank(words []word) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = s.ts(w)
	}
	return "(-1000000 * ts_rank('{0.05,0.2,0.4,1.0}', p.raw_search, " + strings.Join(parts, " || ") + "))::bigint"
}

// whole is the owner of a list of the whole catalog.
func whole(*statement) source { return source{owners: ownerless} }

// ofCollections makes a list of each collection that a condition on c selects.
func ofCollections(at Context, condition func(*statement) string) func(*statement) source {
	return func(s *statement) source {
		return source{
			owners: "SELECT c.id, c.sort_order FROM collection c WHERE " + condition(s) + " AND " + s.published(at),
			member: "JOIN collection_product m ON m.product_id = p.id AND m.collection_id = o.id",
		}
	}
}

// ofCategories makes a list of each category that a condition on c selects,
// with the categories below it.
func ofCategories(condition func(*statement) string) func(*statement) source {
	return func(s *statement) source {
		return source{
			owners: "SELECT c.id, c.path FROM category c WHERE " + condition(s) + " AND c.archived_at IS NULL",
			where: []string{`p.id IN (SELECT x.product_id FROM category c JOIN product_category x ON x.category_id = c.id
 WHERE c.path LIKE o.path || '%')`},
		}
	}
}

// ofWindow makes the list of what is put forward in a market: for a category,
// or on the shop's front.
func ofWindow(at Context, category CategoryID) func(*statement) source {
	return func(s *statement) source {
		member := s.bind(`JOIN (SELECT product_id, min(position) AS position FROM featured_product
 WHERE (market_id IS NULL OR market_id = ?) AND COALESCE(category_id, 0) = ? GROUP BY product_id) m ON m.product_id = p.id`,
			at.Market, int64(category))
		return source{owners: ownerless, member: member}
	}
}

// refCondition selects one row of c by id, or by a handle that it has or had.
func refCondition(kind string, ref Ref) func(*statement) string {
	return func(s *statement) string {
		if ref.ID != 0 {
			return s.bind("c.id = ?", ref.ID)
		}
		return s.bind(`c.id = COALESCE((SELECT id FROM `+kind+` WHERE handle = ?),
 (SELECT target_id FROM slug WHERE kind = '`+kind+`' AND handle = ?))`, ref.Handle, ref.Handle)
	}
}

func idCondition[ID ~int64](ids []ID) func(*statement) string {
	return func(s *statement) string { return s.bind("c.id = ANY(?)", ids) }
}
