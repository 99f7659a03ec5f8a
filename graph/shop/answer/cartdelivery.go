package answer

import (
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
)

// CartDelivery is where a cart could be sent to.
type CartDelivery struct{ Addresses []SelectableAddress }

// SelectableAddress is an address that a cart could be sent to.
type SelectableAddress struct {
	ID         string
	OneTimeUse bool
	Selected   bool
}

// AddressType is the type of the ids of a cart's addresses.
const AddressType = "CartSelectableAddress"

// Delivery gives where the cart could be sent to.
func (c *Cart) Delivery() *CartDelivery {
	d := &CartDelivery{Addresses: make([]SelectableAddress, len(c.of.Addresses))}
	for i, a := range c.of.Addresses {
		d.Addresses[i] = SelectableAddress{ID: gid.Format(AddressType, int64(a.ID)), OneTimeUse: a.OneTimeUse, Selected: a.Selected}
	}
	return d
}

// DeliveryGroup is a part of a cart that is brought together.
type DeliveryGroup struct {
	ID string

	cart *Cart
	of   quote.Shipment
}

// DeliveryGroupEdge is one entry of a list.
type DeliveryGroupEdge struct {
	Cursor string
	Node   *DeliveryGroup
}

// DeliveryGroups is one page of groups.
type DeliveryGroups struct {
	Connection[*DeliveryGroup, DeliveryGroupEdge]
}

// GroupType is the type of the ids of delivery groups. Its number is the cart's
// and its key says which part of the cart.
const GroupType = "CartDeliveryGroup"

// DeliveryGroups gives a page of the parts of the cart.
func (c *Cart) DeliveryGroups(after, before *string, first, last *int, reverse *bool) (*DeliveryGroups, error) {
	all := make([]*DeliveryGroup, len(c.of.Priced.Shipments))
	for i, s := range c.of.Priced.Shipments {
		all[i] = &DeliveryGroup{ID: gid.FormatKey(GroupType, int64(c.of.ID), s.ID), cart: c, of: s}
	}
	cut, err := connect[DeliveryGroupEdge](all, func(g *DeliveryGroup) string { return g.of.ID }, paging(after, before, first, last, reverse))
	return &DeliveryGroups{cut}, err
}

// CartLines gives a page of the lines in the group.
func (g *DeliveryGroup) CartLines(after, before *string, first, last *int, reverse *bool) (*CartLines, error) {
	var lines []BaseCartLine
	for _, l := range g.cart.lines {
		if slices.Contains(g.of.Items, int64(lineOf(l).of)) {
			lines = append(lines, l)
		}
	}
	cut, err := connect[CartLineEdge](lines, lineName, paging(after, before, first, last, reverse))
	return &CartLines{cut}, err
}

// DeliveryAddress gives where the group goes.
func (g *DeliveryGroup) DeliveryAddress() *MailingAddress { return g.cart.destination() }

// DeliveryOption is a way of bringing a group.
type DeliveryOption struct {
	Code               *string
	DeliveryMethodType Word
	Description        *string
	EstimatedCost      money.Money
	Handle             string
	Title              *string
}

// DeliveryOptions gives the ways of bringing the group.
func (g *DeliveryGroup) DeliveryOptions() []DeliveryOption {
	out := make([]DeliveryOption, len(g.of.Options))
	for i, o := range g.of.Options {
		out[i] = g.option(o)
	}
	return out
}

// SelectedDeliveryOption gives the way that was chosen.
func (g *DeliveryGroup) SelectedDeliveryOption() *DeliveryOption {
	if g.of.Selected == nil {
		return nil
	}
	o := g.option(*g.of.Selected)
	return &o
}

func (g *DeliveryGroup) option(o shipping.Option) DeliveryOption {
	typ := Word("SHIPPING")
	if g.of.ID == quote.Digital {
		typ = "NONE"
	}
	return DeliveryOption{Code: &o.Handle, DeliveryMethodType: typ, Description: filled(o.Description),
		EstimatedCost: o.Price, Handle: o.Handle, Title: filled(o.Title)}
}
