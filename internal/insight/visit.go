package insight

import (
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/search/understanding"
	"github.com/souk-commerce/souk/internal/track"
)

// How long one thing has to do with another. All bounds are within.
const (
	typingGap  = 30 * time.Second // between keystrokes of one search
	againGap   = 30 * time.Minute // between two times the same search: pages, filters, a way back
	refineGap  = 10 * time.Minute // until another search is no new attempt at the same thing
	clickLife  = 2 * time.Hour    // of the hits of a search
	creditLife = 30 * time.Minute // from the last click of a search to what it is thanked for
)

// What is around a day has a say in its figures: a search may go on one that was
// begun the day before, and what follows from it may happen the day after.
const (
	lead = againGap
	tail = clickLife + creditLife
)

// step is one event of a visit.
type step struct {
	kind   track.Kind
	at     time.Time
	market string
	what   payload
}

// payload is what events say: those of the storefront and those of the cart.
type payload struct {
	track.Payload
	Cart int64 `json:"cart"`
}

// order is what a cart became.
type order struct {
	placedAt time.Time
	products []int64
}

// quest is one search of a visit, however it was typed and however many pages
// of it were turned, with what was done with its hits.
type quest struct {
	began, last time.Time
	market      string
	language    locale.Language
	query       string // normalized
	used        string
	stage       understanding.Stage
	hits        int64
	counted     bool // hits are known
	arm         armKey
	next        *quest // the same visit's next one, where it is another attempt
	outcomes    map[int64]*outcome
	clicks      int64
	positions   int64
	touched     time.Time // when a hit was last clicked, or put into a cart at once
}

// outcome is what was done with one product among the hits.
type outcome struct {
	shown, clicked, carted, bought bool
	clickedAt                      time.Time
}

// armKey names an arm of a version of an experiment.
type armKey struct {
	experiment int64
	version    int
	arm        string
}

func (q *quest) of(product int64) *outcome {
	o := q.outcomes[product]
	if o == nil {
		o = &outcome{}
		if q.outcomes == nil {
			q.outcomes = map[int64]*outcome{}
		}
		q.outcomes[product] = o
	}
	return o
}

func (q *quest) zero() bool {
	return q.stage == understanding.Nothing || q.counted && q.hits == 0
}

func (q *quest) rescued() bool {
	return !q.zero() && q.stage != "" && q.stage != understanding.AsTyped
}

// refined reports whether another search followed without a click. To have typed
// the same one once more is none.
func (q *quest) refined() bool { return q.next != nil && q.next.query != q.query && q.clicks == 0 }

// did reports whether anything of the search was so far.
func (q *quest) did(what func(*outcome) bool) bool {
	for _, o := range q.outcomes {
		if what(o) {
			return true
		}
	}
	return false
}

func carted(o *outcome) bool { return o.carted }
func bought(o *outcome) bool { return o.bought }

// visit is the searches of one session, as its events tell.
type visit struct {
	quests []*quest
	byID   map[string]*quest
}

// fold reads the events of one visit, which stand in the order of their time,
// and the orders that its carts became.
func fold(steps []step, orders map[int64][]order) visit {
	v := visit{byID: map[string]*quest{}}
	clicked := map[string]bool{}
	for _, s := range steps {
		if s.kind == track.Click && s.what.QueryID != "" {
			clicked[s.what.QueryID] = true
		}
	}
	wasClicked := map[*quest]bool{}
	for _, s := range steps {
		if s.kind == track.Search {
			if q := v.search(s, wasClicked); q != nil && clicked[s.what.QueryID] {
				wasClicked[q] = true
			}
		}
	}
	carts := map[int64]bool{}
	for _, s := range steps {
		switch s.kind {
		case track.Impression:
			v.show(s)
		case track.Click:
			v.click(s)
		case track.AddToCart:
			v.add(s)
			carts[s.what.Cart] = true
		}
	}
	for cart := range carts {
		for _, o := range orders[cart] {
			v.buy(o)
		}
	}
	return v
}

