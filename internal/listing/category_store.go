package listing

import (
	"cmp"
	"slices"

	"github.com/jackc/pgx/v5"
)

const categoryColumns = "c.id, c.handle, c.title, c.description, c.parent_id, c.position, " + mediaColumns

func (sh *shelf) scanCategory(row pgx.Row, front ...any) (*Category, error) {
	c := &Category{Children: []*Category{}}
	var parent *CategoryID
	var picture mediaRow
	err := row.Scan(append(append(front, &c.ID, &c.Handle, &c.Title, &c.DescriptionText, &parent, &c.position), picture.into()...)...)
	if err != nil {
		return nil, err
	}
	if known := sh.categories[c.ID]; known != nil {
		return known, nil
	}
	if parent != nil {
		c.parent = *parent
	}
	c.Image = picture.image(sh.base)
	sh.categories[c.ID] = c
	return c, nil
}

// productCategories reads the categories that the page's products stand in, the
// main one first.
func (t *trip) productCategories(sh *shelf, need Need) {
	if need.Has(FieldCategoryTree) {
		t.tree(sh, need.Has(FieldCategoryCounts))
	}
	s := &statement{}
	s.write(`SELECT x.product_id, ` + categoryColumns + ` FROM product_category x JOIN category c ON c.id = x.category_id
LEFT JOIN media_asset i ON i.id = c.media_id
WHERE x.product_id = ` + onPage + ` AND c.archived_at IS NULL ORDER BY x.product_id, x.main DESC, c.depth DESC, c.position, c.id`)
	t.read(s, func(row pgx.Row) error {
		var product ProductID
		c, err := sh.scanCategory(row, &product)
		if err != nil {
			return err
		}
		if p := sh.products[product]; p != nil && !slices.Contains(p.Categories, c) {
			p.Categories = append(p.Categories, c)
		}
		return nil
	})
}

// tree reads the whole category tree and, if asked for, how many products stand
// in and below each category. A shop has few categories: reading them all costs
// less than walking from one to the next.
func (t *trip) tree(sh *shelf, counts bool) {
	s := &statement{}
	s.write(`SELECT ` + categoryColumns + ` FROM category c LEFT JOIN media_asset i ON i.id = c.media_id
WHERE c.archived_at IS NULL ORDER BY c.depth, c.position, c.id`)
	t.read(s, func(row pgx.Row) error {
		c, err := sh.scanCategory(row)
		if err != nil {
			return err
		}
		if above := sh.categories[c.parent]; above != nil && c.Parent == nil {
			c.Parent = above
			above.Children = append(above.Children, c)
		}
		return nil
	})
	if counts {
		t.categoryCounts(sh)
	}
	if len(t.at.Translations) > 0 {
		t.textsOf(sh, []string{"owner_kind = 'category'"})
	}
}

func (t *trip) categoryCounts(sh *shelf) {
	s := &statement{}
	s.write(`SELECT top.id, count(DISTINCT p.id) FROM ` + s.from(t.at) + ` JOIN product_category x ON x.product_id = p.id
JOIN category c ON c.id = x.category_id JOIN category top ON top.id = ANY(string_to_array(btrim(c.path, '/'), '/')::bigint[])
WHERE ` + s.visible(t.at) + ` GROUP BY top.id`)
	t.read(s, func(row pgx.Row) error {
		var id CategoryID
		var n int
		if err := row.Scan(&id, &n); err != nil {
			return err
		}
		if c := sh.categories[id]; c != nil {
			c.ProductCount = n
		}
		return nil
	})
}

// below gives the categories below one, or those at the top, in the merchant's
// order, in which the tree was read.
func (sh *shelf) below(parent CategoryID) []*Category {
	if parent != 0 {
		if c := sh.categories[parent]; c != nil {
			return c.Children
		}
		return nil
	}
	var tops []*Category
	for _, c := range sh.categories {
		if c.parent == 0 {
			tops = append(tops, c)
		}
	}
	slices.SortFunc(tops, func(a, b *Category) int { return cmp.Or(cmp.Compare(a.position, b.position), cmp.Compare(a.ID, b.ID)) })
	return tops
}
