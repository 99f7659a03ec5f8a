package cart

import (
	"context"
	"maps"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
)

// AddLines puts pieces in. Pieces of a variant with the same attributes as a
// line that is there join that line. It applies whole or not at all, but for
// what is not in stock: that is left out, with a warning.
func (s *Service) AddLines(ctx context.Context, ref Ref, in []NewLine) (Change, error) {
	return s.change(ctx, ref, addLines(in))
}

// UpdateLines changes lines.
func (s *Service) UpdateLines(ctx context.Context, ref Ref, in []LineChange) (Change, error) {
	return s.change(ctx, ref, updateLines(in))
}

// RemoveLines takes lines out.
func (s *Service) RemoveLines(ctx context.Context, ref Ref, ids []LineID) (Change, error) {
	return s.change(ctx, ref, removeLines(ids))
}

func addLines(in []NewLine) (e edit) {
	if len(in) > MaxLines {
		e.faults.Add(errTooLarge.At("lines"))
		return e
	}
	for i, n := range in {
		e.faults.Add(checkAdded(n.Quantity, at("lines", i, "quantity")))
		e.faults = append(e.faults, checkAttributes(n.Attributes, at("lines", i)...)...)
		e.variants = append(e.variants, n.Variant)
	}
	e.apply = func(d *draft) error {
		before := d.totals()
		var faults fault.List
		lines := d.byKey()
		for i, n := range in {
			d.paths[n.Variant] = at("lines", i, "quantity")
			faults = append(faults, below(d.add(lines, n), at("lines", i)...)...)
		}
		if err := faults.Err(); err != nil {
			return err
		}
		return d.settle(before)
	}
	return e
}

// byKey gives the lines by what makes them equal.
func (d *draft) byKey() map[key]*line {
	lines := make(map[key]*line, len(d.lines))
	for _, l := range d.lines {
		lines[l.key()] = l
	}
	return lines
}

// add puts pieces into the line that there is, else into a new one.
func (d *draft) add(lines map[key]*line, n NewLine) fault.List {
	g, ok := d.goods[n.Variant]
	if !ok || !forSale(g) {
		return fault.List{errGoods.At("merchandiseId")}
	}
	components, faults := d.expand(g, n.Components)
	if len(faults) > 0 {
		return faults
	}
	l := &line{variant: n.Variant, quantity: n.Quantity, title: name(g)}
	l.describe(tidy(n.Attributes), components)
	if there := lines[l.key()]; there != nil {
		there.quantity += n.Quantity
		return nil
	}
	lines[l.key()] = l
	d.lines = append(d.lines, l)
	return nil
}

func forSale(g listing.Goods) bool { return g.Sellable && len(g.Prices) > 0 }

// name is what a line is called, for when its variant is gone.
func name(g listing.Goods) string {
	if g.VariantTitle == "" {
		return g.Title
	}
	return g.Title + " - " + g.VariantTitle
}

func updateLines(in []LineChange) (e edit) {
	if len(in) > MaxLines {
		e.faults.Add(errTooLarge.At("lines"))
		return e
	}
	for i, c := range in {
		if c.Quantity != nil {
			e.faults.Add(checkUpdated(*c.Quantity, at("lines", i, "quantity")))
		}
		if c.Attributes != nil {
			e.faults = append(e.faults, checkAttributes(*c.Attributes, at("lines", i)...)...)
		}
		if c.Variant != nil {
			e.variants = append(e.variants, *c.Variant)
		}
	}
	e.apply = func(d *draft) error {
		before := d.totals()
		lines := make(map[LineID]*line, len(d.lines))
		for _, l := range d.lines {
			lines[l.id] = l
		}
		var faults fault.List
		for i, c := range in {
			if l := lines[c.ID]; l == nil || c.ID == 0 {
				faults.Add(errLine.At(at("lines", i, "id")...))
			} else {
				faults = append(faults, d.update(l, c, i)...)
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		d.unite()
		return d.settle(before)
	}
	return e
}

// update changes one line, by the i-th change asked for.
func (d *draft) update(l *line, c LineChange, i int) fault.List {
	other := c.Variant != nil && *c.Variant != l.variant
	if other {
		g, ok := d.goods[*c.Variant]
		if !ok || !forSale(g) {
			return fault.List{errGoods.At(at("lines", i, "merchandiseId")...)}
		}
		d.paths[l.variant] = at("lines", i, "merchandiseId")
		l.variant, l.title, l.seen = g.Variant, name(g), nil
	}
	d.paths[l.variant] = at("lines", i, "quantity")
	if faults := d.choose(l, c, other); len(faults) > 0 {
		return below(faults, at("lines", i)...)
	}
	if c.Attributes != nil {
		l.describe(tidy(*c.Attributes), l.components)
	}
	if c.Quantity != nil {
		l.quantity = *c.Quantity
	}
	return nil
}

// unite merges lines that have become equal and drops those that are empty.
func (d *draft) unite() {
	lines := map[key]*line{}
	d.lines = slices.DeleteFunc(d.lines, func(l *line) bool {
		first := lines[l.key()]
		if l.quantity == 0 || first != nil {
			if first != nil {
				first.quantity += l.quantity
			}
			return true
		}
		lines[l.key()] = l
		return false
	})
}

func removeLines(ids []LineID) (e edit) {
	if len(ids) > MaxLines {
		e.faults.Add(errTooLarge.At("lineIds"))
		return e
	}
	e.apply = func(d *draft) error {
		before := d.totals()
		var faults fault.List
		for i, id := range ids {
			l, there := d.loaded[id]
			if !there {
				faults.Add(errLine.At(at("lineIds", i)...))
			}
			d.paths[l.variant] = at("lineIds", i)
		}
		if err := faults.Err(); err != nil {
			return err
		}
		d.lines = slices.DeleteFunc(d.lines, func(l *line) bool { return slices.Contains(ids, l.id) })
		return d.settle(before)
	}
	return e
}

// settle judges what has become of the lines. What breaks a rule is refused, in
// the sum of all lines of a variant; what cannot be sold is cut off, down to
// what there was before.
func (d *draft) settle(before map[listing.VariantID]int) error {
	if d.tooLarge() {
		return errTooLarge.At("lines")
	}
	var faults fault.List
	after, was := d.totals(), maps.Clone(before)
	for _, l := range d.lines {
		f := d.judge(l.variant, was[l.variant], after[l.variant])
		if l.pieces() > MaxQuantity {
			f = errPieces
		}
		if f != nil {
			faults.Add(f.At(d.paths[l.variant]...))
		}
		was[l.variant] = after[l.variant] // once for all its lines
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return d.clamp(before)
}

// judge tells which rule a change of a variant's pieces breaks. One that was
// broken before, because the rule is new, may stay so on the way down.
func (d *draft) judge(v listing.VariantID, before, after int) *fault.Error {
	if before == after {
		return nil
	}
	g, ok := d.goods[v]
	if !ok || !forSale(g) {
		if after > before {
			return errGoods
		}
		return nil
	}
	if onTheWayDown := before > after && breaks(g.Rule, before) != nil; onTheWayDown {
		return nil
	}
	return breaks(g.Rule, after)
}

func breaks(r listing.QuantityRule, n int) *fault.Error {
	switch {
	case n < r.Minimum:
		return errMinimum(r.Minimum)
	case r.Maximum != nil && n > *r.Maximum:
		return errMaximum(*r.Maximum)
	case r.Increment > 1 && n%r.Increment != 0:
		return errIncrement(r.Increment)
	}
	return nil
}
