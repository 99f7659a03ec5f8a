package seed

import (
	"context"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/app/sample"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/pricing"
)

func (s *seeder) writeProducts(ctx context.Context) error {
	for _, p := range s.shop.Products {
		if err := s.writeProduct(ctx, p); err != nil {
			return errIn(p.Handle, err)
		}
	}
	return nil
}

func (s *seeder) writeProduct(ctx context.Context, p sample.Product) error {
	saved, err := s.Catalog.CreateProduct(ctx, s.newProduct(ctx, p))
	if err != nil {
		return err
	}
	s.products[p.Handle] = saved.ID
	variants, err := s.variantIDs(ctx, saved.ID)
	if err != nil {
		return err
	}
	if err := s.writePrices(ctx, p, variants); err != nil {
		return err
	}
	if err := s.writeStock(ctx, p, variants); err != nil {
		return err
	}
	if err := s.writeMetafields(ctx, p, saved.ID); err != nil {
		return err
	}
	if err := s.translateProduct(ctx, p, saved); err != nil {
		return err
	}
	if p.Status == string(lifecycle.Archived) {
		_, err = s.Catalog.ArchiveProduct(ctx, saved.ID, saved.Version)
	}
	return err
}

func (s *seeder) newProduct(ctx context.Context, p sample.Product) catalog.NewProduct {
	published := s.DB.Now(ctx).Add(-time.Duration(p.PublishedDaysAgo) * 24 * time.Hour)
	in := catalog.NewProduct{Handle: p.Handle, Title: p.Title, DescriptionHTML: p.DescriptionHTML, Vendor: p.Vendor, Type: p.Type,
		Status: lifecycle.Active, PublishedAt: &published, Fulfillment: catalog.Fulfillment(p.Fulfillment),
		SEO: catalog.SEO(p.SEO), Tags: p.Tags}
	if p.Status == string(lifecycle.Draft) {
		in.Status, in.PublishedAt = lifecycle.Draft, nil
	}
	gallery := make([]media.ID, len(p.Pictures))
	for i, x := range p.Pictures {
		gallery[i] = *s.picture(x.Name, x.Alt, x.Spec)
	}
	in.Media = gallery
	for _, o := range p.Options {
		in.Options = append(in.Options, newOption(o))
	}
	taxed := in.Fulfillment != catalog.GiftCard // what is bought with it is taxed
	for _, v := range p.Variants {
		variant := newVariant(v, gallery)
		variant.Taxable = &taxed
		in.Variants = append(in.Variants, variant)
	}
	for _, handle := range p.Categories {
		in.Categories = append(in.Categories, s.categories[handle])
	}
	in.Attributes = s.attributeInputs(p, false)
	return in
}

func newOption(o sample.Option) catalog.NewOption {
	in := catalog.NewOption{Name: o.Name}
	for _, v := range o.Values {
		value := catalog.NewOptionValue{Name: v.Name}
		if v.Swatch != "" {
			value.Swatch.Color = &v.Swatch
		}
		in.Values = append(in.Values, value)
	}
	return in
}

func newVariant(v sample.Variant, gallery []media.ID) catalog.NewVariant {
	in := catalog.NewVariant{Values: v.Values, SKU: v.SKU, Barcode: v.Barcode, RequiresShipping: &v.Shipped,
		Weight: catalog.Weight{Grams: v.WeightGrams, Unit: catalog.Grams}, OriginCountry: v.Origin, HSCode: v.HSCode,
		Tracked: &v.Tracked, Backorder: v.Backorder}
	if v.Picture < len(gallery) {
		in.MediaID = &gallery[v.Picture]
	}
	if v.Cost != nil {
		in.UnitCost = &v.Cost.Minor
	}
	if v.Unit != nil {
		in.UnitPrice = &catalog.UnitMeasure{QuantityMilli: v.Unit.QuantityMilli, QuantityUnit: v.Unit.Quantity,
			Reference: v.Unit.Reference, ReferenceUnit: v.Unit.ReferenceUnit}
	}
	return in
}

// attributeInputs gives the values of attributes: those that refer to other
// products, or all the others.
func (s *seeder) attributeInputs(p sample.Product, references bool) []catalog.AttributeInput {
	var out []catalog.AttributeInput
	for _, a := range s.shop.Attributes {
		values, ok := p.Attributes[a.Code]
		if !ok || (a.Type == string(catalog.ReferenceAttribute)) != references {
			continue
		}
		in := catalog.AttributeInput{Definition: s.attributes[a.Code], Values: values}
		if references {
			in.Values = nil
			for _, handle := range values {
				in.Values = append(in.Values, strconv.FormatInt(int64(s.products[handle]), 10))
			}
		}
		out = append(out, in)
	}
	return out
}

