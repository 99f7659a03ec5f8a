package listing

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

const collectionColumns = "c.id, c.handle, c.title, c.description_html, c.seo_title, c.seo_description, c.updated_at, " + mediaColumns

// published holds for collections that buyers may see.
func (s *statement) published(at Context) string {
	return s.bind("c.archived_at IS NULL AND c.published_at <= ?", at.Now)
}

func (sh *shelf) scanCollection(row pgx.Row, front ...any) (*Collection, error) {
	c := &Collection{}
	var seoTitle, seoDescription string
	var picture mediaRow
	err := row.Scan(append(append(front, &c.ID, &c.Handle, &c.Title, &c.DescriptionHTML, &seoTitle, &seoDescription, &c.UpdatedAt), picture.into()...)...)
	if err != nil {
		return nil, err
	}
	if known := sh.collections[c.ID]; known != nil {
		return known, nil
	}
	c.SEO, c.Image = newSEO(seoTitle, seoDescription), picture.image(sh.base)
	if sh.at.StoreURL != "" {
		url := sh.at.StoreURL + "/collections/" + c.Handle
		c.URL = &url
	}
	sh.collections[c.ID] = c
	return c, nil
}

// productCollections reads the collections that the page's products belong to.
func (t *trip) productCollections(sh *shelf) {
	s := &statement{}
	s.write(`SELECT x.product_id, ` + collectionColumns + ` FROM collection_product x JOIN collection c ON c.id = x.collection_id
LEFT JOIN media_asset i ON i.id = c.media_id WHERE x.product_id = ` + onPage + ` AND ` + s.published(t.at) + ` ORDER BY x.product_id, c.id`)
	t.read(s, func(row pgx.Row) error {
		var product ProductID
		c, err := sh.scanCollection(row, &product)
		if err != nil {
			return err
		}
		if p := sh.products[product]; p != nil {
			p.collections = append(p.collections, c)
		}
		return nil
	})
}

// collections reads a page of collections. Their ids stay in the setting
// souk.collections for the statements behind.
func (t *trip) collections(sh *shelf, condition func(*statement) string, o order, w page.Window) (*[]*Collection, map[CollectionID]cursor, error) {
	s := &statement{}
	behind, err := o.behind(s, w)
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(&s.text, `WITH page AS MATERIALIZED (SELECT c.id, %[1]s AS keys FROM collection c WHERE %[2]s AND %[3]s AND %[4]s ORDER BY %[5]s LIMIT %[6]d),
mark AS MATERIALIZED (SELECT set_config('souk.collections', COALESCE(string_agg(id::text, ','), ''), true) FROM page)
SELECT g.keys, %[7]s FROM mark CROSS JOIN page g JOIN collection c ON c.id = g.id LEFT JOIN media_asset i ON i.id = c.media_id
ORDER BY %[5]s`, o.values(), condition(s), s.published(t.at), behind, o.by(w), w.Limit+1, collectionColumns)
	rows, cursors := &[]*Collection{}, map[CollectionID]cursor{}
	t.read(s, func(row pgx.Row) error {
		var keys []string
		c, err := sh.scanCollection(row, &keys)
		if err != nil {
			return err
		}
		*rows = append(*rows, c)
		cursors[c.ID] = cursor{order: o.name, keys: keys, id: int64(c.ID)}
		return nil
	})
	return rows, cursors, nil
}

// onCollectionPage are the ids that the statement of collections found.
const onCollectionPage = "ANY(string_to_array(current_setting('souk.collections', true), ',')::bigint[])"

// collectionDetails fills in the collections of the page in front.
func (t *trip) collectionDetails(sh *shelf, need CollectionNeed) {
	if len(need.Metafields) > 0 {
		s := &statement{}
		s.write(s.metafields("'collection'", onCollectionPage, need.Metafields))
		t.read(s, sh.scanMetafield)
	}
	if len(t.at.Translations) > 0 {
		t.textsOf(sh, []string{
			"owner_kind = 'collection' AND owner_id = " + onCollectionPage,
			"owner_kind = 'metafield' AND owner_id IN (SELECT id FROM metafield WHERE owner_kind = 'collection' AND owner_id = " + onCollectionPage + ")",
		})
	}
}

// collectionOrder gives the order of a list of collections.
func collectionOrder(sort Sort) order {
	o := order{name: "collection_" + string(sort), id: "c.id"}
	switch sort {
	case ByTitle:
		o.keys = []key{{expr: "c.title", typ: "text"}}
	case ByUpdated:
		o.keys = []key{{expr: "c.updated_at", typ: "timestamptz"}}
	}
	return o
}

// whereCollection gives the condition on c that an expression means.
func (s *statement) whereCollection(e expr) string {
	parts := make([]string, len(e.parts))
	for i, part := range e.parts {
		parts[i] = s.whereCollection(part)
	}
	switch e.kind {
	case isAnd:
		return "(" + and(parts) + ")"
	case isOr:
		return or(parts)
	case isNot:
		return "NOT " + parts[0]
	}
	switch t := e.term; t.field {
	case "handle":
		return s.textual("c.handle", t)
	case "updated_at", "published_at", "created_at":
		return s.moment("c."+t.field, t)
	case "", "title":
		return s.bind("c.title ILIKE ?", "%"+escapeLike(strings.Trim(t.value, "*"))+"%")
	}
	return nothing
}

// MetafieldsByIDs reads metafields that storefronts may read; others are
// missing.
func (s *Service) MetafieldsByIDs(ctx context.Context, at Context, ids []MetafieldID) (map[MetafieldID]*Metafield, error) {
	t, out := newTrip(at), map[MetafieldID]*Metafield{}
	st := &statement{}
	st.write(`SELECT owner_kind, owner_id, id, namespace, key, type, value, description, created_at, updated_at
FROM metafield WHERE id = ANY(?) AND visibility = 'public'`, ids)
	t.read(st, func(row pgx.Row) error {
		_, m, err := scanMetafield(row)
		out[m.ID] = m
		return err
	})
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read metafields: %w", err)
	}
	return out, nil
}
