package cart

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// AddAddresses keeps more addresses. One that is there already is not added
// again.
func (s *Service) AddAddresses(ctx context.Context, ref Ref, in []NewAddress) (Change, error) {
	return s.change(ctx, ref, addAddresses(in, "addresses"))
}

// ReplaceAddresses keeps these addresses in the place of all others.
func (s *Service) ReplaceAddresses(ctx context.Context, ref Ref, in []NewAddress) (Change, error) {
	return s.change(ctx, ref, replaceAddresses(in, "addresses"))
}

// UpdateAddresses changes addresses.
func (s *Service) UpdateAddresses(ctx context.Context, ref Ref, in []AddressChange) (Change, error) {
	return s.change(ctx, ref, updateAddresses(in))
}

// RemoveAddresses forgets addresses.
func (s *Service) RemoveAddresses(ctx context.Context, ref Ref, ids []AddressID) (Change, error) {
	return s.change(ctx, ref, edit{apply: func(d *draft) error {
		var faults fault.List
		for i, id := range ids {
			if d.address(id) == nil {
				faults.Add(errAddress.At(at("addressIds", i)...))
			}
		}
		d.readdressed = true
		d.addresses = slices.DeleteFunc(d.addresses, func(a Address) bool { return slices.Contains(ids, a.ID) })
		return faults.Err()
	}})
}

func addAddresses(in []NewAddress, list string) edit {
	e := edit{faults: checkAddresses(in, list)}
	e.apply = func(d *draft) error { return d.addAddresses(in, list) }
	return e
}

func replaceAddresses(in []NewAddress, list string) edit {
	e := edit{faults: checkAddresses(in, list)}
	e.apply = func(d *draft) error {
		d.addresses, d.readdressed = nil, true
		return d.addAddresses(in, list)
	}
	return e
}

func checkAddresses(in []NewAddress, list string) (faults fault.List) {
	if len(in) > MaxAddresses {
		faults.Add(errAddresses.At(list))
		return faults
	}
	selected := 0
	for i, n := range in {
		faults = append(faults, below(checkAddress(n.Postal, n.Strategy), at(list, i, "address")...)...)
		if n.Selected {
			selected++
		}
	}
	if selected > 1 {
		faults.Add(errSelected.At(list))
	}
	return faults
}

// address finds an address, nil when there is none.
func (d *draft) address(id AddressID) *Address {
	i := slices.IndexFunc(d.addresses, func(a Address) bool { return a.ID == id && id != 0 })
	if i < 0 {
		return nil
	}
	return &d.addresses[i]
}

func (d *draft) addAddresses(in []NewAddress, list string) error {
	for _, n := range in {
		i := slices.IndexFunc(d.addresses, func(a Address) bool { return same(a.Postal, n.Postal) })
		if i >= 0 {
			d.remark(DuplicateAddress, nil, "The cart has this address already.")
		} else {
			d.addresses = append(d.addresses, Address{Postal: n.Postal, OneTimeUse: n.OneTimeUse})
			i = len(d.addresses) - 1
		}
		if n.Selected {
			d.selectAddress(i)
		}
		d.readdressed = true
	}
	if len(d.addresses) > MaxAddresses {
		return errAddresses.At(list)
	}
	return nil
}

// selectAddress selects the i-th address and no other.
func (d *draft) selectAddress(i int) {
	for j := range d.addresses {
		d.addresses[j].Selected = i == j
	}
}

// same reports whether two addresses are one, whatever their case and spaces.
func same(a, b postal.Address) bool {
	fold := func(a postal.Address) postal.Address {
		for _, f := range fields(&a) {
			*f.text = cases.Fold().String(strings.Join(strings.Fields(norm.NFKC.String(*f.text)), " "))
		}
		return a
	}
	return fold(a) == fold(b)
}

func updateAddresses(in []AddressChange) (e edit) {
	if len(in) > MaxAddresses {
		e.faults.Add(errAddresses.At("addresses"))
		return e
	}
	selected := 0
	for i, c := range in {
		if c.Postal != nil {
			e.faults = append(e.faults, below(checkAddress(*c.Postal, c.Strategy), at("addresses", i, "address")...)...)
		}
		if c.Selected != nil && *c.Selected {
			selected++
		}
	}
	if selected > 1 {
		e.faults.Add(errSelected.At("addresses"))
	}
	e.apply = func(d *draft) error {
		var faults fault.List
		for i, c := range in {
			if !d.updateAddress(c) {
				faults.Add(errAddress.At(at("addresses", i, "id")...))
			}
		}
		d.readdressed = true
		return faults.Err()
	}
	return e
}

// updateAddress changes one address; false when there is none.
func (d *draft) updateAddress(c AddressChange) bool {
	a := d.address(c.ID)
	if a == nil {
		return false
	}
	if c.Postal != nil {
		a.Postal = *c.Postal
		if slices.ContainsFunc(d.addresses, func(o Address) bool { return o.ID != a.ID && same(o.Postal, a.Postal) }) {
			d.remark(DuplicateAddress, nil, "The cart has this address already.")
		}
	}
	if c.OneTimeUse != nil {
		a.OneTimeUse = *c.OneTimeUse
	}
	if c.Selected != nil && *c.Selected {
		d.selectAddress(slices.IndexFunc(d.addresses, func(o Address) bool { return o.ID == a.ID }))
	} else if c.Selected != nil {
		a.Selected = false
	}
	return true
}
