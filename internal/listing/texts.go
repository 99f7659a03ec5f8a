package listing

import (
	"strings"

	"github.com/jackc/pgx/v5"
)

// texts reads the translations of what the page shows.
func (t *trip) texts(sh *shelf, need Need) {
	owners := []string{"owner_kind = 'product' AND owner_id = " + onPage}
	if need.Has(FieldOptions) || need.Variants != 0 {
		owners = append(owners,
			"owner_kind = 'product_option' AND owner_id IN (SELECT id FROM product_option WHERE product_id = "+onPage+")",
			"owner_kind = 'product_option_value' AND owner_id IN (SELECT c.id FROM product_option_value c JOIN product_option o ON o.id = c.option_id WHERE o.product_id = "+onPage+")")
	}
	if need.Has(FieldCategories) {
		owners = append(owners, "owner_kind = 'category' AND owner_id IN (SELECT category_id FROM product_category WHERE product_id = "+onPage+")")
	}
	if need.Has(FieldCollections) {
		owners = append(owners, "owner_kind = 'collection' AND owner_id IN (SELECT collection_id FROM collection_product WHERE product_id = "+onPage+")")
	}
	for _, of := range need.metafieldOwners() {
		owners = append(owners, "owner_kind = 'metafield' AND owner_id IN (SELECT id FROM metafield WHERE owner_kind = '"+of.kind+"' AND owner_id = "+of.ids+")")
	}
	t.textsOf(sh, owners)
}

// textsOf reads the translations of owners, each given by a condition.
func (t *trip) textsOf(sh *shelf, owners []string) {
	s := &statement{}
	languages := s.arg(t.at.Translations)
	parts := make([]string, len(owners))
	for i, owner := range owners {
		parts[i] = "SELECT owner_kind, owner_id, field, value, array_position(" + languages + "::text[], language::text) FROM translation WHERE language = ANY(" +
			languages + "::text[]) AND " + owner
	}
	s.write(strings.Join(parts, "\nUNION ALL "))
	t.read(s, func(row pgx.Row) error {
		var owner textOwner
		var field string
		var text translated
		if err := row.Scan(&owner.kind, &owner.id, &field, &text.value, &text.rank); err != nil {
			return err
		}
		sh.texts.put(owner, field, text)
		return nil
	})
}
