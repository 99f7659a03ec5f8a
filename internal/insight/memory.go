package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// What is suggested: queries of so many days that found something on the day that
// they were searched for last, in so many visits that they tell of nobody, and so
// many of them that memory stays small.
const (
	suggestDays      = 90
	suggestVisits    = 5
	suggestMost      = 20_000
	suggestReadAgain = 5 * time.Minute
)

// Memory is what each process keeps of what was learned: the category that a
// query means, and the queries worth suggesting. It answers at once and knows
// nothing until Refresh was called.
type Memory struct {
	db   *postgres.DB
	held atomic.Pointer[held]

	refreshing  sync.Mutex
	suggestedAt time.Time
}

// NewMemory gives an empty memory.
func NewMemory(db *postgres.DB) *Memory {
	m := &Memory{db: db}
	m.held.Store(&held{})
	return m
}

// held is one state of the memory; it does not change.
type held struct {
	intents     map[intentKey]learned
	suggestions map[locale.Language]suggestions
}

type intentKey struct {
	language locale.Language
	query    string
}

type learned struct {
	category listing.CategoryID
	sharePPM int64
}

// Intent is the category that a normalized query means, with the share of its
// clicks, where enough were seen.
func (m *Memory) Intent(language locale.Language, query string) (category listing.CategoryID, sharePPM int64, ok bool) {
	in, ok := m.held.Load().intents[intentKey{language, query}]
	return in.category, in.sharePPM, ok
}

// Suggestion is a query that others searched for and that finds something.
type Suggestion = merchandising.Suggested

// Suggest gives the queries that begin with a normalized prefix, the most
// searched first. Those that merchandisers block are among them.
func (m *Memory) Suggest(language locale.Language, prefix string, limit int) []Suggestion {
	return m.held.Load().suggestions[language].with(prefix, limit)
}

// Refresh reads what was learned; the suggestions, which cost more, only if they
// are some minutes old.
func (m *Memory) Refresh(ctx context.Context) error {
	m.refreshing.Lock()
	defer m.refreshing.Unlock()
	intents, err := m.readIntents(ctx)
	if err != nil {
		return err
	}
	next := held{intents: intents, suggestions: m.held.Load().suggestions}
	if now := m.db.Clock().Now(); m.suggestedAt.IsZero() || now.Sub(m.suggestedAt) >= suggestReadAgain {
		err = atLeisure(ctx, m.db, func(ctx context.Context) error {
			found, err := m.readSuggestions(ctx, now)
			if err == nil {
				next.suggestions, m.suggestedAt = found, now
			}
			return err
		})
	}
	m.held.Store(&next)
	return err
}

func (m *Memory) readIntents(ctx context.Context) (map[intentKey]learned, error) {
	rows, err := m.db.Conn(ctx).Query(ctx, `SELECT language, query, category_id, share_ppm FROM query_intent`)
	if err != nil {
		return nil, fmt.Errorf("read what queries mean: %w", postgres.Fault(err))
	}
	all := map[intentKey]learned{}
	var key intentKey
	var in learned
	_, err = pgx.ForEachRow(rows, []any{&key.language, &key.query, &in.category, &in.sharePPM}, func() error {
		all[key] = in
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what queries mean: %w", postgres.Fault(err))
	}
	return all, nil
}

// readSuggestions reads the queries that are worth suggesting. One that mostly
// had to be read differently is not: it is misspelled.
func (m *Memory) readSuggestions(ctx context.Context, now time.Time) (map[locale.Language]suggestions, error) {
	rows, err := m.db.Conn(ctx).Query(ctx, `
		SELECT language, query, searches FROM (
			SELECT language, query, sum(searches)::bigint AS searches, row_number() OVER (PARTITION BY language ORDER BY sum(searches) DESC, query) AS place
			FROM query_day WHERE day >= $1 AND sessions > 0
			GROUP BY language, query
			HAVING sum(sessions) >= $2 AND sum(zero + rescued) * 2 < sum(searches) AND (array_agg(zero < searches ORDER BY day DESC, searches DESC))[1]
		) q WHERE place <= $3 ORDER BY language, query COLLATE "C"`, dayOf(now).AddDate(0, 0, -suggestDays), suggestVisits, suggestMost)
	if err != nil {
		return nil, fmt.Errorf("read what to suggest: %w", postgres.Fault(err))
	}
	all := map[locale.Language]suggestions{}
	var language locale.Language
	var s Suggestion
	_, err = pgx.ForEachRow(rows, []any{&language, &s.Query, &s.Searches}, func() error {
		all[language] = append(all[language], s)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what to suggest: %w", postgres.Fault(err))
	}
	return all, nil
}

// suggestions stand in the order of their bytes.
type suggestions []Suggestion

// with gives the most searched of those that begin with a prefix.
func (s suggestions) with(prefix string, limit int) []Suggestion {
	if limit <= 0 {
		return nil
	}
	from, _ := slices.BinarySearchFunc(s, prefix, func(a Suggestion, b string) int { return strings.Compare(a.Query, b) })
	best := make([]Suggestion, 0, limit+1)
	for _, one := range s[from:] {
		if !strings.HasPrefix(one.Query, prefix) {
			break
		}
		if len(best) == limit && moreSearched(best[limit-1], one) <= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, one, moreSearched)
		if best = slices.Insert(best, at, one); len(best) > limit {
			best = best[:limit]
		}
	}
	return best
}

func moreSearched(a, b Suggestion) int {
	return cmp.Or(cmp.Compare(b.Searches, a.Searches), strings.Compare(a.Query, b.Query))
}
