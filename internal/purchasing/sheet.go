package purchasing

import (
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/purchasing/lifecycle"
)

// sheet is an order with its lines, and the movements that a change of it brings
// about. It decides without a database.
type sheet struct {
	Order
	Lines []Line

	moves []inventory.Posting
}

func (p sheet) clone() sheet {
	p.Lines = slices.Clone(p.Lines)
	return p
}

func (p sheet) facts() lifecycle.Facts {
	return lifecycle.Facts{
		Open: slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Rest() > 0 }),
		Came: slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Received > 0 }),
	}
}

func (p sheet) line(v catalog.VariantID) *Line {
	i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.Variant == v })
	if i < 0 {
		return nil
	}
	return &p.Lines[i]
}

func (p *sheet) move(v catalog.VariantID, kind inventory.Kind, delta inventory.Stock) {
	p.moves = append(p.moves, inventory.Posting{Variant: v, Location: p.Location, Kind: kind, Delta: delta})
}

// order expects the pieces of all lines.
func (p *sheet) order() {
	for _, l := range p.Lines {
		p.move(l.Variant, inventory.Adjusted, inventory.Stock{Incoming: l.Quantity})
	}
}

// receive takes in what came; without any named, all that is still to come. What
// came beyond that raises the quantity of its line, where it is allowed at all.
func (p *sheet) receive(arrivals []Arrival, over bool) error {
	if len(arrivals) == 0 {
		for _, l := range p.Lines {
			if l.Rest() > 0 {
				arrivals = append(arrivals, Arrival{l.Variant, l.Rest()})
			}
		}
	}
	var faults fault.List
	for i, a := range arrivals {
		at, l := []string{"lines", strconv.Itoa(i)}, p.line(a.Variant)
		if l == nil {
			faults.Add(ErrNotListed.At(append(at, "variant")...))
			continue
		}
		expected := min(a.Quantity, l.Rest())
		if a.Quantity > expected && !over {
			faults.Add(ErrOver.At(append(at, "quantity")...))
			continue
		}
		l.Received += a.Quantity
		l.Quantity += a.Quantity - expected
		p.move(l.Variant, inventory.Received, inventory.Stock{OnHand: a.Quantity, Incoming: -expected})
	}
	return faults.Err()
}

// giveUp cancels what is still to come of some variants, or of all.
func (p *sheet) giveUp(variants []catalog.VariantID) error {
	if len(variants) == 0 {
		for _, l := range p.Lines {
			if l.Rest() > 0 {
				variants = append(variants, l.Variant)
			}
		}
	}
	var faults fault.List
	for i, v := range variants {
		l := p.line(v)
		switch {
		case l == nil:
			faults.Add(ErrNotListed.At("variants", strconv.Itoa(i)))
			continue
		case l.Rest() == 0:
			faults.Add(ErrNothingLeft.At("variants", strconv.Itoa(i)))
			continue
		}
		rest := l.Rest()
		l.Cancelled += rest
		p.move(v, inventory.Adjusted, inventory.Stock{Incoming: -rest})
	}
	return faults.Err()
}
