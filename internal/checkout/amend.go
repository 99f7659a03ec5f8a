package checkout

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/track"
)

// SetContact says how the buyer is reached.
func (s *Service) SetContact(ctx context.Context, ref Ref, in Contact) (Checkout, error) {
	in.Email, in.Phone = contact.Email(in.Email), contact.Phone(in.Phone)
	if err := contactFaults(in.Email, in.Phone, false); err != nil {
		return Checkout{}, err
	}
	if err := s.admit(ctx, ref, in.Email); err != nil {
		return Checkout{}, err
	}
	return s.amend(ctx, ref, func(r *row) error {
		r.email, r.phone = in.Email, in.Phone
		if in.AcceptsMarketing != nil {
			r.marketing = *in.AcceptsMarketing
		}
		return nil
	})
}

// SetShippingAddress says where the goods go.
func (s *Service) SetShippingAddress(ctx context.Context, ref Ref, a postal.Address) (Checkout, error) {
	a = trimmed(a)
	if err := addressFaults(a).Err(); err != nil {
		return Checkout{}, err
	}
	return s.amend(ctx, ref, func(r *row) error {
		r.shipping = &a
		return nil
	})
}

// SetBillingAddress says who is billed: the one whom the goods go to, or
// another.
func (s *Service) SetBillingAddress(ctx context.Context, ref Ref, a *postal.Address, same bool) (Checkout, error) {
	if same {
		a = nil
	} else {
		if a == nil {
			return Checkout{}, errName.At("address")
		}
		clean := trimmed(*a)
		if err := addressFaults(clean).Err(); err != nil {
			return Checkout{}, err
		}
		a = &clean
	}
	return s.amend(ctx, ref, func(r *row) error {
		r.billing, r.same = a, same
		return nil
	})
}

// SelectDelivery chooses a method for each shipment that choices name.
func (s *Service) SelectDelivery(ctx context.Context, ref Ref, choices map[string]string) (Checkout, error) {
	return s.amendChecked(ctx, ref, func(r *row) error {
		for shipment, method := range choices {
			r.choices = with(r.choices, shipment, method)
		}
		return nil
	}, func(c *Checkout) error { return c.offers(choices) })
}

// offers refuses choices that are not on offer.
func (c *Checkout) offers(choices map[string]string) error {
	for shipment, method := range choices {
		known := false
		for _, sh := range c.Priced.Shipments {
			known = known || sh.ID == shipment && sh.Selected != nil && sh.Selected.Handle == method
		}
		if !known {
			return ErrDelivery.At("choices")
		}
	}
	return nil
}

func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

// ApplyCode answers that a code gives nothing: there are no discounts yet.
func (s *Service) ApplyCode(ctx context.Context, ref Ref, _ string) (Checkout, error) {
	if _, err := s.ByRef(ctx, ref); err != nil {
		return Checkout{}, err
	}
	return Checkout{}, ErrCode
}

// RemoveCode takes a discount code out again.
func (s *Service) RemoveCode(ctx context.Context, ref Ref, code string) (Checkout, error) {
	return s.amend(ctx, ref, func(r *row) error {
		r.codes = slices.DeleteFunc(r.codes, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), strings.TrimSpace(code)) })
		return nil
	})
}

// ApplyGiftCard answers that the shop takes no gift cards.
func (s *Service) ApplyGiftCard(ctx context.Context, ref Ref, _ string) (Checkout, error) {
	if _, err := s.ByRef(ctx, ref); err != nil {
		return Checkout{}, err
	}
	return Checkout{}, ErrGiftCard
}

func (s *Service) amend(ctx context.Context, ref Ref, change func(*row) error) (Checkout, error) {
	return s.amendChecked(ctx, ref, change, func(*Checkout) error { return nil })
}

