package catalog

import (
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
)

// parts are what hangs on products, by product.
type parts struct {
	options    map[int64][]Option
	values     map[OptionID][]OptionValue
	tags       map[int64][]string
	media      map[int64][]int64
	categories map[int64][]int64
	markets    map[int64][]int64
	attributes map[int64][]Attribute
}

func newParts() *parts {
	return &parts{options: map[int64][]Option{}, values: map[OptionID][]OptionValue{}, attributes: map[int64][]Attribute{}}
}

func (p *parts) readOptions(rows pgx.Rows) error {
	for rows.Next() {
		var o Option
		var product int64
		if err := rows.Scan(&o.ID, &product, &o.Name, &o.Position, &o.LinkedTo); err != nil {
			return err
		}
		p.options[product] = append(p.options[product], o)
	}
	return rows.Err()
}

func (p *parts) readValues(rows pgx.Rows) error {
	for rows.Next() {
		var v OptionValue
		var option OptionID
		var picture *int64
		if err := rows.Scan(&v.ID, &option, &v.Name, &v.Position, &v.Swatch.Color, &picture); err != nil {
			return err
		}
		v.Swatch.MediaID = typedPointer[media.ID](picture)
		p.values[option] = append(p.values[option], v)
	}
	return rows.Err()
}

func (p *parts) readAttributes(rows pgx.Rows) error {
	for rows.Next() {
		var a Attribute
		var v attributeValue
		var product int64
		err := rows.Scan(&product, &a.Definition, &a.Code, &a.Name, &a.Type, &a.Unit,
			&v.text, &v.milli, &v.boolean, &v.date, &v.reference)
		if err != nil {
			return err
		}
		list := p.attributes[product]
		if n := len(list); n > 0 && list[n-1].Definition == a.Definition {
			list[n-1].Values = append(list[n-1].Values, v.String())
			continue
		}
		a.Values = []string{v.String()}
		p.attributes[product] = append(list, a)
	}
	return rows.Err()
}

// attributeValue is one row's value, by the column that holds it.
type attributeValue struct {
	text      *string
	milli     *int64
	boolean   *bool
	date      *time.Time
	reference *int64
}

// String gives the text form.
func (v attributeValue) String() string {
	switch {
	case v.text != nil:
		return *v.text
	case v.milli != nil:
		return formatMilli(*v.milli)
	case v.boolean != nil:
		return strconv.FormatBool(*v.boolean)
	case v.date != nil:
		return v.date.UTC().Format(time.DateOnly)
	case v.reference != nil:
		return strconv.FormatInt(*v.reference, 10)
	}
	return ""
}

func productOf(r *ent.Product, p *parts) Product {
	options := p.options[r.ID]
	for i := range options {
		options[i].Values = p.values[options[i].ID]
	}
	return Product{
		ID:              ProductID(r.ID),
		Handle:          r.Handle,
		Title:           r.Title,
		DescriptionHTML: r.DescriptionHTML,
		Vendor:          r.Vendor,
		Type:            r.ProductType,
		Status:          lifecycle.Status(r.Status),
		PublishedAt:     r.PublishedAt,
		ArchivedAt:      r.ArchivedAt,
		TaxClass:        r.TaxClass,
		Fulfillment:     Fulfillment(r.Fulfillment),
		Restock:         Restock(r.Restock),
		SEO:             SEO{Title: r.SeoTitle, Description: r.SeoDescription},
		Tags:            p.tags[r.ID],
		Options:         options,
		Media:           typed[media.ID](p.media[r.ID]),
		Categories:      typed[CategoryID](p.categories[r.ID]),
		ExcludedMarkets: typed[market.ID](p.markets[r.ID]),
		Attributes:      p.attributes[r.ID],
		Version:         r.Version,
		CreatedAt:       r.CreatedAt,
		UpdatedAt:       r.UpdatedAt,
	}
}

func variantOf(r *ent.Variant, selected []SelectedOption) Variant {
	v := Variant{
		ID:                 VariantID(r.ID),
		ProductID:          ProductID(r.ProductID),
		Title:              r.Title,
		Position:           r.Position,
		Options:            selected,
		SKU:                r.Sku,
		Barcode:            r.Barcode,
		MediaID:            typedPointer[media.ID](r.MediaID),
		RequiresShipping:   r.RequiresShipping,
		Taxable:            r.Taxable,
		TaxCode:            r.TaxCode,
		Weight:             Weight{Grams: r.WeightGrams, Unit: WeightUnit(r.WeightUnit)},
		Size:               Size{Length: orZero(r.LengthMm), Width: orZero(r.WidthMm), Height: orZero(r.HeightMm)},
		OriginCountry:      (*locale.Country)(r.OriginCountry),
		HSCode:             r.HsCode,
		Quantity:           QuantityRule{Minimum: r.MinQuantity, Maximum: r.MaxQuantity, Step: r.QuantityStep},
		Tracked:            r.Tracked,
		InventoryTracker:   r.InventoryTracker,
		Backorder:          r.Backorder,
		BackorderLimit:     r.BackorderLimit,
		BackorderAt:        r.BackorderAt,
		Preorder:           r.Preorder,
		PreorderLimit:      r.PreorderLimit,
		PreorderAt:         r.PreorderAt,
		FulfillmentService: r.FulfillmentService,
		UnitCost:           r.UnitCost,
		Version:            r.Version,
		CreatedAt:          r.CreatedAt,
		UpdatedAt:          r.UpdatedAt,
	}
	if r.UnitQuantityMilli != nil {
		v.UnitPrice = &UnitMeasure{
			QuantityMilli: *r.UnitQuantityMilli, QuantityUnit: *r.UnitQuantityUnit,
			Reference: *r.UnitReference, ReferenceUnit: *r.UnitReferenceUnit,
		}
	}
	return v
}

func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
