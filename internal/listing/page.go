package listing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// A list is read by several statements of one trip. The first finds the ids of
// the page, gives the products' own columns, and leaves the ids in the setting
// souk.page of the implicit transaction that a trip is; the statements behind
// it join to those ids. So nothing is joined before the page is cut, and the
// round trip is one. The setting ends with the transaction, also on the
// connection of a pooler.

// source is where a list takes its products from.
type source struct {
	// with writes named queries in front of the statement; may be nil. It is told
	// whether rows are sorted, so that relevance is not computed for counts.
	with   func(sorted bool) string
	owners string   // a query for rows (id, sort_order): one list is read for each
	from   string   // names p and r, both visible; empty means the catalog
	lean   string   // the same without p, which where does not need; may be empty
	member string   // joins p to its place m in the list of owner o; may be empty
	where  []string // conditions on p, and on o
	// rank writes the expression of relevance, best lowest; nil where there is
	// none. It is called only where rows are sorted.
	rank func(s *statement) string
	// soldFirst puts what can be bought in front of all else.
	soldFirst bool
}

// named gives the named queries in front of a statement.
func (src source) named(sorted bool) string {
	if src.with == nil {
		return ""
	}
	return src.with(sorted)
}

// rows writes FROM and WHERE of the whole list.
func (src source) rows(s *statement, at Context) string {
	if src.from != "" {
		return src.from + " " + src.member + "\n WHERE " + and(src.where)
	}
	return s.from(at) + " " + src.member + "\n WHERE " + and(append(src.where, s.visible(at)))
}

// ownerless makes one list, of the whole catalog.
const ownerless = "SELECT 0::bigint AS id, ''::text AS sort_order"

// build writes a source into a statement: the values in it belong there.
type build func(s *statement) (source, error)

// defaultPage is how many products a list shows when nothing is asked.
const defaultPage = 24

// queue is what a list statement leaves behind: its rows by owner.
type queue struct {
	window  page.Window
	order   order
	rows    map[int64][]place
	total   map[int64]int
	marked  bool // statements behind the list need the ids of its page
	counted bool // the rows themselves tell the total
	facets  map[int64]*Facets
	shelf   *shelf // with the categories that facets name
}

// place is a product with its place in a list.
type place struct {
	product *Product
	keys    []string
}

// list reads a page of each owner's list, with all that is needed of its
// products.
func (t *trip) list(shelf *shelf, from build, in List) (*queue, error) {
	w, err := in.Page.Window(defaultPage, MaxPage)
	if err != nil {
		return nil, err
	}
	q := &queue{window: w, rows: map[int64][]place{}, total: map[int64]int{}, facets: map[int64]*Facets{}}
	s := &statement{}
	src, err := from(s)
	if err != nil {
		return nil, err
	}
	rank := ""
	if src.rank != nil {
		rank = src.rank(s)
	}
	q.order = orderOf(in.Sort, rank, src.member != "")
	q.counted = in.Total && src.soldFirst && w.Cursor == ""
	behind := newTrip(t.at)
	behind.details(shelf, in.Need)
	q.marked = behind.batch.Len() > 0
	if err := s.page(t.at, src, q, in.Need); err != nil {
		return nil, err
	}
	t.read(s, q.scan(shelf, in.Need))
	t.batch.QueuedQueries = append(t.batch.QueuedQueries, behind.batch.QueuedQueries...)
	return q, nil
}

// page writes the statement that finds the page.
func (s *statement) page(at Context, src source, q *queue, need Need) error {
	with, rows, err := s.cut(at, src, q)
	if err != nil {
		return err
	}
	mark, total := "1", "0"
	if q.marked {
		mark = "set_config('souk.page', COALESCE(string_agg(DISTINCT id::text, ','), ''), true) FROM page"
	}
	if q.counted {
		total = "(SELECT count(*) FROM listed)"
	}
	available := "g.keys[1] = '0'" // by which the page was cut
	if !src.soldFirst && need.Has(FieldAvailable) {
		available = s.sold(at)
	}
	fmt.Fprintf(&s.text, `WITH %sowner AS (%s),
%spage AS MATERIALIZED (SELECT o.id AS owner, x.*, row_number() OVER () AS place FROM owner o CROSS JOIN LATERAL (
 %s LIMIT %d) x),
mark AS MATERIALIZED (SELECT %s)
SELECT g.owner, g.keys, %s, %s
FROM mark CROSS JOIN page g JOIN product p ON p.id = g.id%s
ORDER BY g.place`,
		src.named(true), src.owners, with, rows, q.window.Limit+1, mark, total, s.columns(at, need, available), need.cover())
	return nil
}

// pageColumns are what a page keeps of its rows besides their place.
const pageColumns = "r.min_amount, r.max_amount, r.min_compare_at, r.max_compare_at"

