package cart

import (
	"context"
	"slices"
)

// Merge puts what is in one cart into another, as when a guest who has filled a
// cart signs in and has another one from before. Knowing both secrets is the
// right to do it. The README tells the rule.
func (s *Service) Merge(ctx context.Context, from, into Ref) (Change, error) {
	if from.ID == into.ID {
		return Change{}, ErrSame
	}
	var out Change
	err := s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		both, err := s.lock(ctx, from.ID, into.ID)
		if err != nil {
			return err
		}
		now := s.rooms.DB.Now(ctx)
		source, err := s.open(both[from.ID], from, now)
		if err != nil {
			return err
		}
		target, err := s.open(both[into.ID], into, now)
		if err != nil {
			return err
		}
		merged := ended{source.ID, source.Version + 1}
		out, err = s.edit(ctx, target, edit{variants: source.variants(), apply: func(d *draft) error { return d.absorb(source) }})
		if err != nil {
			return err
		}
		s.bury(ctx, merged)
		return s.retire(ctx, source.ID)
	})
	return settled(out, err)
}

// absorb takes over what another cart holds. What is here wins; pieces of equal
// lines add up to what the rules and the stock allow.
func (d *draft) absorb(source *basket) error {
	before, lines := d.totals(), d.byKey()
	for _, l := range source.lines {
		if there := lines[l.key()]; there != nil {
			there.quantity = min(there.quantity+l.quantity, MaxQuantity)
			continue
		}
		taken := &line{variant: l.variant, quantity: l.quantity, attributes: l.attributes, components: l.components, digest: l.digest, title: l.title}
		lines[l.key()] = taken
		d.lines = append(d.lines, taken)
	}
	if d.tooLarge() {
		return errTooLarge
	}
	if err := d.clamp(before); err != nil {
		return err
	}
	for _, a := range source.Attributes {
		if !slices.ContainsFunc(d.Attributes, func(b Attribute) bool { return a.Key == b.Key }) && len(d.Attributes) < MaxAttributes {
			d.Attributes = append(d.Attributes, a)
		}
	}
	codes := distinct(d.Codes, source.Codes)
	d.Codes = codes[:min(len(codes), MaxCodes)]
	if d.Note == "" {
		d.Note = source.Note
	}
	return nil
}
