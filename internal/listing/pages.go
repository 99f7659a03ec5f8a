package listing

import (
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/media"
)

// The APIs ask for the parts of a product with the arguments of Relay
// pagination, one by one. These methods take them as they come.

// The pages of the things that lists hold.
type (
	// Variants is a page of a product's variants.
	Variants struct{ Connection[*Variant] }
	// Images is a page of a product's pictures.
	Images struct{ Connection[*Image] }
	// Gallery is a page of a product's gallery.
	Gallery struct{ Connection[Entry] }
	// Collections is a page of collections.
	Collections struct{ Connection[*Collection] }
	// Categories is a page of categories.
	Categories struct{ Connection[*Category] }
	// Names is a page of names.
	Names struct{ Connection[string] }
)

// The entries of those pages with their cursors.
type (
	// VariantEdge is a variant in a list.
	VariantEdge struct {
		Cursor string
		Node   *Variant
	}
	// ImageEdge is a picture in a list.
	ImageEdge struct {
		Cursor string
		Node   *Image
	}
	// GalleryEdge is an entry of a gallery.
	GalleryEdge struct {
		Cursor string
		Node   Entry
	}
	// CollectionEdge is a collection in a list.
	CollectionEdge struct {
		Cursor string
		Node   *Collection
	}
	// CategoryEdge is a category in a list.
	CategoryEdge struct {
		Cursor string
		Node   *Category
	}
	// NameEdge is a name in a list.
	NameEdge struct {
		Cursor string
		Node   string
	}
)

// Edges gives the variants with their cursors.
func (p *Variants) Edges() []VariantEdge { return edgesOf[VariantEdge](&p.Connection) }

// Edges gives the pictures with their cursors.
func (p *Images) Edges() []ImageEdge { return edgesOf[ImageEdge](&p.Connection) }

// Edges gives the entries with their cursors.
func (p *Gallery) Edges() []GalleryEdge { return edgesOf[GalleryEdge](&p.Connection) }

// Edges gives the collections with their cursors.
func (p *Collections) Edges() []CollectionEdge { return edgesOf[CollectionEdge](&p.Connection) }

// Edges gives the categories with their cursors.
func (p *Categories) Edges() []CategoryEdge { return edgesOf[CategoryEdge](&p.Connection) }

// Edges gives the names with their cursors.
func (p *Names) Edges() []NameEdge { return edgesOf[NameEdge](&p.Connection) }

func args(after, before *string, first, last *int, reverse *bool) page.Args {
	return page.Args{First: first, Last: last, After: after, Before: before, Reverse: reverse != nil && *reverse}
}

func either[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// VariantPage gives a page of the variants.
func (p *Product) VariantPage(after, before *string, first, last *int, reverse *bool, sortKey *VariantSort) (*Variants, error) {
	variants := p.variants
	if by := either(sortKey, VariantByPosition); by != VariantByPosition && by != VariantByRelevance {
		variants = slices.Clone(variants)
		slices.SortStableFunc(variants, compareVariants(by))
	}
	c, err := connect(variants, args(after, before, first, last, reverse), func(v *Variant) int64 { return int64(v.ID) })
	if err != nil {
		return nil, err
	}
	return &Variants{*c}, nil
}

// ImagePage gives a page of the gallery's pictures.
func (p *Product) ImagePage(after, before *string, first, last *int, reverse *bool, sortKey *MediaSort) (*Images, error) {
	images := make([]*Image, 0, len(p.gallery))
	for _, m := range p.gallery {
		if m.Kind == media.Image {
			images = append(images, &m.Image)
		}
	}
	if by := either(sortKey, MediaByPosition); by != MediaByPosition && by != MediaByRelevance {
		slices.SortStableFunc(images, func(a, b *Image) int { return compareMedia(by, a, b) })
	}
	c, err := connect(images, args(after, before, first, last, reverse), func(i *Image) int64 { return int64(i.ID) })
	if err != nil {
		return nil, err
	}
	return &Images{*c}, nil
}

// GalleryPage gives a page of the gallery.
func (p *Product) GalleryPage(after, before *string, first, last *int, reverse *bool, sortKey *MediaSort) (*Gallery, error) {
	gallery := p.gallery
	if by := either(sortKey, MediaByPosition); by != MediaByPosition && by != MediaByRelevance {
		gallery = slices.Clone(gallery)
		slices.SortStableFunc(gallery, func(a, b *Media) int { return compareMedia(by, &a.Image, &b.Image) })
	}
	c, err := connect(gallery, args(after, before, first, last, reverse), func(m *Media) int64 { return int64(m.ID) })
	if err != nil {
		return nil, err
	}
	g := &Gallery{Connection[Entry]{Nodes: make([]Entry, len(c.Nodes)), Info: c.Info}}
	places := make(map[Entry]string, len(c.Nodes))
	for i, m := range c.Nodes {
		g.Nodes[i] = m.Entry()
		places[g.Nodes[i]] = c.cursor(m)
	}
	g.cursor = func(entry Entry) string { return places[entry] }
	return g, nil
}

// CollectionPage gives a page of the collections that the product belongs to.
func (p *Product) CollectionPage(after, before *string, first, last *int, reverse *bool) (*Collections, error) {
	c, err := connect(p.collections, args(after, before, first, last, reverse), func(c *Collection) int64 { return int64(c.ID) })
	if err != nil {
		return nil, err
	}
	return &Collections{*c}, nil
}

func choiceOf(caseInsensitive, ignoreUnknown *bool, options []SelectedOption) Choice {
	return Choice{Options: options, CaseInsensitive: either(caseInsensitive, false), IgnoreUnknown: either(ignoreUnknown, false)}
}

// VariantChosen gives the variant that has all the chosen values, or nil.
func (p *Product) VariantChosen(caseInsensitiveMatch, ignoreUnknownOptions *bool, selectedOptions []SelectedOption) (*Variant, error) {
	return p.VariantByOptions(choiceOf(caseInsensitiveMatch, ignoreUnknownOptions, selectedOptions))
}

// VariantShown gives the variant of the chosen values; else the first that can
// be bought; else the first.
func (p *Product) VariantShown(caseInsensitiveMatch, ignoreUnknownOptions *bool, selectedOptions []SelectedOption) (*Variant, error) {
	return p.SelectedOrFirst(choiceOf(caseInsensitiveMatch, ignoreUnknownOptions, selectedOptions))
}

// VariantsNear gives the variants that differ from the chosen values in exactly
// one option.
func (p *Product) VariantsNear(selectedOptions []SelectedOption) ([]*Variant, error) {
	return p.Adjacent(Choice{Options: selectedOptions})
}

func keyOf(key string, namespace *string) MetafieldKey {
	return MetafieldKey{Namespace: either(namespace, ""), Key: key}.filled()
}

// MetafieldNamed gives one metafield open to storefronts.
func (p *Product) MetafieldNamed(key string, namespace *string) *Metafield {
	return find(p.metafields, keyOf(key, namespace))
}

// MetafieldNamed gives one metafield open to storefronts.
func (v *Variant) MetafieldNamed(key string, namespace *string) *Metafield {
	return find(v.metafields, keyOf(key, namespace))
}

// MetafieldNamed gives one metafield open to storefronts.
func (c *Collection) MetafieldNamed(key string, namespace *string) *Metafield {
	return find(c.metafields, keyOf(key, namespace))
}
