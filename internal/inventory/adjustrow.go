package inventory

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/platform/sheet"
)

// sheetRow is a line of a file on its way to an adjustment.
type sheetRow struct {
	AdjustLine
	number                          int
	variant, sku, barcode, location string
	refusal                         *fault.Error
}

var (
	errNoItem      = fault.New(fault.Invalid, "required", "The line names no variant.")
	errUnknownItem = fault.New(fault.NotFound, "variant_not_found", "There is no such variant.")
	errAmbiguous   = fault.New(fault.Conflict, "ambiguous_barcode", "Several variants have this barcode.").At(columnBarcode)
	errNoLocation  = fault.New(fault.Invalid, "required", "The line names no location.").At(columnLocation)
)

func readRows(t *sheet.Table) []sheetRow {
	rows := make([]sheetRow, len(t.Lines))
	for i, l := range t.Lines {
		rows[i] = readRow(t, l)
	}
	return rows
}

func readRow(t *sheet.Table, l sheet.Line) sheetRow {
	r := sheetRow{number: l.Number, refusal: l.Fault}
	if r.refusal != nil {
		return r
	}
	r.variant = r.text(t, l, columnVariant)
	r.sku = r.text(t, l, columnSKU)
	r.barcode = r.text(t, l, columnBarcode)
	r.location = r.text(t, l, columnLocation)
	r.Reason = r.text(t, l, columnReason)
	r.Delta = r.whole(t, l, columnDelta, -MaxQuantity)
	r.OnHand = r.whole(t, l, columnOnHand, 0)
	if r.refusal == nil {
		r.refuse(r.check())
	}
	if r.item() == "" {
		r.refuse(errNoItem)
	}
	return r
}

// refuse keeps the first thing that is wrong with the line.
func (r *sheetRow) refuse(why *fault.Error) {
	if r.refusal == nil {
		r.refusal = why
	}
}

func (r *sheetRow) text(t *sheet.Table, l sheet.Line, column string) string {
	text, err := sheet.Text(t.Cell(l, column))
	if err != nil {
		r.refuse(err.At(column))
	}
	return text
}

// whole reads a number where there is one.
func (r *sheetRow) whole(t *sheet.Table, l sheet.Line, column string, least int64) *int64 {
	cell := t.Cell(l, column)
	if cell == "" {
		return nil
	}
	n, err := sheet.Whole(cell, least, MaxQuantity)
	if err != nil {
		r.refuse(err.At(column))
		return nil
	}
	return &n
}

// item is what the line calls its variant.
func (r *sheetRow) item() string { return cmp.Or(r.variant, r.sku, r.barcode) }

// resolve finds the variants and locations of the lines, and refuses those that
// name none, or the level of another line.
func (s *Service) resolve(ctx context.Context, rows []sheetRow, placed bool) error {
	if err := s.resolveVariants(ctx, rows); err != nil {
		return err
	}
	if err := s.resolveLocations(ctx, rows, placed); err != nil {
		return err
	}
	first := map[place]int{}
	for i, r := range rows {
		if r.refusal != nil && !errors.Is(r.refusal, errTwice) {
			continue
		}
		at := place{r.Variant, r.Location}
		if j, twice := first[at]; twice {
			rows[i].refusal, rows[j].refusal = errTwice, errTwice
			continue
		}
		first[at] = i
	}
	return nil
}

func (s *Service) resolveVariants(ctx context.Context, rows []sheetRow) error {
	var skus, barcodes []string
	for i, r := range rows {
		switch {
		case r.variant != "":
			rows[i].Variant = variantNamed(r.variant)
		case r.sku != "":
			skus = append(skus, r.sku)
		case r.barcode != "":
			barcodes = append(barcodes, r.barcode)
		}
	}
	bySKU, err := s.catalog.VariantsBySKUs(ctx, skus)
	if err != nil {
		return err
	}
	byBarcode, err := s.catalog.VariantsByBarcodes(ctx, barcodes)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		switch found := byBarcode[r.barcode]; {
		case r.variant != "":
		case r.sku != "":
			r.Variant = bySKU[r.sku].Variant
		case len(found) > 1:
			r.refuse(errAmbiguous)
		case len(found) == 1:
			r.Variant = found[0].Variant
		}
		if r.Variant == 0 {
			r.refuse(errUnknownItem)
		}
	}
	return nil
}

// variantNamed reads an id, bare or as the APIs show it; 0 if it is none.
func variantNamed(text string) catalog.VariantID {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		return catalog.VariantID(n)
	}
	if id, err := gid.Parse(text); err == nil && id.Type == "ProductVariant" {
		return catalog.VariantID(id.Number)
	}
	return 0
}

// resolveLocations puts lines of a file that has no such column at the default
// location.
func (s *Service) resolveLocations(ctx context.Context, rows []sheetRow, placed bool) error {
	locations, err := s.Locations(ctx)
	if err != nil {
		return err
	}
	byHandle, standard := map[string]LocationID{}, LocationID(0)
	for _, l := range locations {
		byHandle[l.Handle] = l.ID
		if l.Default {
			standard = l.ID
		}
	}
	if !placed && standard == 0 {
		return errNoPlace
	}
	for i := range rows {
		r := &rows[i]
		switch {
		case !placed:
			r.Location = standard
		case r.location == "":
			r.refuse(errNoLocation)
		default:
			if r.Location = byHandle[r.location]; r.Location == 0 {
				r.refuse(ErrLocationNotFound.At(columnLocation))
			}
		}
	}
	return nil
}
