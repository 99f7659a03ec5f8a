package warehouse

import (
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// sheet is a transfer with its lines, and the movements that a change of it
// brings about. It decides without a database.
type sheet struct {
	Transfer
	Lines []TransferLine

	moves  []inventory.Posting
	origin []int // which line each movement is for, as the caller counts lines
}

func (p sheet) clone() sheet {
	p.Lines = slices.Clone(p.Lines)
	return p
}

func (p sheet) facts() (f lifecycle.TransferFacts) {
	for _, l := range p.Lines {
		f.OnTheWay += l.OnTheWay()
	}
	return f
}

func (p sheet) line(v catalog.VariantID) *TransferLine {
	i := slices.IndexFunc(p.Lines, func(l TransferLine) bool { return l.Variant == v })
	if i < 0 {
		return nil
	}
	return &p.Lines[i]
}

func (p *sheet) move(i int, m inventory.Posting) {
	p.moves, p.origin = append(p.moves, m), append(p.origin, i)
}

// reserve keeps the pieces of all lines back where they are.
func (p *sheet) reserve() {
	for i, l := range p.Lines {
		p.move(i, inventory.Posting{Variant: l.Variant, Location: p.From, Kind: inventory.Reserved, Delta: inventory.Stock{Taken: l.Quantity}})
	}
}

// release gives back what is kept back and does not leave.
func (p *sheet) release() {
	for i, l := range p.Lines {
		if rest := l.Quantity - l.Shipped; rest > 0 {
			p.move(i, inventory.Posting{Variant: l.Variant, Location: p.From, Kind: inventory.Released, Delta: inventory.Stock{Taken: -rest}})
		}
	}
}

// ship sends pieces on their way, without any named all that are kept back, and
// gives the rest back.
func (p *sheet) ship(pieces []Pieces) error {
	if len(pieces) == 0 {
		for _, l := range p.Lines {
			pieces = append(pieces, Pieces{l.Variant, l.Quantity})
		}
	}
	var faults fault.List
	for i, sent := range pieces {
		l := p.line(sent.Variant)
		switch {
		case l == nil:
			faults.Add(ErrNotListed.At(inLines(i)...))
		case sent.Quantity > l.Quantity:
			faults.Add(ErrMoreThanReserved.At("lines", strconv.Itoa(i), "quantity"))
		case sent.Quantity > 0:
			l.Shipped = sent.Quantity
			p.move(i, inventory.Posting{Variant: l.Variant, Location: p.From, Kind: inventory.Transferred,
				Delta: inventory.Stock{OnHand: -l.Shipped, Taken: -l.Shipped}})
			p.move(i, inventory.Posting{Variant: l.Variant, Location: p.To, Kind: inventory.Transferred,
				Delta: inventory.Stock{Incoming: l.Shipped}})
		}
	}
	if len(faults) == 0 && len(p.moves) == 0 {
		return ErrNothingSent
	}
	p.release()
	return faults.Err()
}

// receive takes in what came and writes off what is lost; without any named,
// all that was on the way has come.
func (p *sheet) receive(arrivals []Arrival) error {
	if len(arrivals) == 0 {
		for _, l := range p.Lines {
			arrivals = append(arrivals, Arrival{Variant: l.Variant, Received: l.OnTheWay()})
		}
	}
	var faults fault.List
	for i, a := range arrivals {
		l := p.line(a.Variant)
		switch {
		case l == nil:
			faults.Add(ErrNotListed.At(inLines(i)...))
			continue
		case a.Received+a.Lost > l.OnTheWay():
			faults.Add(ErrMoreThanSent.At("lines", strconv.Itoa(i)))
			continue
		}
		l.Received, l.Lost = l.Received+a.Received, l.Lost+a.Lost
		if a.Received > 0 {
			p.move(i, inventory.Posting{Variant: l.Variant, Location: p.To, Kind: inventory.Transferred,
				Delta: inventory.Stock{OnHand: a.Received, Incoming: -a.Received}})
		}
		if a.Lost > 0 {
			p.move(i, inventory.Posting{Variant: l.Variant, Location: p.To, Kind: inventory.WrittenOff,
				Delta: inventory.Stock{Incoming: -a.Lost}})
		}
	}
	return faults.Err()
}
