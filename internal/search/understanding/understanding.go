package understanding

import (
	"iter"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Understanding reads queries of one language. Lexicon may be nil.
type Understanding struct {
	Language   locale.Language
	Vocabulary *Vocabulary
	Lexicon    *Lexicon
}

// Readings gives the ways to read a query, the likeliest first, each made only
// when it is asked for. Take them until one finds something; one that the
// vocabulary knows to find nothing is left out. The last is Nothing, which asks
// for nothing. Prefix says that the last word may be unfinished.
func (u Understanding) Readings(query string, prefix bool) iter.Seq[Reading] {
	return func(yield func(Reading) bool) {
		typed := locked(u, func() []unit { return u.units(query, prefix) })
		found := slices.IndexFunc(typed, func(n unit) bool { return !n.passed }) >= 0
		switch used, ok := u.asTypedOrRepaired(typed, yield); {
		case !ok:
			return
		case found && !u.weaker(typed, used, yield):
			return
		}
		yield(Reading{Stage: Nothing, Used: shown(typed)})
	}
}

// mostRepairs is how often a query is repaired: once for its spelling, and once
// more for words that are right but do not stand together.
const mostRepairs = 2

// asTypedOrRepaired asks for all that was typed, then for what it may have been
// meant to be. It gives the units that the weaker readings start from; false
// where something was found.
func (u Understanding) asTypedOrRepaired(typed []unit, yield func(Reading) bool) ([]unit, bool) {
	used, stage := typed, AsTyped
	var known []unit // the first that documents may have, if not together
	for repairs := 0; ; repairs++ {
		if all(used) && len(used) > 0 {
			if known == nil {
				known = used
			}
			if !yield(u.reading(stage, used)) {
				return nil, false
			}
		}
		if stage == Joined || repairs == mostRepairs { // what was joined is not to be split again
			break
		}
		p := locked(u, func() plan { return u.repair(used) })
		if !p.changed {
			break
		}
		if used = p.units; stage != Corrected {
			stage = p.stage()
		}
	}
	if known != nil {
		return known, true
	}
	return used, true
}

// weaker asks for less: without what nothing has, then for most of the rest,
// then for any of it.
func (u Understanding) weaker(typed, used []unit, yield func(Reading) bool) bool {
	left := slices.DeleteFunc(slices.Clone(used), func(n unit) bool { return !n.known })
	r := u.reading(Dropped, left)
	for _, n := range used {
		if !n.known {
			r.Left = append(r.Left, n.typed)
		}
	}
	if len(r.Groups) == 0 {
		return true
	}
	if len(r.Left) > 0 && !yield(r) {
		return false
	}
	r.Stage = Relaxed
	for _, least := range enough(len(r.Groups)) {
		if r.Least = least; !yield(r) {
			return false
		}
	}
	return true
}

// enough is how many groups of some are asked for, one time after the other.
func enough(groups int) []int {
	var steps []int
	for least := groups - 1; least > 0; least = min(least-1, (least+1)/2) {
		steps = append(steps, least)
	}
	return steps
}

func (u Understanding) reading(stage Stage, units []unit) Reading {
	return Reading{Stage: stage, Used: shown(units), Groups: u.groups(units)}
}

// locked reads the vocabulary while nobody writes it.
func locked[T any](u Understanding, read func() T) T {
	u.Vocabulary.mu.RLock()
	defer u.Vocabulary.mu.RUnlock()
	return read()
}

// all tells whether documents may have all units.
func all(units []unit) bool {
	return !slices.ContainsFunc(units, func(n unit) bool { return !n.known && !n.passed })
}

// shown is the query that units make, in words to show.
func shown(units []unit) string {
	words := make([]string, len(units))
	for i, n := range units {
		words[i] = n.shown
	}
	return strings.Join(words, " ")
}
