package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Join puts products into manual collections, named by their titles, at the
// end; a collection that is missing is made. Products that are members stay
// where they are. A title that only a collection by rule has is passed over:
// nobody joins that by hand.
func (b *Bulk) Join(ctx context.Context, joins map[string][]ProductID) error {
	if len(joins) == 0 {
		return nil
	}
	titles := make([]string, 0, len(joins))
	for title := range joins {
		titles = append(titles, title)
	}
	slices.Sort(titles)
	known, err := b.collectionsByTitle(ctx, titles)
	if err != nil {
		return err
	}
	var facts []event.Fact
	for _, title := range titles {
		c, exists := known[strings.ToLower(title)]
		if exists && c.kind != Manual {
			continue
		}
		if !exists {
			if c.id, err = b.makeCollection(ctx, title); err != nil {
				return err
			}
			facts = append(facts, CollectionChanged{Collection: c.id, Version: 1})
		}
		joined, err := b.join(ctx, c.id, joins[title])
		if err != nil {
			return err
		}
		if len(joined) > 0 {
			facts = append(facts, MembershipChanged{Collection: c.id, Products: joined})
		}
	}
	return b.events.Record(ctx, facts...)
}

type bulkCollection struct {
	id   CollectionID
	kind CollectionKind
}

func (b *Bulk) collectionsByTitle(ctx context.Context, titles []string) (map[string]bulkCollection, error) {
	lower := make([]string, len(titles))
	for i, t := range titles {
		lower[i] = strings.ToLower(t)
	}
	rows, err := b.db.Conn(ctx).Query(ctx, `
		SELECT lower(title), id, kind FROM collection WHERE lower(title) = ANY($1) AND archived_at IS NULL
		ORDER BY kind DESC, id DESC`, lower) // the oldest manual one comes last and counts
	if err != nil {
		return nil, fmt.Errorf("look for collections: %w", postgres.Fault(err))
	}
	defer rows.Close()
	known := map[string]bulkCollection{}
	for rows.Next() {
		var title string
		var c bulkCollection
		if err := rows.Scan(&title, &c.id, &c.kind); err != nil {
			return nil, fmt.Errorf("look for collections: %w", err)
		}
		known[title] = c
	}
	return known, postgres.Fault(rows.Err())
}

func (b *Bulk) makeCollection(ctx context.Context, title string) (CollectionID, error) {
	ids, err := b.allocate(ctx, "collection", 1)
	if err != nil {
		return 0, err
	}
	handle, err := (&Service{db: b.db}).freeHandle(ctx, collectionSlug, MakeHandle(title, "collection"))
	if err != nil {
		return 0, err
	}
	_, err = b.db.Conn(ctx).Exec(ctx, `
		WITH made AS (
			INSERT INTO collection (id, handle, title, kind, published_at, created_at, updated_at)
			VALUES ($1, $2, $3, 'manual', $4, $4, $4))
		INSERT INTO slug (kind, handle, target_id, current, created_at) VALUES ('collection', $2, $1, true, $4)`,
		ids[0], handle, title, b.db.Now(ctx))
	if err != nil {
		return 0, fmt.Errorf("make collection: %w", postgres.Conflict(err, byConstraint))
	}
	return CollectionID(ids[0]), nil
}

// join adds members and gives those that were none before.
func (b *Bulk) join(ctx context.Context, id CollectionID, products []ProductID) ([]ProductID, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `
		INSERT INTO collection_product (collection_id, product_id, position)
		SELECT $1, p.id, (SELECT COALESCE(max(position), 0) FROM collection_product WHERE collection_id = $1) + p.place
		FROM unnest($2::bigint[]) WITH ORDINALITY AS p(id, place)
		WHERE NOT EXISTS (SELECT FROM collection_product WHERE collection_id = $1 AND product_id = p.id)
		ON CONFLICT DO NOTHING RETURNING product_id, true`, int64(id), raw(products))
	if err != nil {
		return nil, fmt.Errorf("join collection: %w", postgres.Conflict(err, byConstraint))
	}
	joined, err := collectMap[ProductID, bool](rows)
	if err != nil {
		return nil, fmt.Errorf("join collection: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(products), func(p ProductID) bool { return !joined[p] }), nil
}

// CollectionTitles gives for each product the title of the oldest manual
// collection that it is a member of.
func (b *Bulk) CollectionTitles(ctx context.Context, products []ProductID) (map[ProductID]string, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `
		SELECT DISTINCT ON (m.product_id) m.product_id, c.title
		FROM collection_product m JOIN collection c ON c.id = m.collection_id AND c.kind = 'manual'
		WHERE m.product_id = ANY($1) ORDER BY m.product_id, c.id`, raw(products))
	if err != nil {
		return nil, fmt.Errorf("read collections of products: %w", postgres.Fault(err))
	}
	return collectMap[ProductID, string](rows)
}