// cut writes the query for the rows of a page in their order, and what stands
// in front of it.
func (s *statement) cut(at Context, src source, q *queue) (with, rows string, err error) {
	if src.soldFirst {
		return s.cutSoldFirst(at, src, q)
	}
	behind, err := q.order.behind(s, q.window)
	if err != nil {
		return "", "", err
	}
	return "", "SELECT p.id, " + pageColumns + ", " + q.order.values() + " AS keys FROM " + src.rows(s, at) +
		"\n AND " + behind + "\n ORDER BY " + q.order.by(q.window), nil
}

// cutSoldFirst cuts a page of a list of which what can be bought stands first.
// Whether something can be bought is dear to know and mostly true, so it is
// asked in the order of the other keys only until the page is full: the
// unavailable are looked for where the available do not fill it. The server
// reads the parts of a UNION ALL one after the other.
func (s *statement) cutSoldFirst(at Context, src source, q *queue) (with, rows string, err error) {
	if src.lean != "" {
		src.from = src.lean
	}
	listed := order{name: q.order.name, id: "p.id", keys: []key{{typ: "bigint"}}}
	columns := "r.product_id AS id, " + pageColumns
	for i, k := range q.order.keys {
		name := fmt.Sprintf("k%d", i)
		columns += ", " + k.expr + " AS " + name
		listed.keys = append(listed.keys, key{expr: "p." + name, typ: k.typ, descending: k.descending})
	}
	with = "listed AS MATERIALIZED (SELECT " + columns + " FROM " + src.rows(s, at) + "),\n"
	sold := "(CASE WHEN " + s.sold(at) + " THEN 0 ELSE 1 END)" // as a condition of its own it would become a join with all variants
	var parts []string
	for _, state := range []string{"0", "1"} {
		listed.keys[0].expr = state + "::bigint"
		behind, err := listed.behind(s, q.window)
		if err != nil {
			return "", "", err
		}
		sorted := order{id: "id"}
		for i, k := range q.order.keys {
			sorted.keys = append(sorted.keys, key{expr: fmt.Sprintf("k%d", i), descending: k.descending})
		}
		parts = append(parts, fmt.Sprintf("(SELECT p.id, p.min_amount, p.max_amount, p.min_compare_at, p.max_compare_at, %s AS keys FROM (SELECT * FROM listed ORDER BY %s OFFSET 0) p WHERE %s AND %s = %s LIMIT %d)",
			listed.values(), sorted.by(q.window), behind, sold, state, q.window.Limit+1))
	}
	if q.window.Descending() {
		slices.Reverse(parts)
	}
	q.order.keys = listed.keys
	return with, "SELECT * FROM (" + strings.Join(parts, "\n UNION ALL ") + ") u", nil
}

// cover joins the first picture i of p.
func (n Need) cover() string {
	if !n.coverOnly() {
		return ""
	}
	return `
LEFT JOIN LATERAL (SELECT i.* FROM product_media m JOIN media_asset i ON i.id = m.media_id AND i.kind = 'image'
 WHERE m.product_id = g.id ORDER BY m.position, m.id LIMIT 1) i ON TRUE`
}

// scan reads the rows of a list statement onto the shelf.
func (q *queue) scan(shelf *shelf, need Need) func(pgx.Row) error {
	var owner int64
	var keys []string
	var total int
	into := newProductRow(need, &owner, &keys, &total)
	return func(row pgx.Row) error {
		p, err := shelf.scan(row, into)
		if err != nil {
			return err
		}
		if q.counted {
			q.total[owner] = total
		}
		q.rows[owner] = append(q.rows[owner], place{product: p, keys: keys})
		return nil
	}
}

// products gives the page of an owner.
func (q *queue) products(owner int64) *Products {
	rows := q.rows[owner]
	places := make(map[*Product]cursor, len(rows))
	products := make([]*Product, len(rows))
	for i, r := range rows {
		products[i] = r.product
		places[r.product] = cursor{order: q.order.name, keys: r.keys, id: int64(r.product.ID)}
	}
	c := newConnection(products, q.window, func(p *Product) string { return places[p].encode() })
	c.Total = q.total[owner]
	return &Products{Connection: *c, Facets: q.facets[owner]}
}

// count counts each owner's whole list.
func (t *trip) count(from build, q *queue) error {
	s := &statement{}
	src, err := from(s)
	if err != nil {
		return err
	}
	fmt.Fprintf(&s.text, "WITH %sowner AS (%s)\nSELECT o.id, (SELECT count(*) FROM %s) FROM owner o",
		src.named(false), src.owners, src.rows(s, t.at))
	t.read(s, func(row pgx.Row) error {
		var owner int64
		var n int
		if err := row.Scan(&owner, &n); err != nil {
			return err
		}
		q.total[owner] = n
		return nil
	})
	return nil
}

// finish puts together what the facet statement brought.
func (q *queue) finish() {
	for _, f := range q.facets {
		f.sortVendors()
		f.tree(q.shelf.categories)
	}
}
