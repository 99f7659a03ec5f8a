package cart

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/track"
)

// edit is one thing to be done to a cart. All mutations go the same way: lock,
// read what is in it, read the goods, do it in memory, write the difference.
type edit struct {
	faults   fault.List          // of the input; with any, nothing is done
	variants []listing.VariantID // to look up besides those of the lines
	country  locale.Country      // "" keeps
	apply    func(*draft) error
}

// then gives an edit that does both, the first one first.
func (e edit) then(next edit) edit {
	return edit{
		faults:   append(e.faults, next.faults...),
		variants: append(e.variants, next.variants...),
		country:  locale.Country(or(string(next.country), string(e.country))),
		apply: func(d *draft) error {
			if err := e.apply(d); err != nil {
				return err
			}
			return next.apply(d)
		},
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// draft is a cart on its way to another state.
type draft struct {
	*basket
	at          listing.Context
	goods       map[listing.VariantID]listing.Goods
	loaded      map[LineID]line
	paths       map[listing.VariantID][]string // where the input asked for a variant
	moved       bool                           // prices are of another market than the buyer saw
	readdressed bool
	remarks     []remark
	ask         func() (map[listing.VariantID]int64, error) // what is held for the cart; nil once it was asked
	held        map[listing.VariantID]int64
}

// remark is a warning about a line that may not have its number yet; a line that
// did not come to be has none.
type remark struct {
	code    WarningCode
	line    *line
	message string
}

func (d *draft) remark(code WarningCode, l *line, message string) {
	d.remarks = append(d.remarks, remark{code, l, message})
}

// change does an edit to the cart that ref opens.
func (s *Service) change(ctx context.Context, ref Ref, e edit) (Change, error) {
	if err := e.faults.Err(); err != nil {
		return Change{}, err
	}
	var out Change
	err := s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		all, err := s.lock(ctx, ref.ID)
		if err != nil {
			return err
		}
		b, err := s.open(all[ref.ID], ref, s.rooms.DB.Now(ctx))
		if err != nil {
			return err
		}
		out, err = s.edit(ctx, b, e)
		return err
	})
	return settled(out, err)
}

// edit does an edit to a locked cart, in the transaction of ctx.
func (s *Service) edit(ctx context.Context, b *basket, e edit) (Change, error) {
	since := s.rooms.Prices.Now()
	d, err := s.draft(ctx, b, e)
	if err != nil {
		return Change{}, err
	}
	before := d.totals()
	d.noticePrices()
	if err := e.apply(d); err != nil {
		return Change{}, err
	}
	if d.bytes() > maxBytes {
		return Change{}, errTooHeavy
	}
	d.see()
	if err := s.save(ctx, d); err != nil {
		return Change{}, err
	}
	c, err := s.view(d)
	if err != nil {
		return Change{}, err
	}
	s.cache.drop(ctx, ended{ID: b.ID})
	s.rooms.DB.AfterCommit(ctx, func() { s.cache.put(ctx, c, b.Epoch, since) })
	s.report(ctx, b.ID, before, d.totals())
	return Change{Cart: c, Warnings: d.warnings(c)}, nil
}

// draft reads what a cart depends on: where the buyer is, and the goods as they
// are there now.
func (s *Service) draft(ctx context.Context, b *basket, e edit) (*draft, error) {
	at, err := s.rooms.Buyers.Context(s.wish(b, e.country), s.rooms.DB.Now(ctx))
	if err != nil {
		return nil, err
	}
	ids := append(b.variants(), e.variants...)
	slices.Sort(ids)
	goods, err := s.rooms.Goods.Goods(ctx, at, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	d := &draft{
		basket: b, at: at, goods: goods, loaded: make(map[LineID]line, len(b.lines)), paths: map[listing.VariantID][]string{},
		moved: b.Market != market.ID(at.Market) || b.Currency != at.Currency,
	}
	for _, l := range b.lines {
		d.loaded[l.id] = *l
	}
	if s.rooms.Held != nil {
		d.ask = func() (map[listing.VariantID]int64, error) { return s.rooms.Held(ctx, b.ID) }
	}
	b.Country = locale.Country(or(string(e.country), string(b.Country)))
	b.Market, b.Currency = market.ID(at.Market), at.Currency
	return d, nil
}

// wish is how the market of a cart is found. The buyer's country decides; a
// market that has no countries is found by its host name, as it was when the
// cart was made there.
func (s *Service) wish(b *basket, to locale.Country) market.Wish {
	w := market.Wish{Country: locale.Country(or(string(to), string(b.Country))), Language: b.Language}
	if to != "" {
		return w
	}
	for _, m := range s.rooms.Markets.Active() {
		if m.ID == b.Market && len(m.Countries) == 0 && len(m.Domains) > 0 {
			w.Country, w.Host = "", m.Domains[0]
		}
	}
	return w
}

// report tells how many pieces of what went in and out. What is tracked must
// not hold a buyer up, so nothing is made of a refusal.
func (s *Service) report(ctx context.Context, id ID, before, after map[listing.VariantID]int) {
	var events []track.Event
	add := func(kind track.Kind, v listing.VariantID, pieces int) {
		payload, _ := json.Marshal(map[string]int64{"cart": int64(id), "variant": int64(v), "quantity": int64(pieces)})
		events = append(events, track.Event{Kind: kind, Payload: payload})
	}
	for v, n := range after {
		if more := n - before[v]; more > 0 {
			add(track.AddToCart, v, more)
		}
	}
	for v, n := range before {
		if less := n - after[v]; less > 0 {
			add(track.RemoveFromCart, v, less)
		}
	}
	for part := range slices.Chunk(events, track.MostEvents) {
		_ = s.rooms.Track.Record(ctx, part)
	}
}

// warnings gives what there is to say about a change, each thing once.
func (d *draft) warnings(c Cart) []Warning {
	var all []Warning
	for _, r := range d.remarks {
		w := Warning{Code: r.code, Message: r.message}
		if r.line != nil && slices.Contains(d.lines, r.line) {
			w.Line = r.line.id
		}
		all = append(all, w)
	}
	for _, w := range c.Warnings {
		if !slices.ContainsFunc(all, func(o Warning) bool { return o.Code == w.Code && o.Line == w.Line }) {
			all = append(all, w)
		}
	}
	return all
}

func pieces(n int64) string {
	if n == 1 {
		return "Only 1 piece can be bought."
	}
	return fmt.Sprintf("Only %d pieces can be bought.", n)
}
