package merchandising

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// liveSet is everything that is live, made ready to be asked. It does not
// change; schedules are judged when it is asked, so that nothing has to happen
// at the moment when something begins or ends.
type liveSet struct {
	release ReleaseID
	items   []said // by id

	rules         []*rule // the weightiest first
	ruleTriggers  *triggers
	shown         []Banner
	bannersWhen   *triggers
	redirects     []Redirect
	redirectsWhen *triggers
	settings      []listing.FacetSetting
	profile       Profile
	experiments   []experiment
	words         []said   // synonyms, stop words and suggestions
	perLanguage   sync.Map // language to *tongue, made when first asked for
}

// said is a version of an item that acts.
type said struct {
	Item    ItemID
	Version int
	Name    string
	Content Content
}

type rule struct {
	said
	Rule
}

type experiment struct {
	said
	Experiment
}

// newLiveSet makes a set of items; they come by id.
func newLiveSet(release ReleaseID, items []said) *liveSet {
	l := &liveSet{release: release, items: items, profile: defaultProfile()}
	var banners, redirects []said
	profiled := false
	facets := map[string]bool{}
	for _, i := range items {
		switch c := i.Content.(type) {
		case Rule:
			l.rules = append(l.rules, &rule{i, c})
		case Banner:
			banners = append(banners, i)
		case Redirect:
			redirects = append(redirects, i)
		case Profile:
			if !profiled {
				l.profile, profiled = c, true
			}
		case Experiment:
			l.experiments = append(l.experiments, experiment{i, c})
		case FacetSetting:
			if !facets[c.Facet] {
				facets[c.Facet] = true
				l.settings = append(l.settings, c.setting())
			}
		case Synonym, StopWords, Suggestion:
			l.words = append(l.words, i)
		}
	}
	l.weigh(banners, redirects)
	return l
}

// weigh puts what is triggered in the order of its weight: priority, then id.
func (l *liveSet) weigh(banners, redirects []said) {
	slices.SortStableFunc(l.rules, func(a, b *rule) int { return cmp.Compare(b.Priority, a.Priority) })
	slices.SortStableFunc(banners, func(a, b said) int {
		return cmp.Compare(b.Content.(Banner).Priority, a.Content.(Banner).Priority)
	})
	slices.SortStableFunc(redirects, func(a, b said) int { // the whole query goes before a part of it
		return cmp.Compare(b.Content.(Redirect).Trigger.Query.Match, a.Content.(Redirect).Trigger.Query.Match)
	})
	slices.SortStableFunc(l.settings, func(a, b listing.FacetSetting) int { return cmp.Compare(a.Position, b.Position) })
	var ofRules, ofBanners, ofRedirects []Trigger
	for _, r := range l.rules {
		ofRules = append(ofRules, r.Trigger)
	}
	for _, b := range banners {
		c := b.Content.(Banner)
		l.shown, ofBanners = append(l.shown, c), append(ofBanners, c.Trigger)
	}
	for _, r := range redirects {
		c := r.Content.(Redirect)
		l.redirects, ofRedirects = append(l.redirects, c), append(ofRedirects, c.Trigger)
	}
	l.ruleTriggers, l.bannersWhen, l.redirectsWhen = newTriggers(ofRules), newTriggers(ofBanners), newTriggers(ofRedirects)
}

// The strengths of the profile that holds in a shop that has published none.
const (
	DefaultPopularity = 20
	DefaultIntent     = 70
)

func defaultProfile() Profile { return Profile{Popularity: DefaultPopularity, Intent: DefaultIntent} }

// with gives a set in which some items say something else, or say something at
// all.
func (l *liveSet) with(drafts []said) *liveSet {
	items := slices.DeleteFunc(slices.Clone(l.items), func(i said) bool {
		return slices.ContainsFunc(drafts, func(d said) bool { return d.Item == i.Item })
	})
	items = append(items, drafts...)
	slices.SortFunc(items, func(a, b said) int { return cmp.Compare(a.Item, b.Item) })
	return newLiveSet(l.release, items).inherit(l)
}

// inherit takes over what was made of the words of another set, where it has the
// same: a release of something else costs nobody a new lexicon.
func (l *liveSet) inherit(from *liveSet) *liveSet {
	same := slices.EqualFunc(l.words, from.words, func(a, b said) bool { return a.Item == b.Item && a.Version == b.Version })
	if same {
		from.perLanguage.Range(func(language, t any) bool { l.perLanguage.Store(language, t); return true })
	}
	return l
}

// redirect tells where who searches for something is sent, if anywhere: what
// was typed decides, not what it was taken for.
func (l *liveSet) redirect(s situation) *string {
	s.Used = nil
	if fitting := l.redirectsWhen.fitting(s); len(fitting) > 0 {
		return &l.redirects[fitting[0]].Target
	}
	return nil
}

