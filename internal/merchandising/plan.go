package merchandising

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising/ranking"
	"github.com/souk-commerce/souk/internal/search/table"
)

const million = 1_000_000

// The sides of an experiment.
const (
	ArmControl = "control"
	ArmVariant = "variant"
)

// plan is what rules want of one list, conflicts resolved. Its filters are still
// to be compiled for a buyer: see [plan.ranking].
type plan struct {
	// Version changes when something changes that has a say in this list: other
	// rules, another profile or arm, other words.
	Version int64
	// Without and Not are hidden wherever they would stand: products, and those
	// that any of the filters has. They are to be left out of what is selected, so
	// that totals and facets do not count them either.
	Without []listing.ProductID
	Not     []listing.Filter
	Pins    []ranking.Pin
	Moves   []move
	Profile Profile // in force: the rules' orders, else those of the arm, else the global ones
	Arm     *Arm
	Meant   listing.CategoryID // the category that the query means; 0 is none
	Applied []Applied
	Now     time.Time
}

// move is a boost (above 0) or a bury (below) of a product or of those that a
// filter has.
type move struct {
	Rule    ItemID // 0: the category that a query means
	Product listing.ProductID
	Filter  *listing.Filter
	Percent int
}

// Reasons why an act did not act.
const (
	lostHidden   = "hidden"         // the product is hidden
	lostPinned   = "pinned"         // the product has a place; where it cannot stand there, this acts
	lostPosition = "position_taken" // another product is pinned there
	lostOrder    = "order_set"      // the strength of this order is set
	lostPlace    = "cannot_stand"   // the product fails a filter, is not sold here, or not in stock; no rule's doing
)

// plan resolves what the rules say of a situation. Rules are heard in the order
// of their priority, then of their ids; what is hidden by any of them is hidden,
// then pins take their places, then products are moved.
func (l *liveSet) plan(s situation, intents Intents) plan {
	p := plan{Now: s.Now}
	p.Profile, p.Arm = l.profileFor(s)
	r := resolver{plan: &p, hidden: map[listing.ProductID]ItemID{}, pinned: map[listing.ProductID]ItemID{},
		taken: map[int]ItemID{}, orders: map[Do]ItemID{}}
	fitting := l.ruleTriggers.fitting(s)
	r.rules, p.Applied = make([]*rule, len(fitting)), make([]Applied, len(fitting))
	for i, at := range fitting {
		one := l.rules[at]
		r.rules[i], p.Applied[i] = one, Applied{Item: one.Item, Version: one.Version, Name: one.Name}
	}
	r.each(r.hide)
	r.each(r.pin)
	r.each(r.move)
	p.sortLost()
	p.mean(s, intents)
	p.Version = l.version(s, p)
	return p
}

// resolver goes through the acts of all rules that were triggered.
type resolver struct {
	plan   *plan
	rules  []*rule
	hidden map[listing.ProductID]ItemID
	pinned map[listing.ProductID]ItemID
	taken  map[int]ItemID
	orders map[Do]ItemID
}

// heard is an act with its rule and its place in it.
type heard struct {
	Act
	item ItemID
	at   int
}

// each hears all acts. Whoever hears one may say why it does not act, and
// because of which rule.
func (r *resolver) each(hear func(heard) (reason string, by ItemID)) {
	for i, one := range r.rules {
		for at, act := range one.Acts {
			if reason, by := hear(heard{act, one.Item, at}); reason != "" {
				lost := &r.plan.Applied[i].Lost
				*lost = append(*lost, Conflict{Act: at, By: by, Reason: reason})
			}
		}
	}
}

func (r *resolver) hide(a heard) (string, ItemID) {
	switch {
	case a.Do != Hide:
	case a.Filter != nil:
		r.plan.Not = append(r.plan.Not, *a.Filter)
	case r.hidden[a.Product] == 0:
		r.hidden[a.Product] = a.item
		r.plan.Without = append(r.plan.Without, a.Product)
	}
	return "", 0
}

func (r *resolver) pin(a heard) (string, ItemID) {
	switch {
	case a.Do != Pin:
		return "", 0
	case r.hidden[a.Product] != 0:
		return lostHidden, r.hidden[a.Product]
	case r.pinned[a.Product] != 0:
		return lostPinned, r.pinned[a.Product]
	case r.taken[a.Position] != 0:
		return lostPosition, r.taken[a.Position]
	}
	r.pinned[a.Product], r.taken[a.Position] = a.item, a.item
	r.plan.Pins = append(r.plan.Pins, ranking.Pin{Rule: int64(a.item), Act: a.at, Product: a.Product, Position: a.Position, AnyStock: a.AnyStock})
	return "", 0
}

func (r *resolver) move(a heard) (string, ItemID) {
	switch a.Do {
	case Boost, Bury:
		return r.shift(a)
	case InStockFirst:
		r.plan.Profile.InStockFirst = true
	case Popularity, Freshness, Margin:
		if by := r.orders[a.Do]; by != 0 {
			return lostOrder, by
		}
		r.orders[a.Do] = a.item
		*r.plan.Profile.strength(a.Do) = a.Strength
	}
	return "", 0
}

// missed tells of pins that could not stand in this list.
func (p *plan) missed(pins []ranking.Pin) {
	for _, pin := range pins {
		i := slices.IndexFunc(p.Applied, func(a Applied) bool { return int64(a.Item) == pin.Rule })
		p.Applied[i].Lost = append(p.Applied[i].Lost, Conflict{Act: pin.Act, Reason: lostPlace})
	}
	p.sortLost()
}

