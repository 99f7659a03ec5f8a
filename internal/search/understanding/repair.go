package understanding

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// Costs of what may be wrong with a query: the likelier, the cheaper. A word
// that nothing has and that stays costs most.
const (
	costUnknown   = 100
	costLetter    = 10 // a wrong letter
	costJoin      = 6  // a space too many
	costSplit     = 5  // a space too few, where documents have the words side by side
	costTiny      = 16 // … and one of them is a letter
	costShort     = 11 // … or two
	costApart     = 14 // a space too few, elsewhere
	costApartTiny = 18 // … and one of the words has two letters
	costTyped     = 8  // on top, of changing words that documents have
	mostJoined    = 4
	mostCorrected = 6  // words whose spelling is looked at
	rareDocuments = 3  // a word of so few descriptions may be one of their mistakes
	rareFactor    = 20 // … where titles have the other one so many times more often
)

// plan is a way to repair a query.
type plan struct {
	units     []unit
	cost      int
	changed   bool
	corrected bool
}

// stage names what was done.
func (p plan) stage() Stage {
	if p.corrected {
		return Corrected
	}
	return Joined
}

// with is a plan with more units.
func (p plan) with(o plan) plan {
	return plan{
		units: append(p.units[:len(p.units):len(p.units)], o.units...), cost: p.cost + o.cost,
		changed: p.changed || o.changed, corrected: p.corrected || o.corrected,
	}
}

// repairs looks for what may be wrong with units.
type repairs struct {
	Understanding
	typed []unit
	force bool // change something even where documents have all words
	// likely are the corrections of each unit that is one word and not known, and
	// may be looked for twice: for itself and beside its neighbors.
	likely    [][]candidate
	compounds bool // look for pairs of words, too
}

// repair gives the cheapest plan. Where documents have all words, it gives the
// cheapest that changes something, for they have them not together.
func (u Understanding) repair(typed []unit) plan {
	r := repairs{Understanding: u, typed: typed, force: all(typed), likely: make([][]candidate, len(typed))}
	r.look()
	best := make([]cheapest, len(typed)+1) // for the units before each place
	best[0].kept = &plan{}
	for i := range typed {
		for width := 1; width <= mostJoined && i+width <= len(typed); width++ {
			for _, option := range r.options(i, width) {
				best[i+width].take(best[i].kept, option)
				best[i+width].take(best[i].changed, option)
			}
		}
	}
	whole := best[len(typed)]
	if whole.changed != nil && (r.force || whole.kept == nil || whole.changed.cost < whole.kept.cost) {
		return *whole.changed
	}
	return *whole.kept
}

// look finds corrections for words that are not known, and for those that are
// but may be mistakes.
func (r *repairs) look() {
	looked := 0
	for i, n := range r.typed {
		if len(n.words) != 1 || n.passed || n.known && !r.force || n.whole && !r.rare(n.words[0]) {
			continue
		}
		if looked++; looked > mostCorrected {
			return
		}
		r.likely[i] = r.Vocabulary.candidates(n.words[0])
	}
	r.compounds = true
}

// cheapest are the cheapest plans for the first units, as they were typed and
// changed.
type cheapest struct{ kept, changed *plan }

// take keeps a plan with an option more where that is cheaper.
func (c *cheapest) take(before *plan, option plan) {
	if before == nil {
		return
	}
	p := before.with(option)
	slot := &c.kept
	if p.changed {
		slot = &c.changed
	}
	if *slot == nil || p.cost < (*slot).cost {
		*slot = &p
	}
}

// options are the ways to read the units from i on that are so many.
func (r repairs) options(i, width int) []plan {
	if width > 1 {
		return r.join(r.typed[i:i+width], r.force)
	}
	n := r.typed[i]
	if n.passed || n.known && !r.force {
		return []plan{{units: []unit{n}}}
	}
	options := []plan{{units: []unit{n}}}
	if !n.known {
		options[0].cost = costUnknown
	}
	if len(n.words) > 1 {
		return append(options, r.apart(n)...)
	}
	options = append(options, r.correct(i)...)
	return append(options, r.divide(n)...)
}

// join reads units as one word.
func (u Understanding) join(units []unit, force bool) []plan {
	word, typed, unknown := "", make([]string, len(units)), false
	for i, n := range units {
		word, typed[i] = word+n.joined(), n.typed
		unknown = unknown || !n.known
	}
	if !unknown && !force || len(word) > longestWord || !u.Vocabulary.known(word) {
		return nil
	}
	joined := u.word(word, strings.Join(typed, " "), units[len(units)-1].group.Prefix)
	cost := costJoin * (len(units) - 1)
	if !unknown {
		cost += costTyped
	}
	return []plan{{units: []unit{joined}, cost: cost, changed: true}}
}

