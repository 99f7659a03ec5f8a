package listing

import (
	"fmt"

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
	with   string   // named queries in front of the statement
	owners string   // a query for rows (id, sort_order): one list is read for each
	member string   // joins p to its place m in the list of owner o; may be empty
	where  []string // conditions on p, and on o
	// ranking writes what the list is sorted by before all else, and the
	// expression of relevance, best lowest; nil where there is neither. It is
	// called only where rows are sorted.
	ranking func(s *statement) (lead []key, rank string)
}

// ownerless makes one list, of the whole catalog.
const ownerless = "SELECT 0::bigint AS id, ''::text AS sort_order"

// build writes a source into a statement: the values in it belong there.
type build func(s *statement) (source, error)

// defaultPage is how many products a list shows when nothing is asked.
const defaultPage = 24

// queue is what a list statement leaves behind: its rows by owner.
type queue struct {
	window page.Window
	order  order
	rows   map[int64][]place
	total  map[int64]int
	facets map[int64]*Facets
	shelf  *shelf // with the categories that facets name
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
	var lead []key
	rank := ""
	if src.ranking != nil {
		lead, rank = src.ranking(s)
	}
	q.order = orderOf(in.Sort, rank, src.member != "")
	q.order.keys = append(lead, q.order.keys...)
	if err := s.page(t.at, src, q, in.Need); err != nil {
		return nil, err
	}
	t.read(s, q.scan(shelf))
	t.details(shelf, in.Need)
	return q, nil
}

// page writes the statement that finds the page.
func (s *statement) page(at Context, src source, q *queue, need Need) error {
	behind, err := q.order.behind(s, q.window)
	if err != nil {
		return err
	}
	fmt.Fprintf(&s.text, `WITH %sowner AS (%s),
page AS MATERIALIZED (SELECT o.id AS owner, x.id, x.keys, row_number() OVER () AS place FROM owner o CROSS JOIN LATERAL (
 SELECT p.id, %s AS keys FROM %s %s
 WHERE %s
 AND %s
 ORDER BY %s LIMIT %d) x),
mark AS MATERIALIZED (SELECT set_config('souk.page', COALESCE(string_agg(DISTINCT id::text, ','), ''), true) FROM page)
SELECT g.owner, g.keys, %s
FROM mark CROSS JOIN page g JOIN product p ON p.id = g.id JOIN price_range r ON r.product_id = p.id AND r.price_list_id = %s
ORDER BY g.place`,
		src.with, src.owners, q.order.values(), s.from(at), src.member,
		and(append(src.where, s.visible(at))), behind, q.order.by(q.window), q.window.Limit+1,
		s.columns(at, need), s.arg(at.PriceList))
	return nil
}

// scan reads the rows of a list statement onto the shelf.
func (q *queue) scan(shelf *shelf) func(pgx.Row) error {
	return func(row pgx.Row) error {
		var owner int64
		var keys []string
		p, err := shelf.scan(row, &owner, &keys)
		if err != nil {
			return err
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
	fmt.Fprintf(&s.text, "WITH %sowner AS (%s)\nSELECT o.id, (SELECT count(*) FROM %s %s WHERE %s) FROM owner o",
		src.with, src.owners, s.from(t.at), src.member, and(append(src.where, s.visible(t.at))))
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
		f.tree(q.shelf)
	}
}
