package cart

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// SetNote replaces the buyer's note.
func (s *Service) SetNote(ctx context.Context, ref Ref, note string) (Change, error) {
	return s.change(ctx, ref, setNote(note))
}

// SetAttributes replaces the cart's attributes. Of equal keys the last one
// counts.
func (s *Service) SetAttributes(ctx context.Context, ref Ref, in []Attribute) (Change, error) {
	return s.change(ctx, ref, setAttributes(in))
}

// SetBuyer changes who buys. Another country may be another market: currency and
// prices follow.
func (s *Service) SetBuyer(ctx context.Context, ref Ref, in BuyerChange) (Change, error) {
	return s.change(ctx, ref, setBuyer(in))
}

// SetCodes replaces the discount codes. Codes that differ only in case, spaces or
// width are one. They are kept as they were entered; none applies yet.
func (s *Service) SetCodes(ctx context.Context, ref Ref, codes []string) (Change, error) {
	return s.change(ctx, ref, setCodes(codes))
}

// SetGiftCards says that there are no gift cards; the codes are not kept.
func (s *Service) SetGiftCards(ctx context.Context, ref Ref, codes []string) (Change, error) {
	return s.change(ctx, ref, setGiftCards(codes))
}

// SetMetafields writes metafields, each in the place of the one with the same
// namespace and key.
func (s *Service) SetMetafields(ctx context.Context, ref Ref, in []Metafield) (Cart, error) {
	c, err := s.change(ctx, ref, setMetafields(in))
	return c.Cart, err
}

// DeleteMetafield takes a metafield away.
func (s *Service) DeleteMetafield(ctx context.Context, ref Ref, namespace, key string) (Cart, error) {
	c, err := s.change(ctx, ref, edit{apply: func(d *draft) error {
		i := d.metafield(namespace, key)
		if i < 0 {
			return errMetafield
		}
		d.Metafields = slices.Delete(d.Metafields, i, i+1)
		return nil
	}})
	return c.Cart, err
}

// ChooseDelivery chooses the way in which shipments are brought.
func (s *Service) ChooseDelivery(ctx context.Context, ref Ref, in []Choice) (Change, error) {
	return s.change(ctx, ref, edit{apply: func(d *draft) error { return s.choose(d, in) }})
}

// edit gives all that a new cart begins with.
func (in New) edit() edit {
	all := edit{apply: func(*draft) error { return nil }}
	return all.then(setBuyer(in.Buyer)).then(setNote(in.Note)).then(setAttributes(in.Attributes)).then(setMetafields(in.Metafields)).
		then(addLines(in.Lines)).then(setCodes(in.Codes)).then(setGiftCards(in.GiftCards)).then(addAddresses(in.Addresses, "addresses"))
}

func setNote(note string) (e edit) {
	if f := checkText(note, MaxNote); f != nil {
		if f.Reason == errLong.Reason {
			f = errNote
		}
		e.faults.Add(f.At("note"))
	}
	e.apply = func(d *draft) error {
		d.Note = note
		return nil
	}
	return e
}

func setAttributes(in []Attribute) edit {
	return edit{faults: checkAttributes(in), apply: func(d *draft) error {
		d.Attributes = tidy(in)
		return nil
	}}
}

// tidy keeps the last of the attributes with the same key.
func tidy(in []Attribute) []Attribute {
	out := make([]Attribute, 0, len(in))
	for i, a := range in {
		if !slices.ContainsFunc(in[i+1:], func(b Attribute) bool { return a.Key == b.Key }) {
			out = append(out, a)
		}
	}
	return out
}

func setBuyer(in BuyerChange) (e edit) {
	e.faults = below(in.check(), "buyerIdentity")
	addresses := edit{apply: func(*draft) error { return nil }}
	if in.Addresses != nil {
		addresses = replaceAddresses(*in.Addresses, "deliveryAddressPreferences")
		addresses.faults = below(addresses.faults, "buyerIdentity")
	}
	if in.Country != nil && *in.Country != locale.Unknown {
		e.country = *in.Country
	}
	e.apply = func(d *draft) error {
		if in.Email != nil {
			d.Email = contact.Email(*in.Email)
		}
		if in.Phone != nil {
			d.Phone = contact.Phone(*in.Phone)
		}
		if in.Preferences != nil {
			d.Preferences = *in.Preferences
		}
		return nil
	}
	return e.then(addresses)
}

// plain is what equal codes have in common: no case, no spaces, no width.
func plain(code string) string {
	code = cases.Fold().String(norm.NFKC.String(code))
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(code))
}

func setCodes(in []string) (e edit) {
	if len(in) > maxEntered {
		e.faults.Add(errCodes.At("discountCodes"))
		return e
	}
	for i, code := range in {
		if f := checkText(code, maxKey); f != nil {
			e.faults.Add(f.At(at("discountCodes", i)...))
		}
	}
	codes := distinct(nil, in)
	if len(codes) > MaxCodes {
		e.faults.Add(errCodes.At("discountCodes"))
	}
	e.apply = func(d *draft) error {
		for _, code := range codes {
			if !hasCode(d.Codes, code) {
				d.remark(DiscountNotFound, nil, "The discount code “"+strings.TrimSpace(code)+"” was not found.")
			}
		}
		d.Codes = codes
		return nil
	}
	return e
}

// distinct adds codes that are not there yet, and passes over empty ones.
func distinct(codes, more []string) []string {
	out := append([]string{}, codes...)
	for _, code := range more {
		if plain(code) != "" && !hasCode(out, code) {
			out = append(out, code)
		}
	}
	return out
}

func hasCode(codes []string, code string) bool {
	return slices.ContainsFunc(codes, func(c string) bool { return plain(c) == plain(code) })
}

func setGiftCards(in []string) edit {
	return edit{apply: func(d *draft) error {
		if len(distinct(nil, in[:min(len(in), MaxCodes)])) > 0 {
			d.remark(GiftCardsUnavailable, nil, "Gift cards cannot be used here.")
		}
		return nil
	}}
}

func setMetafields(in []Metafield) edit {
	return edit{faults: checkMetafields(in), apply: func(d *draft) error {
		for _, m := range in {
			if i := d.metafield(m.Namespace, m.Key); i >= 0 {
				d.Metafields[i] = m
			} else {
				d.Metafields = append(d.Metafields, m)
			}
		}
		if len(d.Metafields) > maxMetafields {
			return errMetafields.At("metafields")
		}
		return nil
	}}
}

// metafield finds one; negative when there is none.
func (d *draft) metafield(namespace, key string) int {
	return slices.IndexFunc(d.Metafields, func(m Metafield) bool { return m.Namespace == namespace && m.Key == key })
}

// choose checks choices against what is on offer now.
func (s *Service) choose(d *draft, in []Choice) error {
	priced, err := s.quote(d)
	if err != nil {
		return err
	}
	choices := map[string]string{}
	for shipment, method := range d.Choices {
		choices[shipment] = method
	}
	for i, c := range in {
		if f := offered(priced, c); f != nil {
			return f.At(append(at("selectedDeliveryOptions", i), f.Path...)...)
		}
		choices[c.Shipment] = c.Method
	}
	d.Choices = choices
	return nil
}
