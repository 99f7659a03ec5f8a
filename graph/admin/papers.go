package admin

import (
	"cmp"
	"context"
	"strconv"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/warehouse"
)

// createPurchase reads the costs of a new purchase order, in its currency or
// else the shop's.
func (r *Resolver) createPurchase(ctx context.Context, input answer.PurchaseOrderCreateInput) (purchasing.Order, error) {
	in := input.NewOrder
	in.Currency = cmp.Or(in.Currency, r.currency())
	var err error
	if in.Lines, err = purchaseLines(input.Lines, in.Currency); err != nil {
		return purchasing.Order{}, err
	}
	return r.rooms.Purchases.Create(ctx, in)
}

// updatePurchase reads the costs of a change in the order's currency, which
// stays as it is.
func (r *Resolver) updatePurchase(ctx context.Context, id purchasing.ID, version int64, input answer.PurchaseOrderUpdateInput) (purchasing.Order, error) {
	before, err := r.rooms.Purchases.ByID(ctx, id)
	if err != nil {
		return purchasing.Order{}, err
	}
	change := input.Change
	if change.Lines, err = purchaseLines(input.Lines, before.Currency); err != nil {
		return purchasing.Order{}, err
	}
	return r.rooms.Purchases.Update(ctx, id, version, change)
}

func purchaseLines(inputs []answer.PurchaseOrderLineInput, c money.Currency) ([]purchasing.NewLine, error) {
	if inputs == nil {
		return nil, nil
	}
	var faults fault.List
	lines := make([]purchasing.NewLine, len(inputs))
	for i, in := range inputs {
		line, err := in.Line(c)
		if f, ok := fault.As(err); ok {
			faults.Add(f.At("lines", strconv.Itoa(i), "unitCost"))
		}
		lines[i] = line
	}
	return lines, faults.Err()
}

// countPage is a page of one count's lines.
type countPage struct {
	count              warehouse.CountID
	window             window
	counted, differing yesNo
}

// yesNo is an optional truth as a part of a key.
type yesNo struct{ given, value bool }

func yesNoOf(v *bool) yesNo {
	if v == nil {
		return yesNo{}
	}
	return yesNo{true, *v}
}

func (y yesNo) pointer() *bool {
	if !y.given {
		return nil
	}
	return &y.value
}

func countPageOf(id warehouse.CountID, args page.Args, f warehouse.CountLineFilter) countPage {
	return countPage{id, windowOf(args), yesNoOf(f.Counted), yesNoOf(f.Differing)}
}

// countLines reads the pages that are alike together.
func (d Deps) countLines(ctx context.Context, keys []countPage) (map[countPage]page.Slice[warehouse.CountLine], error) {
	alike := map[countPage][]warehouse.CountID{}
	for _, k := range keys {
		id := k.count
		k.count = 0
		alike[k] = append(alike[k], id)
	}
	out := make(map[countPage]page.Slice[warehouse.CountLine], len(keys))
	for k, counts := range alike {
		f := warehouse.CountLineFilter{Counted: k.counted.pointer(), Differing: k.differing.pointer()}
		found, err := d.Warehouse.CountLinePages(ctx, counts, f, k.window.args())
		if err != nil {
			return nil, err
		}
		for id, s := range found {
			k.count = id
			out[k] = s
		}
	}
	return out, nil
}
