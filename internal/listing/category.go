package listing

import "github.com/souk-commerce/souk/internal/kernel/page"

// Category is a node of the category tree. Its relatives are loaded with it.
type Category struct {
	ID              CategoryID
	Handle          string
	Title           string
	DescriptionText string
	Image           *Image
	Parent          *Category
	Children        []*Category
	ProductCount    int // in it or below it; counted only when asked for

	parent   CategoryID // 0 at the top
	position int
}

// Description gives the description; nil where the merchant wrote none.
func (c *Category) Description() *string {
	text := plain(c.DescriptionText, nil)
	return filled(text)
}

// Breadcrumb gives the way from the top of the tree to the category.
func (c *Category) Breadcrumb() []*Category {
	var way []*Category
	for at := c; at != nil; at = at.Parent {
		way = append([]*Category{at}, way...)
	}
	return way
}

// CategoryNeed says what of a category is loaded besides its tree.
type CategoryNeed struct {
	Counts bool
}

// CategoryList asks for the categories below one, or at the top.
type CategoryList struct {
	Parent CategoryID
	Page   page.Args
	Need   CategoryNeed
}