// banners gives what is shown with the hits, the weightiest first.
func (l *liveSet) banners(s situation) []Banner {
	var out []Banner
	for _, i := range l.bannersWhen.fitting(s) {
		out = append(out, l.shown[i])
	}
	return out
}

// facets says how facets are shown, in their order. Of two that speak of the
// same facet the one with the lower id does.
func (l *liveSet) facets() []listing.FacetSetting { return l.settings }

func (f FacetSetting) setting() listing.FacetSetting {
	return listing.FacetSetting{Facet: f.Facet, Position: f.Position, Hidden: f.Hidden, Order: listing.FacetOrder(f.Order),
		Values: f.Values, Limit: f.Limit, AtLeast: f.AtLeast, Buckets: f.Buckets}
}

// tongue is what is live of one language.
type tongue struct {
	words    []said      // of the language
	changes  []time.Time // when scheduled ones begin or end
	lexicons []func() *understanding.Lexicon
	safe     []string
	blocked  map[string]bool
}

func (l *liveSet) tongue(language locale.Language) *tongue {
	if t, ok := l.perLanguage.Load(language); ok {
		return t.(*tongue)
	}
	t := &tongue{blocked: map[string]bool{}}
	for _, w := range l.words {
		if in, from, to := spoken(w.Content); reads(language, in) {
			t.words = append(t.words, w)
			for _, at := range []*time.Time{from, to} {
				if at != nil {
					t.changes = append(t.changes, *at)
				}
			}
		}
	}
	slices.SortFunc(t.changes, time.Time.Compare)
	t.changes = slices.CompactFunc(t.changes, time.Time.Equal)
	for i := range len(t.changes) + 1 {
		t.lexicons = append(t.lexicons, sync.OnceValue(func() *understanding.Lexicon { return t.lexicon(language, i) }))
	}
	for _, w := range t.words {
		switch s, ok := w.Content.(Suggestion); {
		case !ok:
		case s.Blocked:
			t.blocked[understanding.Phrase(language, s.Query)] = true
		default:
			t.safe = append(t.safe, s.Query)
		}
	}
	known, _ := l.perLanguage.LoadOrStore(language, t)
	return known.(*tongue)
}

// spoken gives the language of words and when they count.
func spoken(c Content) (in locale.Language, from, to *time.Time) {
	switch c := c.(type) {
	case Synonym:
		return c.Language, c.StartsAt, c.EndsAt
	case StopWords:
		return c.Language, nil, nil
	}
	return c.(Suggestion).Language, nil, nil
}

// lexicon gives the words of a language as they count at a moment. Between two
// changes it is one and the same.
func (l *liveSet) lexicon(language locale.Language, now time.Time) *understanding.Lexicon {
	t := l.tongue(language)
	era, _ := slices.BinarySearchFunc(t.changes, now, func(at, now time.Time) int {
		if at.After(now) {
			return 1
		}
		return -1
	})
	return t.lexicons[era]()
}

// lexicon makes the lexicon that counts before the change of that number. Its
// version tells what is in it, whatever else is released.
func (t *tongue) lexicon(language locale.Language, era int) *understanding.Lexicon {
	var synonyms []understanding.Synonym
	var stops []string
	version := fnv.New64a()
	for _, w := range t.words {
		switch c := w.Content.(type) {
		case StopWords:
			stops = append(stops, c.Words...)
		case Synonym:
			if !t.counts(c, era) {
				continue
			}
			synonyms = append(synonyms, understanding.Synonym{Words: c.Words, From: c.From, To: c.To})
		default:
			continue
		}
		note(version, int64(w.Item), int64(w.Version))
	}
	if len(synonyms)+len(stops) == 0 {
		return nil
	}
	return understanding.NewLexicon(language, int64(version.Sum64()>>1), synonyms, stops)
}

// counts reports whether a synonym counts between two changes.
func (t *tongue) counts(s Synonym, era int) bool {
	begun := s.StartsAt == nil || era > 0 && !s.StartsAt.After(t.changes[era-1])
	ended := s.EndsAt != nil && era > 0 && !s.EndsAt.After(t.changes[era-1])
	return begun && !ended
}

// suggested gives the queries that are suggested whoever asked for them.
func (l *liveSet) suggested(language locale.Language) []string { return l.tongue(language).safe }

// blocked reports whether a normalized query must not be suggested.
func (l *liveSet) blocked(language locale.Language, query string) bool {
	return l.tongue(language).blocked[query]
}

// note adds numbers to a hash.
func note(h interface{ Write([]byte) (int, error) }, numbers ...int64) {
	var b [8]byte
	for _, n := range numbers {
		binary.LittleEndian.PutUint64(b[:], uint64(n))
		_, _ = h.Write(b[:])
	}
}
