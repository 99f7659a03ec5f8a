package cart

import (
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
)

// Stock is counted by what it is taken from: a bundle takes its components, and
// shares them with every other line that needs them.

// supply is how much there is of a variant for this cart, with what is held for
// it.
func (d *draft) supply(v listing.VariantID) int64 {
	n := d.goods[v].Supply()
	if n < quote.Endless && d.goods[v].Sellable {
		n += d.held[v]
	}
	return n
}

// askHeld finds out what is held for the cart, once, and reports whether that is
// anything.
func (d *draft) askHeld() (some bool, err error) {
	if d.ask == nil {
		return false, nil
	}
	d.held, err = d.ask()
	d.ask = nil
	return len(d.held) > 0, err
}

// stock gives what there is of all that the lines need.
func (d *draft) stock() *quote.Supply {
	supply := quote.NewSupply()
	for v := range d.goods {
		supply.Stock(v, d.supply(v))
	}
	return supply
}

// taken gives what is left of it when all lines that can be sold have taken what
// they need.
func (d *draft) taken() (*quote.Supply, error) {
	supply, short := d.stock(), false
	for _, l := range d.lines {
		if _, ok := d.sold(l); ok {
			supply.Take(d.item(l), int64(l.quantity))
			short = short || supply.Short(d.item(l))
		}
	}
	if !short {
		return supply, nil
	}
	if more, err := d.askHeld(); err != nil || !more {
		return supply, err
	}
	return d.taken()
}

// room gives how many pieces of a line there would be without the others, up to
// what a line may have.
func (d *draft) room(l *line) int64 {
	if !forSale(d.goods[l.variant]) {
		return 0
	}
	room := int64(MaxQuantity)
	for v, n := range d.item(l).Needs() {
		room = min(room, d.supply(v)/n)
	}
	return room
}

// grant gives how many pieces of each line there is enough for: what was there
// before stays, and the first lines have the first of the rest.
func (d *draft) grant(floor map[key]int) (map[*line]int, error) {
	supply, granted := d.stock(), make(map[*line]int, len(d.lines))
	used := map[listing.VariantID]int64{}
	for _, was := range d.loaded {
		for v, n := range d.item(&was).Needs() {
			used[v] += n * int64(was.quantity)
		}
	}
	for v, n := range used {
		supply.Stock(v, max(d.supply(v), n))
	}
	for _, l := range d.lines {
		granted[l] = min(l.quantity, floor[l.key()])
		supply.Take(d.item(l), int64(granted[l]))
	}
	for _, l := range d.lines {
		if !forSale(d.goods[l.variant]) {
			continue
		}
		item := d.item(l)
		more := min(int64(l.quantity-granted[l]), supply.Room(item))
		supply.Take(item, more)
		granted[l] += int(more)
	}
	if !slices.ContainsFunc(d.lines, func(l *line) bool { return granted[l] < l.quantity }) {
		return granted, nil
	}
	if more, err := d.askHeld(); err != nil || !more {
		return granted, err
	}
	return d.grant(floor)
}

// clamp cuts off what cannot be sold, last lines first, but nothing that was
// there before. A line that should become what is not to be had stays what it
// was, and what it needs for that is counted again.
func (d *draft) clamp(before map[listing.VariantID]int) error {
	floor := map[key]int{}
	for _, l := range d.loaded {
		floor[l.key()] = l.quantity
	}
	for {
		granted, err := d.grant(floor)
		if err != nil {
			return err
		}
		there := map[listing.VariantID]int{}
		for l, n := range granted {
			there[l.variant] += n
		}
		cuts := d.cuts(granted, there, floor, before)
		if !d.goBack(cuts, there) {
			for _, l := range slices.Backward(d.lines) {
				if cuts[l] > 0 {
					l.quantity -= cuts[l]
					d.short(l, there[l.variant])
				}
			}
			d.unite()
			return nil
		}
		d.unite()
	}
}

// cuts gives how many pieces of each line cannot be sold: what there is not
// enough for, and of what is there of a variant what its rules do not allow.
func (d *draft) cuts(granted map[*line]int, there map[listing.VariantID]int, floor map[key]int, before map[listing.VariantID]int) map[*line]int {
	over := map[listing.VariantID]int{}
	for v, total := range d.totals() {
		if total > before[v] {
			over[v] = there[v] - max(fit(d.goods[v].Rule, there[v]), before[v])
		}
	}
	cuts := make(map[*line]int, len(d.lines))
	for _, l := range slices.Backward(d.lines) {
		more := max(min(over[l.variant], granted[l]-floor[l.key()]), 0)
		over[l.variant] -= more
		cuts[l] = l.quantity - granted[l] + more
	}
	return cuts
}

// goBack makes the last line that would be cut to nothing what it was, if it was
// something; false when there is none.
func (d *draft) goBack(cuts map[*line]int, there map[listing.VariantID]int) bool {
	for _, l := range slices.Backward(d.lines) {
		if was, known := d.loaded[l.id]; known && l.quantity > 0 && cuts[l] == l.quantity {
			d.short(l, there[l.variant])
			*l = was
			return true
		}
	}
	return false
}

// short remarks on a line that was cut, of whose variant so many pieces are
// there.
func (d *draft) short(l *line, there int) {
	left := fit(d.goods[l.variant].Rule, min(there, int(d.room(l))))
	if left == 0 {
		d.remark(OutOfStock, l, messageOut)
		return
	}
	d.remark(NotEnoughStock, l, pieces(int64(left)))
}

// fit gives how many pieces the rule allows at most, of n.
func fit(r listing.QuantityRule, n int) int {
	most := n
	if r.Maximum != nil {
		most = min(most, *r.Maximum)
	}
	if r.Increment > 1 {
		most -= most % r.Increment
	}
	if most < r.Minimum {
		return 0
	}
	return most
}