// amendChecked changes a checkout that its buyer may change, holds its stock
// for longer, and gives it as it stands then. accept sees the changed checkout
// and may refuse it.
func (s *Service) amendChecked(ctx context.Context, ref Ref, change func(*row) error, accept func(*Checkout) error) (Checkout, error) {
	id, err := s.allowed(ref)
	if err != nil {
		return Checkout{}, err
	}
	var c Checkout
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		now := s.db.Now(ctx)
		if err := r.editable(ref.Expected, now); err != nil {
			return err
		}
		before := r.clone()
		if err := change(r); err != nil {
			return err
		}
		r.expiresAt = now.Add(s.cfg.Life)
		r.activity(now, s.cfg)
		if c, err = s.view(ctx, r); err != nil {
			return err
		}
		if err := accept(&c); err != nil {
			return err
		}
		if err := s.apply(ctx, r, lifecycle.Amend, c.facts(), ""); err != nil {
			return err
		}
		c.State, c.Version, c.UpdatedAt = r.state, r.version, r.updatedAt
		if err := s.prolong(ctx, r, &c); err != nil {
			return err
		}
		return s.trackSteps(ctx, before, r)
	})
	if err != nil {
		return Checkout{}, err
	}
	if c.held {
		return c, nil
	}
	return s.hold(ctx, id)
}

// amended judges a row anew and saves it, in the caller's transaction.
func (s *Service) amended(ctx context.Context, r *row) error {
	r.expiresAt = s.db.Now(ctx).Add(s.cfg.Life)
	r.activity(s.db.Now(ctx), s.cfg)
	c, err := s.view(ctx, r)
	if err != nil {
		return err
	}
	return s.apply(ctx, r, lifecycle.Amend, c.facts(), "")
}

// clone copies what steps are told from.
func (r *row) clone() row { return *r }

// trackSteps tells of the steps that a change made the first time.
func (s *Service) trackSteps(ctx context.Context, before row, after *row) error {
	var events []track.Event
	for step, made := range map[lifecycle.Step]bool{
		lifecycle.Contact:         before.email == "" && after.email != "",
		lifecycle.ShippingAddress: before.shipping == nil && after.shipping != nil,
		lifecycle.BillingAddress:  before.billing == nil && after.billing != nil,
		lifecycle.Delivery:        len(before.choices) == 0 && len(after.choices) > 0,
	} {
		if made {
			events = append(events, stepEvent(after.id, step))
		}
	}
	if len(events) == 0 {
		return nil
	}
	return s.rooms.Track.Record(ctx, events)
}

func stepEvent(id ID, step lifecycle.Step) track.Event {
	return track.Event{Kind: track.CheckoutStep, Payload: eventPayload(map[string]any{"checkout": id, "step": step})}
}

func eventPayload(v map[string]any) json.RawMessage { return asJSON(v) }

// contactFaults reports what is wrong with how a buyer says he is reached.
func contactFaults(email, phone string, optional bool) error {
	var faults fault.List
	if !(optional && email == "") && !contact.IsEmail(email) {
		faults = append(faults, errEmail)
	}
	if phone != "" && !contact.IsPhone(phone) {
		faults = append(faults, errPhone)
	}
	return faults.Err()
}

// maxField bounds a field of an address, in bytes.
const maxField = 255

// addressFaults is what the post of the country demands, and a name and sane
// texts besides.
func addressFaults(a postal.Address) fault.List {
	faults := postal.Validate(a)
	if a.LastName == "" && a.Company == "" {
		faults = append(faults, errName.At(postal.LastName))
	}
	for name, text := range fields(a) {
		if len(text) > maxField || strings.ContainsFunc(text, unicode.IsControl) {
			faults = append(faults, errLong.At(name))
		}
	}
	if a.Phone != "" && !contact.IsPhone(contact.Phone(a.Phone)) {
		faults = append(faults, errPhone)
	}
	for i := range faults {
		if len(faults[i].Path) == 1 {
			faults[i] = faults[i].At("address", faults[i].Path[0])
		}
	}
	return faults
}

func fields(a postal.Address) map[string]string {
	return map[string]string{postal.FirstName: a.FirstName, postal.LastName: a.LastName, postal.Company: a.Company,
		postal.Address1: a.Address1, postal.Address2: a.Address2, postal.DependentLocality: a.DependentLocality, postal.City: a.City,
		postal.SortingCode: a.SortingCode, postal.ZoneCode: a.ZoneCode, postal.Zip: a.Zip}
}

// trimmed takes the blanks around every field away.
func trimmed(a postal.Address) postal.Address {
	for _, field := range []*string{&a.FirstName, &a.LastName, &a.Company, &a.Address1, &a.Address2, &a.DependentLocality, &a.City,
		&a.SortingCode, &a.ZoneCode, &a.Zip, &a.Phone} {
		*field = strings.TrimSpace(strings.ToValidUTF8(*field, ""))
	}
	return a
}