// correct reads a unit as a word that is spelled nearly so.
func (r repairs) correct(i int) []plan {
	n := r.typed[i]
	var best candidate
	for _, c := range r.likely[i] {
		if n.whole && !r.mistaken(n.words[0], c) {
			continue
		}
		c.score += r.beside(i, c.number)
		if best.distance == 0 || c.score > best.score {
			best = c
		}
	}
	cost := 0
	if n.known {
		cost = costTyped
	}
	if best.distance != 0 {
		right := r.word(r.Vocabulary.entries[best.number].word, n.typed, n.group.Prefix)
		return []plan{{units: []unit{right}, cost: cost + costLetter*int(best.distance), changed: true, corrected: true}}
	}
	if n.whole || len(r.likely[i]) > 0 || !r.compounds {
		return nil
	}
	a, b, distance := r.Vocabulary.compound(n.words[0])
	if distance == 0 {
		return nil
	}
	right := []unit{r.word(r.Vocabulary.entries[a].word, n.typed, false), r.word(r.Vocabulary.entries[b].word, n.typed, n.group.Prefix)}
	return []plan{{units: right, cost: cost + costSplit + costLetter*int(distance), changed: true, corrected: true}}
}

// rare tells whether only a few documents have a word, and in no title.
func (u Understanding) rare(word string) bool {
	number, ok := u.Vocabulary.numbers[word]
	return ok && u.Vocabulary.entries[number].strong == 0 && u.Vocabulary.entries[number].all <= rareDocuments
}

// mistaken tells whether a word that a few documents have is likely wrong there.
func (u Understanding) mistaken(word string, c candidate) bool {
	return u.rare(word) && u.Vocabulary.entries[c.number].strong >= rareFactor*u.Vocabulary.entries[u.Vocabulary.numbers[word]].all
}

// beside says how well a word goes with those that were typed next to a unit.
func (r repairs) beside(i int, number int32) int32 {
	together := int32(0)
	if n, ok := r.neighbor(i-1, -1); ok {
		together += r.Vocabulary.together(n, number)
	}
	if n, ok := r.neighbor(i+1, 0); ok {
		together += r.Vocabulary.together(number, n)
	}
	if together == 0 {
		return 0
	}
	return min(4+int32(bits.Len32(uint32(together))), 10)
}

// neighbor is the word of a unit that stands next to another: its first, or with
// a place of -1 its last; of one that is not known, what it most likely is.
func (r repairs) neighbor(i, place int) (int32, bool) {
	if i < 0 || i >= len(r.typed) {
		return 0, false
	}
	words := r.typed[i].words
	if place < 0 {
		place = len(words) - 1
	}
	n, ok := r.Vocabulary.numbers[words[place]]
	if (!ok || r.Vocabulary.entries[n].all <= 0) && len(r.likely[i]) > 0 {
		return r.likely[i][0].number, true
	}
	return n, ok
}

// apart reads a unit that was written in parts as those.
func (r repairs) apart(n unit) []plan {
	p := plan{cost: costJoin + costTyped, changed: true}
	for _, w := range n.words {
		part := r.word(w, w, false)
		options := []plan{{units: []unit{part}, cost: costUnknown}}
		if part.known {
			options[0].cost = 0
		} else {
			options = append(options, r.divide(part)...)
		}
		p = p.with(slices.MinFunc(options, func(a, b plan) int { return cmp.Compare(a.cost, b.cost) }))
	}
	return []plan{p}
}

// divide reads a unit as two words.
func (r repairs) divide(n unit) []plan {
	s := r.Vocabulary.split(n.words[0])
	if s.a == "" {
		return nil
	}
	cost := s.cost()
	if n.known {
		cost += costTyped
	}
	return []plan{{units: []unit{r.word(s.a, n.typed, false), r.word(s.b, n.typed, n.group.Prefix)}, cost: cost, changed: true}}
}

// cost is how unlikely a parting is.
func (p parting) cost() int {
	short := p.shortest()
	switch {
	case !p.together && short < shortestPart:
		return costApartTiny
	case !p.together:
		return costApart
	case short == 1:
		return costTiny
	case short == 2:
		return costShort
	}
	return costSplit
}

// word makes a unit of a word that was not typed so.
func (u Understanding) word(word, typed string, prefix bool) unit {
	n := u.unit(token{shown: word, parts: []string{word}}, prefix)
	if number, ok := u.Vocabulary.numbers[word]; ok {
		n.shown = u.Vocabulary.entries[number].shown
	}
	n.typed = typed
	return n
}
