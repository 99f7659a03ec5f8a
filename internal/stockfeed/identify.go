package stockfeed

import (
	"context"
	"slices"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
)

// atOnce is how many items are looked up in one statement.
const atOnce = 2_000

// identify finds the variants of the lines, and refuses lines that name none.
func (s *Service) identify(ctx context.Context, f Feed, lines []told) (map[string]catalog.VariantID, error) {
	found, ambiguous := map[string]catalog.VariantID{}, map[string]bool{}
	for part := range slices.Chunk(lines, atOnce) {
		var err error
		if f.Item == Barcode {
			err = s.byBarcodes(ctx, part, found, ambiguous)
		} else {
			err = s.bySKUs(ctx, part, found)
		}
		if err != nil {
			return nil, err
		}
	}
	for i, l := range lines {
		switch {
		case l.refusal != nil:
		case ambiguous[l.item]:
			lines[i].refusal = errAmbiguous
		case found[l.item] == 0:
			lines[i].refusal = errUnknown
		}
	}
	return found, nil
}

func (s *Service) bySKUs(ctx context.Context, lines []told, found map[string]catalog.VariantID) error {
	refs, err := s.rooms.Catalog.VariantsBySKUs(ctx, itemsOf(lines))
	for sku, ref := range refs {
		found[sku] = ref.Variant
	}
	return err
}

func (s *Service) byBarcodes(ctx context.Context, lines []told, found map[string]catalog.VariantID, ambiguous map[string]bool) error {
	refs, err := s.rooms.Catalog.VariantsByBarcodes(ctx, itemsOf(lines))
	for code, all := range refs {
		found[code], ambiguous[code] = all[0].Variant, len(all) > 1
	}
	return err
}

func itemsOf(lines []told) []string {
	items := make([]string, 0, len(lines))
	for _, l := range lines {
		if l.refusal == nil {
			items = append(items, l.item)
		}
	}
	return items
}

// adjustments gives the lines that nothing is known against as the stock takes
// them, and where they stand.
func (f Feed) adjustments(lines []told, variants map[string]catalog.VariantID) (out []inventory.AdjustLine, at []int) {
	for i, l := range lines {
		if l.refusal != nil {
			continue
		}
		a := inventory.AdjustLine{Variant: variants[l.item], Location: f.Location}
		if f.Mode == Deltas {
			a.Delta = &lines[i].quantity
		} else {
			a.OnHand = &lines[i].quantity
		}
		out, at = append(out, a), append(at, i)
	}
	return out, at
}
