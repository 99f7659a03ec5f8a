package listing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// DocumentTopics are the facts after which a document may be another one.
var DocumentTopics = []string{
	"product.created", "product.updated", "product.archived", "price.changed", "price_list.changed", "stock.changed", "location.changed",
	"bundle.changed", "category.changed", "collection.changed", "collection.membership_changed", "attribute.changed", "metafield.changed",
	"translation.changed", "market.changed", "recommend.computed",
}

// touch is what facts say of documents, whichever room they come from.
type touch struct {
	Product   ProductID    `json:"product"`
	Products  []ProductID  `json:"products"`
	Variant   VariantID    `json:"variant"`
	Category  CategoryID   `json:"category"`
	Of        CollectionID `json:"collection"`
	Attribute int64        `json:"attribute"`
	Subtree   bool         `json:"subtree"`
	Kind      string       `json:"kind"` // of the owner of a metafield or a translation
	ID        int64        `json:"id"`
	All       bool         `json:"all"`
}

// owners are the things named by facts whose products must be looked up.
type owners map[string][]int64

// Touched says which products' documents may be others after facts; all says
// that any may be, and then none is named. Facts that touch no document are passed over.
func (s *Service) Touched(ctx context.Context, batch []event.Envelope) (ids []ProductID, all bool, err error) {
	look := owners{}
	for _, e := range batch {
		var t touch
		if err := e.Decode(&t); err != nil {
			return nil, false, err
		}
		ids = append(ids, t.Products...)
		if t.Product != 0 {
			ids = append(ids, t.Product)
		}
		all = look.add(e.Topic, t) || all
	}
	if all {
		return nil, true, nil
	}
	found, err := s.productsOf(ctx, look)
	if err != nil {
		return nil, false, err
	}
	ids = append(ids, found...)
	slices.Sort(ids)
	return slices.Compact(ids), false, nil
}

// add notes what a fact names; it reports whether every document is concerned.
func (o owners) add(topic string, t touch) bool {
	switch topic {
	case "market.changed", "price_list.changed", "location.changed":
		return true
	case "recommend.computed":
		return t.All
	case "price.changed":
		return len(t.Products) == 0 && t.Product == 0
	case "stock.changed": // bundles that hold the variant, too
		o["bundled"] = append(o["bundled"], int64(t.Variant))
	case "category.changed":
		o["category"] = append(o["category"], int64(t.Category))
	case "collection.changed":
		o["collection"] = append(o["collection"], int64(t.Of))
	case "attribute.changed":
		o["attribute_definition"] = append(o["attribute_definition"], t.Attribute)
	case "metafield.changed", "translation.changed":
		o[t.Kind] = append(o[t.Kind], t.ID)
	}
	return false
}

// ofOwner finds the products of what a fact names; $1 are ids.
var ofOwner = map[string]string{
	"product": "SELECT unnest($1::bigint[])",
	"variant": "SELECT product_id FROM variant WHERE id = ANY($1)",
	"bundled": `SELECT v.product_id FROM bundle_choice c JOIN bundle_slot t ON t.id = c.slot_id JOIN bundle b ON b.id = t.bundle_id
 JOIN variant v ON v.id = b.variant_id WHERE c.variant_id = ANY($1)`,
	"category": `SELECT g.product_id FROM category top JOIN category c ON c.path LIKE top.path || '%' JOIN product_category g ON g.category_id = c.id
 WHERE top.id = ANY($1)`,
	"collection":           "SELECT product_id FROM collection_product WHERE collection_id = ANY($1)",
	"attribute_definition": "SELECT product_id FROM product_attribute WHERE definition_id = ANY($1)",
	"product_option":       "SELECT product_id FROM product_option WHERE id = ANY($1)",
	"product_option_value": "SELECT o.product_id FROM product_option_value c JOIN product_option o ON o.id = c.option_id WHERE c.id = ANY($1)",
}

func (s *Service) productsOf(ctx context.Context, look owners) ([]ProductID, error) {
	var batch pgx.Batch
	var ids []ProductID
	for kind, of := range look {
		query, known := ofOwner[kind]
		if !known {
			continue
		}
		batch.Queue(query, of).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowTo[ProductID])
			ids = append(ids, found...)
			return err
		})
	}
	if batch.Len() == 0 {
		return nil, nil
	}
	if err := s.db.Conn(ctx).SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("find the documents of facts: %w", postgres.Fault(err))
	}
	return ids, nil
}