func (p *plan) sortLost() {
	for i := range p.Applied {
		slices.SortFunc(p.Applied[i].Lost, func(a, b Conflict) int { return a.Act - b.Act })
	}
}

// strength is where a profile keeps an order.
func (p *Profile) strength(d Do) *int {
	switch d {
	case Popularity:
		return &p.Popularity
	case Freshness:
		return &p.Freshness
	}
	return &p.Margin
}

func (r *resolver) shift(a heard) (string, ItemID) {
	if by := r.hidden[a.Product]; by != 0 {
		return lostHidden, by
	}
	m := move{Rule: a.item, Product: a.Product, Filter: a.Filter, Percent: a.Strength}
	if a.Do == Bury {
		m.Percent = -a.Strength
	}
	r.plan.Moves = append(r.plan.Moves, m)
	if by := r.pinned[a.Product]; by != 0 {
		return lostPinned, by
	}
	return "", 0
}

// mean lifts the category that the query means.
func (p *plan) mean(s situation, intents Intents) {
	if len(s.Words) == 0 || p.Profile.Intent == 0 || intents == nil {
		return
	}
	words := s.Words
	if len(s.Used) > 0 {
		words = s.Used
	}
	category, sure, ok := intents.Intent(s.Language, strings.Join(words, " "))
	percent := IntentPercent(p.Profile.Intent, sure)
	if !ok || percent <= 0 {
		return
	}
	p.Meant = category
	id := gid.Format("Category", int64(category))
	p.Moves = append(p.Moves, move{Filter: &listing.Filter{CategoryID: &id}, Percent: percent})
}

// IntentPercent is by how much the products of the category that a query means
// are boosted, given the profile's strength and how sure the category is, in
// millionths.
func IntentPercent(strength int, sharePPM int64) int {
	return int(int64(strength) * min(max(sharePPM, 0), million) / million)
}

// profileFor gives the profile that a visit sees, and on which side of an
// experiment it is. Without a session it sees the control and is on no side. A
// collection stands as the merchant has put it: no profile has a say there.
func (l *liveSet) profileFor(s situation) (Profile, *Arm) {
	if s.Collection != 0 && len(s.Words) == 0 {
		return Profile{}, nil
	}
	for _, e := range l.experiments {
		if !during(s.Now, e.StartsAt, e.EndsAt) || !e.speaks(s.Language) {
			continue
		}
		if s.Session == "" {
			return e.Control, nil
		}
		arm := &Arm{Experiment: e.Item, Version: e.said.Version, Name: ArmControl}
		if share(e.Item, e.said.Version, s.Session) < e.SharePPM {
			arm.Name = ArmVariant
			return e.Variant, arm
		}
		return e.Control, arm
	}
	return l.profile, nil
}

func (e Experiment) speaks(buyer locale.Language) bool {
	return len(e.Languages) == 0 || slices.ContainsFunc(e.Languages, func(l string) bool { return reads(buyer, locale.Language(l)) })
}

// share gives a session's place among a million, the same in every process and
// another in every experiment.
func share(experiment ItemID, version int, session string) int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d/%s", experiment, version, session))
	return int64(binary.BigEndian.Uint64(sum[:8]) % million)
}

// version tells plans of one list apart.
func (l *liveSet) version(s situation, p plan) int64 {
	h := fnv.New64a()
	for _, a := range p.Applied {
		note(h, int64(a.Item), int64(a.Version))
	}
	note(h, int64(p.Profile.Popularity), int64(p.Profile.Freshness), int64(p.Profile.Margin), int64(p.Profile.Intent))
	if p.Profile.InStockFirst {
		note(h, 1)
	}
	note(h, int64(p.Meant))
	if p.Arm != nil {
		note(h, int64(p.Arm.Experiment), int64(p.Arm.Version))
	}
	if len(s.Words) > 0 {
		note(h, l.lexicon(s.Language, s.Now).Version())
	}
	return int64(h.Sum64() >> 1)
}

// pinned gives the products that are to be pinned.
func (p plan) pinned() []listing.ProductID {
	ids := make([]listing.ProductID, len(p.Pins))
	for i, pin := range p.Pins {
		ids[i] = pin.Product
	}
	return ids
}

// ranking makes the plan ready for a selection that a buyer sees.
func (p plan) ranking(at listing.Context, view *table.View, sel *table.Selection) (ranking.Plan, error) {
	out := ranking.Plan{Pins: p.Pins, InStockFirst: p.Profile.InStockFirst, Popularity: p.Profile.Popularity,
		Freshness: p.Profile.Freshness, Margin: p.Profile.Margin, Now: p.Now.Unix()}
	for _, m := range p.Moves {
		into := ranking.Move{Rule: int64(m.Rule), Product: m.Product, Percent: m.Percent}
		if m.Filter != nil {
			test, err := view.Compile(at, []listing.Filter{*m.Filter})
			if err != nil {
				return out, fmt.Errorf("compile a rule's filter: %w", err)
			}
			into.Has = func(i int) bool { return test.Fits(sel, i) }
		}
		out.Moves = append(out.Moves, into)
	}
	return out, nil
}

// rankingFacts is what ranking has to know of what is known.
func rankingFacts(f table.Facts) ranking.Facts {
	out := ranking.Facts{Available: f.Available, Popularity: f.Popularity, NewSince: f.PublishedAt}
	if out.NewSince == 0 {
		out.NewSince = f.CreatedAt
	}
	if f.Margin != nil {
		out.Margin = *f.Margin
	}
	return out
}