// writeReferences gives products the attributes that refer to others, once all
// of them are there.
func (s *seeder) writeReferences(ctx context.Context) error {
	for _, p := range s.shop.Products {
		in := s.attributeInputs(p, true)
		if len(in) == 0 {
			continue
		}
		saved, err := s.Catalog.ProductByID(ctx, s.products[p.Handle])
		if err != nil {
			return err
		}
		if _, err := s.Catalog.UpdateProduct(ctx, saved.ID, saved.Version, catalog.ProductChange{Attributes: in}); err != nil {
			return errIn(p.Handle, err)
		}
	}
	return nil
}

// variantIDs gives the variants of a product in their order.
func (s *seeder) variantIDs(ctx context.Context, id catalog.ProductID) ([]catalog.VariantID, error) {
	refs, err := s.Catalog.RefsOfProducts(ctx, []catalog.ProductID{id})
	if err != nil {
		return nil, err
	}
	out := make([]catalog.VariantID, len(refs))
	for i, r := range refs {
		out[i] = r.Variant
	}
	return out, nil
}

func (s *seeder) writePrices(ctx context.Context, p sample.Product, variants []catalog.VariantID) error {
	changes := map[string][]pricing.Change{}
	for i, v := range p.Variants {
		changes[""] = append(changes[""], pricing.Change{Variant: variants[i], Amount: &v.Price, CompareAt: v.CompareAt})
		for handle, price := range v.Fixed {
			changes[handle] = append(changes[handle], pricing.Change{Variant: variants[i], Amount: &price})
		}
	}
	for _, handle := range append([]string{""}, s.derivedMarkets()...) {
		if len(changes[handle]) == 0 {
			continue
		}
		if err := s.Pricing.SetPrices(ctx, s.lists[handle], changes[handle]); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) derivedMarkets() []string {
	var out []string
	for _, m := range s.shop.Markets {
		if m.Derive != nil {
			out = append(out, m.Handle)
		}
	}
	return out
}

func (s *seeder) writeStock(ctx context.Context, p sample.Product, variants []catalog.VariantID) error {
	var counts []inventory.Count
	for i, v := range p.Variants {
		for _, l := range s.shop.Locations {
			if n, ok := v.Stock[l.Handle]; ok && v.Tracked {
				counts = append(counts, inventory.Count{Variant: variants[i], Location: s.locations[l.Handle], OnHand: n})
			}
		}
	}
	if len(counts) == 0 {
		return nil
	}
	_, err := s.Inventory.Set(ctx, inventory.Cause{Key: "sample-" + p.Handle, Reason: "first count"}, counts)
	return err
}

func (s *seeder) writeMetafields(ctx context.Context, p sample.Product, id catalog.ProductID) error {
	if len(p.Metafields) == 0 {
		return nil
	}
	inputs := make([]metafield.Input, len(p.Metafields))
	for i, m := range p.Metafields {
		inputs[i] = metafield.Input{Namespace: m.Namespace, Key: m.Key, Type: m.Type, Value: m.Value, Visibility: metafield.Public}
		if m.Staff {
			inputs[i].Visibility = metafield.Staff
		}
	}
	return s.Metafields.Set(ctx, metafield.Owner{Kind: "product", ID: int64(id)}, inputs)
}

// translateProduct writes the German texts of a product, its type, its options
// and their values.
func (s *seeder) translateProduct(ctx context.Context, p sample.Product, saved catalog.Product) error {
	texts := sample.Texts{}
	for field, value := range p.De {
		texts[field] = value
	}
	if word, ok := s.shop.Words[p.Type]; ok {
		texts["product_type"] = word
	}
	if err := s.translate(ctx, "product", int64(saved.ID), texts); err != nil {
		return err
	}
	for _, o := range saved.Options {
		if err := s.translateWord(ctx, "product_option", int64(o.ID), o.Name); err != nil {
			return err
		}
		for _, v := range o.Values {
			if err := s.translateWord(ctx, "product_option_value", int64(v.ID), v.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *seeder) translateWord(ctx context.Context, kind string, id int64, name string) error {
	word, ok := s.shop.Words[name]
	if !ok {
		return nil
	}
	return s.translate(ctx, kind, id, sample.Texts{"name": word})
}

// rule puts a rule into the words of the catalogue; a category is named by its
// id there.
func (s *seeder) rule(r sample.Rule) catalog.Rule {
	out := catalog.Rule{Match: catalog.Match(r.Match)}
	for _, c := range r.Conditions {
		condition := catalog.Condition{Field: catalog.Field(c.Field), Relation: catalog.Relation(c.Relation), Value: c.Value,
			Namespace: c.Namespace, Key: c.Key}
		if condition.Field == catalog.FieldCategory {
			condition.Value = strconv.FormatInt(int64(s.categories[c.Value]), 10)
		}
		out.Conditions = append(out.Conditions, condition)
	}
	return out
}
