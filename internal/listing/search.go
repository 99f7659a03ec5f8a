package listing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Kind says what a hit is.
type Kind int

// The kinds of hits, in the order in which equal ones stand.
const (
	KindProduct Kind = iota
	KindPage
	KindArticle
)

// Unavailable says where products stand that cannot be bought now.
type Unavailable string

// The places.
const (
	UnavailableLast Unavailable = "last"
	UnavailableHide Unavailable = "hide"
	UnavailableShow Unavailable = "show"
)

// Search asks for hits.
type Search struct {
	Query       string
	Kinds       []Kind // none: all
	Prefix      bool   // the last word may be unfinished
	Unavailable Unavailable
	Filters     []Filter
	Sort        Sort // ByRelevance or ByPrice
	Page        page.Args
	Total       bool
	Facets      bool
	Tree        bool // load the categories among the facets with their relatives
	Need        Need
}

// Hit is one thing found. Pages and articles are named by their id.
type Hit struct {
	Kind    Kind
	ID      int64
	Product *Product

	place cursor
}

// Hits is one page of what was found.
type Hits struct {
	Connection[Hit]
	Facets *Facets // of the products; nil when not asked for
}

// Search finds products, pages and articles. Products that have all the words
// come alone; where nothing has them all, those that have some are given.
func (s *Service) Search(ctx context.Context, at Context, in Search) (*Hits, error) {
	w, err := in.Page.Window(defaultPage, MaxPage)
	if err != nil {
		return nil, err
	}
	search, err := newSearch(at, in)
	if err != nil {
		return nil, err
	}
	t, sh := newTrip(at), newShelf(at, s.base)
	found := &searched{window: w}
	if err := search.read(t, sh, found); err != nil {
		return nil, err
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	sh.finish()
	return found.hits(), nil
}

// search is a search on its way into SQL.
type search struct {
	*productList
	in    Search
	words []word
	rest  expr // what is asked besides words
}

func newSearch(at Context, in Search) (*search, error) {
	if len(in.Kinds) == 0 {
		in.Kinds = []Kind{KindProduct, KindPage, KindArticle}
	}
	if in.Unavailable == "" {
		in.Unavailable = UnavailableLast
	}
	c, err := newProductList(at, List{Query: in.Query, Filters: in.Filters, Sort: in.Sort, Page: in.Page, Total: in.Total, Facets: in.Facets, Tree: in.Tree, Need: in.Need}, whole)
	if err != nil {
		return nil, err
	}
	s := &search{productList: c, in: in}
	s.words, s.rest = c.query.split()
	if n := len(s.words); n > 0 && in.Prefix && !strings.HasSuffix(in.Query, " ") {
		s.words[n-1].prefix = true
	}
	c.query, c.owner = s.rest, s.source
	return s, nil
}

// split takes the words that must all be found out of an expression.
func (e expr) split() ([]word, expr) {
	parts := e.parts
	if e.kind != isAnd {
		parts = []expr{e}
	}
	var words []word
	rest := expr{kind: isAnd}
	for _, part := range parts {
		if found := part.words(); part.kind == isTerm && part.term.field == "" {
			words = append(words, found...)
		} else {
			rest = join(isAnd, rest, part)
		}
	}
	return words[:min(len(words), maxWords)], rest
}

func (s *search) wants(k Kind) bool { return slices.Contains(s.in.Kinds, k) }

// source writes the hits in front of a statement: for each thing how many of
// the words it has, and whether anything has them all.
func (s *search) source(st *statement) source {
	src := source{owners: ownerless, soldFirst: s.in.Unavailable == UnavailableLast, rank: s.rank}
	if len(s.words) > 0 {
		src.with = func(sorted bool) string { return s.found(st, sorted) }
		src.lean, src.from = "hits r", "hits r JOIN product p ON p.id = r.product_id"
		src.where = append(src.where, enough(st, "r", len(s.words)))
	}
	if s.in.Unavailable == UnavailableHide {
		src.where, src.lean = append(src.where, st.sold(s.at)), ""
	}
	return src
}

// rank gives the relevance of what was found, best lowest.
func (s *search) rank(st *statement) string {
	words := s.rest.words()
	switch {
	case s.in.Sort != ByRelevance:
		return ""
	case len(s.words) > 0:
		return "r.rank"
	case len(words) > 0:
		return st.rank(words)
	}
	return ""
}

// enough holds for a hit that has all words, or any where nothing has all.
func enough(st *statement, hit string, words int) string {
	return "(" + hit + ".words = " + st.arg(words) + " OR NOT (SELECT strict FROM best))"
}

// found writes the named queries hits (products, by relevance where they are
// sorted), matter (pages and articles) and best (whether anything has all
// words).
func (s *search) found(st *statement, sorted bool) string {
	out, strict := "", []string{}
	all := st.arg(len(s.words))
	if s.wants(KindProduct) {
		parts := make([]string, len(s.words))
		for i, w := range s.words {
			parts[i] = "SELECT f.id, sum(f.bonus) AS bonus FROM (" + st.found(w) + ") f GROUP BY f.id"
		}
		counted := "SELECT w.id, count(*) AS words, sum(w.bonus) AS bonus FROM (" + strings.Join(parts, "\nUNION ALL ") + ") w GROUP BY w.id"
		if len(parts) == 1 {
			counted = "SELECT w.id, 1 AS words, w.bonus FROM (" + parts[0] + ") w"
		}
		rank := ""
		if sorted && s.in.Sort == ByRelevance {
			words := append(s.words[:len(s.words):len(s.words)], s.rest.words()...)
			rank = ", (" + st.rank(words) + " - 1000000 * f.bonus)::bigint AS rank"
		}
		out += "hits AS MATERIALIZED (SELECT r.product_id, f.words, " + pageColumns + rank +
			"\n FROM (" + counted + ") f\n" +
			"JOIN product p ON p.id = f.id JOIN price_range r ON r.product_id = p.id AND r.price_list_id = " + st.arg(s.at.PriceList) +
			" WHERE " + st.visible(s.at) + "),\n"
		strict = append(strict, "EXISTS (SELECT 1 FROM hits WHERE words = "+all+")")
	}
	if s.wants(KindPage) || s.wants(KindArticle) {
		out += "matter AS MATERIALIZED (" + s.matter(st) + "),\n"
		strict = append(strict, "EXISTS (SELECT 1 FROM matter WHERE words = "+all+")")
	}
	return out + "best AS MATERIALIZED (SELECT " + strings.Join(strict, " OR ") + " AS strict),\n"
}

// matter finds pages and articles. There are few: their texts are not kept in
// an index.
func (s *search) matter(st *statement) string {
	const texts = `setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('english', title), 'A') ||
 to_tsvector('simple', left(regexp_replace(body_html, '<[^>]*>', ' ', 'g'), 100000)) || to_tsvector('english', left(regexp_replace(body_html, '<[^>]*>', ' ', 'g'), 100000))`
	shown := "published_at <= " + st.arg(s.at.Now) + " AND archived_at IS NULL"
	var from []string
	if s.wants(KindPage) {
		from = append(from, "SELECT 1 AS kind, id, "+texts+" AS texts FROM page WHERE "+shown)
	}
	if s.wants(KindArticle) {
		from = append(from, "SELECT 2 AS kind, id, "+texts+" AS texts FROM article WHERE "+shown)
	}
	hits, all := make([]string, len(s.words)), make([]string, len(s.words))
	for i, w := range s.words {
		all[i] = st.ts(w)
		hits[i] = "(m.texts @@ " + all[i] + ")::int"
	}
	words := strings.Join(hits, " + ")
	return "SELECT m.kind, m.id, " + words + " AS words, (-1000000 * ts_rank('{0.05,0.2,0.4,1.0}', m.texts, " + strings.Join(all, " || ") +
		"))::bigint AS rank FROM (" + strings.Join(from, " UNION ALL ") + ") m WHERE " + words + " > 0"
}

// searched is what the statements of a search bring.
type searched struct {
	window   page.Window
	products *queue
	matter   []Hit
	total    int
}

// read adds the statements of the search to a trip.
func (s *search) read(t *trip, sh *shelf, into *searched) error {
	if s.wants(KindProduct) {
		q, err := s.productList.read(t, sh)
		if err != nil {
			return err
		}
		into.products = q
	}
	if !s.wants(KindPage) && !s.wants(KindArticle) || !s.rest.empty() || len(s.words) == 0 || len(s.choices) > 0 {
		return nil
	}
	return s.readMatter(t, into)
}

// noPrice is the price by which hits without one are sorted.
const noPrice = "9223372036854775807::bigint"

func (s *search) readMatter(t *trip, into *searched) error {
	for _, kind := range []Kind{KindPage, KindArticle} {
		if !s.wants(kind) {
			continue
		}
		st := &statement{}
		o := order{name: string(s.in.Sort), id: "h.id", kind: int(kind)}
		if s.in.Unavailable == UnavailableLast {
			o.keys = append(o.keys, key{expr: "0::bigint", typ: "bigint"})
		}
		if s.in.Sort == ByPrice {
			o.keys = append(o.keys, key{expr: noPrice, typ: "bigint"})
		} else {
			o.keys = append(o.keys, key{expr: "h.rank", typ: "bigint"})
		}
		found := s.found(st, false)
		behind, err := o.behind(st, into.window)
		if err != nil {
			return err
		}
		ofKind := "h.kind = " + st.arg(int(kind)) + " AND " + enough(st, "h", len(s.words))
		st.write("WITH " + strings.TrimSuffix(found, ",\n") + " SELECT h.id, " + o.values() + " FROM matter h WHERE " + ofKind +
			" AND " + behind + " ORDER BY " + o.by(into.window) + " LIMIT " + strconv.Itoa(into.window.Limit+1))
		t.read(st, func(row pgx.Row) error {
			hit := Hit{Kind: kind, place: cursor{order: o.name, kind: int(kind)}}
			err := row.Scan(&hit.ID, &hit.place.keys)
			hit.place.id = hit.ID
			into.matter = append(into.matter, hit)
			return err
		})
	}
	if s.in.Total {
		s.countMatter(t, into)
	}
	return nil
}

func (s *search) countMatter(t *trip, into *searched) {
	st := &statement{}
	found := s.found(st, false)
	st.write("WITH " + strings.TrimSuffix(found, ",\n") + " SELECT count(*) FROM matter h WHERE " + enough(st, "h", len(s.words)))
	t.read(st, func(row pgx.Row) error { return row.Scan(&into.total) })
}

// hits merges what was found into one page.
func (f *searched) hits() *Hits {
	all := f.matter
	out := &Hits{}
	if f.products != nil {
		f.products.finish()
		out.Facets = f.products.facets[0]
		f.total += f.products.total[0]
		for _, r := range f.products.rows[0] {
			place := cursor{order: f.products.order.name, keys: r.keys, id: int64(r.product.ID)}
			all = append(all, Hit{Kind: KindProduct, ID: int64(r.product.ID), Product: r.product, place: place})
		}
	}
	slices.SortFunc(all, func(a, b Hit) int {
		order := a.compare(b)
		if f.window.Descending() {
			return -order
		}
		return order
	})
	out.Connection = *newConnection(all[:min(len(all), f.window.Limit+1)], f.window, func(h Hit) string { return h.place.encode() })
	out.Total = f.total
	return out
}

// compare orders hits like the database does: by keys, kind and id. The keys of
// a search are whole numbers.
func (h Hit) compare(o Hit) int {
	for i := range min(len(h.place.keys), len(o.place.keys)) {
		a, _ := strconv.ParseInt(h.place.keys[i], 10, 64)
		b, _ := strconv.ParseInt(o.place.keys[i], 10, 64)
		if c := cmp.Compare(a, b); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(h.Kind, o.Kind), cmp.Compare(h.ID, o.ID))
}
