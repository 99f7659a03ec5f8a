package merchandising

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// situation is what triggers look at.
type situation struct {
	Words      []string // what was typed, normalized; none in a list without a query
	Used       []string // what was searched instead, normalized; triggers may fit either
	Category   listing.CategoryID
	Collection listing.CollectionID
	Market     int64
	Language   locale.Language
	Segments   []string
	Session    string // for experiments; empty without consent
	Now        time.Time
}

// triggers finds those of many triggers that fit, without asking each: queries
// are looked up by their words, in the normal form of the buyer's language.
type triggers struct {
	all       []Trigger
	anyQuery  []int
	noQuery   []int
	languages sync.Map // locale.Language to *queries, made when first asked for
}

// queries are the triggers with words, in one language.
type queries struct {
	exact    map[string][]int
	contains map[string][]phrase // by the first word
}

type phrase struct {
	words   []string
	trigger int
}

func newTriggers(all []Trigger) *triggers {
	t := &triggers{all: all}
	for i, one := range all {
		switch {
		case one.Query == nil:
			t.anyQuery = append(t.anyQuery, i)
		case one.Query.Match == MatchEmpty:
			t.noQuery = append(t.noQuery, i)
		}
	}
	return t
}

func (t *triggers) in(language locale.Language) *queries {
	if q, ok := t.languages.Load(language); ok {
		return q.(*queries)
	}
	q := &queries{exact: map[string][]int{}, contains: map[string][]phrase{}}
	for i, one := range t.all {
		if one.Query == nil || one.Query.Match == MatchEmpty {
			continue
		}
		words := understanding.Normalize(language, one.Query.Words)
		switch {
		case len(words) == 0:
		case one.Query.Match == MatchExact:
			key := strings.Join(words, " ")
			q.exact[key] = append(q.exact[key], i)
		default:
			q.contains[words[0]] = append(q.contains[words[0]], phrase{words, i})
		}
	}
	t.languages.Store(language, q)
	return q
}

// fitting gives the triggers that fit, in their order.
func (t *triggers) fitting(s situation) []int {
	candidates := slices.Clone(t.anyQuery)
	if len(s.Words) == 0 {
		candidates = append(candidates, t.noQuery...)
	} else {
		q := t.in(s.Language)
		candidates = q.with(candidates, s.Words)
		candidates = q.with(candidates, s.Used)
	}
	candidates = slices.DeleteFunc(candidates, func(i int) bool { return !t.all[i].fits(s) })
	slices.Sort(candidates)
	return slices.Compact(candidates)
}

// with adds the triggers of a query.
func (q *queries) with(candidates []int, words []string) []int {
	if len(words) == 0 {
		return candidates
	}
	candidates = append(candidates, q.exact[strings.Join(words, " ")]...)
	for i, w := range words {
		for _, p := range q.contains[w] {
			if rest := words[i:]; len(rest) >= len(p.words) && slices.Equal(rest[:len(p.words)], p.words) {
				candidates = append(candidates, p.trigger)
			}
		}
	}
	return candidates
}

// fits reports whether all but the query holds.
func (t *Trigger) fits(s situation) bool {
	return t.lists(s) &&
		(len(t.Markets) == 0 || slices.Contains(t.Markets, s.Market)) &&
		(len(t.Languages) == 0 || slices.ContainsFunc(t.Languages, func(l locale.Language) bool { return reads(s.Language, l) })) &&
		(len(t.Segments) == 0 || slices.ContainsFunc(t.Segments, func(g string) bool { return slices.Contains(s.Segments, g) })) &&
		during(s.Now, t.StartsAt, t.EndsAt)
}

func (t *Trigger) lists(s situation) bool {
	return len(t.Categories)+len(t.Collections) == 0 ||
		s.Category != 0 && slices.Contains(t.Categories, s.Category) ||
		s.Collection != 0 && slices.Contains(t.Collections, s.Collection)
}

// during reports whether a moment is between two others; the end is outside.
func during(now time.Time, from, to *time.Time) bool {
	return (from == nil || !now.Before(*from)) && (to == nil || now.Before(*to))
}

// reads reports whether what is said in a language is for buyers of another:
// Portuguese is for Brazilians, too.
func reads(buyer, said locale.Language) bool {
	return buyer == said || slices.Contains(locale.Fallbacks(buyer), said)
}