// search takes a search in and gives the quest that it belongs to.
func (v *visit) search(s step, clicked map[*quest]bool) *quest {
	language := locale.Language(s.what.Language)
	query := clip(understanding.Phrase(language, s.what.Query))
	if query == "" {
		return nil
	}
	var before *quest
	if n := len(v.quests); n > 0 && v.quests[n-1].language == language {
		before = v.quests[n-1]
	}
	switch gap := s.sinceLast(before); {
	case before == nil:
	case before.query == query && gap <= againGap:
		before.last = s.at
		v.name(s.what.QueryID, before)
		return before
	case gap <= typingGap && !clicked[before] && related(before.query, query):
		before.last = s.at
		before.read(s, query)
		v.name(s.what.QueryID, before)
		return before
	}
	q := &quest{began: s.at, last: s.at, market: s.market, language: language,
		arm: armKey{s.what.Experiment, s.what.ExperimentVersion, s.what.Arm}}
	q.read(s, query)
	if before != nil && s.sinceLast(before) <= refineGap {
		before.next = q
	}
	v.quests = append(v.quests, q)
	v.name(s.what.QueryID, q)
	return q
}

func (s step) sinceLast(q *quest) time.Duration {
	if q == nil {
		return 0
	}
	return s.at.Sub(q.last)
}

// related reports whether one query is the beginning of the other.
func related(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) }

// read takes over what a search found.
func (q *quest) read(s step, query string) {
	q.query, q.used, q.stage = query, clip(s.what.UsedQuery), understanding.Stage(s.what.Stage)
	q.hits, q.counted = 0, s.what.Hits != nil
	if q.counted {
		q.hits = int64(*s.what.Hits)
	}
}

func (v *visit) name(id string, q *quest) {
	if id != "" {
		v.byID[id] = q
	}
}

// hit gives the search whose hits an event is about, while they live.
func (v *visit) hit(s step) *quest {
	q := v.byID[s.what.QueryID]
	if q == nil || s.at.Sub(q.last) > clickLife {
		return nil
	}
	return q
}

func (v *visit) show(s step) {
	q := v.hit(s)
	if q == nil {
		return
	}
	for _, p := range append([]int64{s.what.Product}, s.what.Products...) {
		if p > 0 {
			q.of(p).shown = true
		}
	}
}

// click counts each product once for a search.
func (v *visit) click(s step) {
	q := v.hit(s)
	if q == nil || s.what.Product <= 0 {
		return
	}
	o := q.of(s.what.Product)
	if !o.clicked {
		q.clicks++
		q.positions += int64(max(1, s.what.Position))
	}
	o.clicked, o.clickedAt = true, s.at
	q.touch(s.at)
}

func (q *quest) touch(at time.Time) {
	if at.After(q.touched) {
		q.touched = at
	}
}

// add thanks the search that the event names, or else the one whose hit this
// was, by the last click.
func (v *visit) add(s step) {
	product := s.what.Product
	if product <= 0 {
		return
	}
	if q := v.hit(s); q != nil {
		q.of(product).carted = true
		q.touch(s.at)
		return
	}
	var best *quest
	for _, q := range v.quests {
		o := q.outcomes[product]
		if o == nil || !o.clicked || o.clickedAt.After(s.at) || !q.credited(s.at) {
			continue
		}
		if best == nil || !o.clickedAt.Before(best.outcomes[product].clickedAt) {
			best = q
		}
	}
	if best != nil {
		best.outcomes[product].carted = true
	}
}

// credited reports whether a search is thanked for what happens at a time.
func (q *quest) credited(at time.Time) bool {
	return !q.touched.IsZero() && at.Sub(q.touched) <= creditLife
}

func (v *visit) buy(o order) {
	for _, p := range o.products {
		for _, q := range v.quests {
			if of := q.outcomes[p]; of != nil && of.carted && q.credited(o.placedAt) {
				of.bought = true
			}
		}
	}
}

// longestQuery is what the tables hold, in characters.
const longestQuery = 200

func clip(words string) string {
	if runes := []rune(words); len(runes) > longestQuery {
		return strings.TrimSpace(string(runes[:longestQuery]))
	}
	return words
}
