package insight

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/search/understanding"
	"github.com/souk-commerce/souk/internal/track"
)

// What proposals are made of.
const (
	proposeDays  = 28     // that are looked at
	proposeMost  = 500    // queries, those that fail most often
	visitsMost   = 20_000 // the latest ones
	visitsAtOnce = 500
	afterwards   = 10 * time.Minute // in which what a visit does next has to do with its search
	leastShare   = 200_000          // of the visits, in millionths
	mostOfAKind  = 3                // for one query
)

// subject is a query in a language.
type subject struct {
	language locale.Language
	query    string
}

// way is something that visits did when a search had failed them: another query,
// a place ("/pages/sizes", or "collection:5" before its path is known), a product.
type way struct {
	kind   ProposalKind
	target string
}

// votes are what visits did about one query.
type votes struct {
	visits, zero int64
	ways         map[way]*wayVotes
}

type wayVotes struct{ did, clicked int64 }

// propose looks at the queries that find nothing, or mostly something only when
// read differently, and at what those who searched for them did next.
func (s *Service) propose(ctx context.Context) error {
	since := dayOf(s.db.Now(ctx)).AddDate(0, 0, 1-proposeDays)
	var found []Proposal
	err := atLeisure(ctx, s.db, func(ctx context.Context) error {
		all, err := s.votes(ctx, since)
		if err != nil {
			return err
		}
		found, err = s.withPaths(ctx, s.worthProposing(all))
		return err
	})
	if err != nil {
		return err
	}
	return s.keep(ctx, found)
}

// votes reads what visits did about the queries that fail.
func (s *Service) votes(ctx context.Context, since time.Time) (map[subject]*votes, error) {
	failing, err := s.failing(ctx, since)
	if err != nil {
		return nil, err
	}
	sessions, err := s.sessionsAsking(ctx, since, failing)
	if err != nil {
		return nil, err
	}
	all := map[subject]*votes{}
	for some := range slices.Chunk(sessions, visitsAtOnce) {
		err := s.visitsOf(ctx, since, some, func(_ string, steps []step) {
			for about, did := range reactions(steps, failing) {
				at(all, about).count(did)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// reaction is what one visit did about one query.
type reaction struct {
	zero bool
	ways map[way]bool // and whether a hit was clicked
}

// reactions reads what a visit did about failing queries.
func reactions(steps []step, failing map[subject]bool) map[subject]reaction {
	v := fold(steps, nil)
	out := map[subject]reaction{}
	for i, q := range v.quests {
		about := subject{q.language, q.query}
		if !failing[about] || !q.zero() && !q.rescued() {
			continue
		}
		r, known := out[about]
		if !known {
			r.ways = map[way]bool{}
		}
		r.zero = r.zero || q.zero()
		if n := q.next; q.refined() && n.clicks > 0 && !n.zero() && !n.rescued() && n.query != understanding.Phrase(q.language, q.used) {
			r.ways[way{ProposeSynonym, n.query}] = true
		}
		for _, w := range v.places(steps, i) {
			if _, known := r.ways[w]; !known {
				r.ways[w] = false
			}
		}
		out[about] = r
	}
	return out
}

// places gives what a visit opened after its i-th search: places until it
// searched again, products until it searched for the second time.
func (v visit) places(steps []step, i int) []way {
	q := v.quests[i]
	again := q.last.Add(afterwards)
	second := again
	if i+1 < len(v.quests) {
		again = earlier(again, v.quests[i+1].began)
	}
	if i+2 < len(v.quests) {
		second = earlier(second, v.quests[i+2].began)
	}
	var all []way
	for _, s := range steps {
		if s.at.Before(q.last) || s.at.After(second) {
			continue
		}
		switch s.kind {
		case track.ViewProduct, track.Click:
			if s.what.Product > 0 {
				all = append(all, way{ProposeRule, strconv.FormatInt(s.what.Product, 10)})
			}
		case track.ViewCategory, track.ViewCollection, track.ViewPage:
			if target := s.place(); target != "" && !s.at.After(again) && q.clicks == 0 {
				all = append(all, way{ProposeRedirect, target})
			}
		}
	}
	return all
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// place names what a visit opened; empty where nobody would be sent.
func (s step) place() string {
	switch {
	case s.what.Category > 0:
		return "category:" + strconv.FormatInt(s.what.Category, 10)
	case s.what.Collection > 0:
		return "collection:" + strconv.FormatInt(s.what.Collection, 10)
	case plainPath(s.what.Path):
		return s.what.Path
	}
	return ""
}

// private are the beginnings of paths that are no answer to anybody's search.
var private = [...]string{"/search", "/cart", "/checkout", "/account", "/login", "/order"}

// plainPath reports whether a path is one of the shop's own pages.
func plainPath(path string) bool {
	if len(path) < 2 || len(path) > longestQuery || path[0] != '/' || path[1] == '/' {
		return false
	}
	for _, p := range private {
		if strings.HasPrefix(path, p) {
			return false
		}
	}
	return strings.IndexFunc(path, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/-_.", r)
	}) < 0
}

func (v *votes) count(r reaction) {
	if v.ways == nil {
		v.ways = map[way]*wayVotes{}
	}
	v.visits++
	v.zero += one(r.zero)
	for w, clicked := range r.ways {
		n := at(v.ways, w)
		n.did++
		n.clicked += one(clicked)
	}
}

// worthProposing gives what enough visits did.
func (s *Service) worthProposing(all map[subject]*votes) []Proposal {
	var found []Proposal
	for about, v := range all {
		byKind := map[ProposalKind][]Proposal{}
		for w, n := range v.ways {
			enough := n.did
			if w.kind == ProposeSynonym {
				enough = n.clicked
			}
			share := n.did * 1_000_000 / v.visits
			if enough < int64(s.cfg.Sessions) || share < leastShare {
				continue
			}
			byKind[w.kind] = append(byKind[w.kind], Proposal{Language: about.language, Query: about.query, Kind: w.kind, Target: w.target,
				Sessions: enough, Evidence: Evidence{Days: proposeDays, Visits: v.visits, Zero: v.zero, Did: n.did, Clicked: n.clicked, SharePPM: share}})
		}
		for _, some := range byKind {
			slices.SortFunc(some, func(a, b Proposal) int {
				return cmp.Or(cmp.Compare(b.Sessions, a.Sessions), strings.Compare(a.Target, b.Target))
			})
			found = append(found, some[:min(len(some), mostOfAKind)]...)
		}
	}
	slices.SortFunc(found, func(a, b Proposal) int { return strings.Compare(a.key(), b.key()) })
	return found
}

func (p Proposal) key() string {
	return string(p.Language) + "\x00" + p.Query + "\x00" + string(p.Kind) + "\x00" + p.Target
}

// content is the item that accepting a proposal makes.
func (p Proposal) content() merchandising.Content {
	when := merchandising.Trigger{Query: &merchandising.QueryTrigger{Match: merchandising.MatchExact, Words: p.Query}}
	if p.Language != "" {
		when.Languages = []locale.Language{p.Language}
	}
	switch p.Kind {
	case ProposeSynonym:
		return merchandising.Synonym{Language: p.Language, From: p.Query, To: []string{p.Target}}
	case ProposeRedirect:
		return merchandising.Redirect{Trigger: when, Target: p.Target}
	}
	product, _ := strconv.ParseInt(p.Target, 10, 64)
	return merchandising.Rule{Trigger: when, Acts: []merchandising.Act{{Do: merchandising.Pin, Product: listing.ProductID(product), Position: 1}}}
}

// failing gives the queries that failed often, but for those about which
// something was decided to be done since and those that find something by now.
func (s *Service) failing(ctx context.Context, since time.Time) (map[subject]bool, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT language, query FROM query_day d WHERE day >= $1
		GROUP BY language, query
		HAVING sum(zero + rescued) >= $2 AND sum(zero + rescued) * 2 >= sum(searches)
			AND (array_agg(hits = 0 OR stage NOT IN ('', $4) ORDER BY day DESC, searches DESC))[1]
			AND NOT EXISTS (SELECT FROM query_proposal p WHERE p.language = d.language AND p.query = d.query
				AND p.state = 'accepted' AND p.decided_at >= $5::timestamptz)
		ORDER BY sum(zero + rescued) DESC, language, query LIMIT $3`, since, s.cfg.Sessions, proposeMost, string(understanding.AsTyped), since)
	if err != nil {
		return nil, fmt.Errorf("look for queries that fail: %w", postgres.Fault(err))
	}
	found := map[subject]bool{}
	var about subject
	_, err = pgx.ForEachRow(rows, []any{&about.language, &about.query}, func() error {
		found[about] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for queries that fail: %w", postgres.Fault(err))
	}
	return found, nil
}

// withPaths puts in the paths of the places that are still there, and leaves out
// the products and places that are not.
func (s *Service) withPaths(ctx context.Context, found []Proposal) ([]Proposal, error) {
	there, err := s.there(ctx, found)
	if err != nil {
		return nil, err
	}
	kept := map[string]Proposal{}
	for _, p := range found {
		switch path, ok := there[p.Target]; {
		case p.Kind == ProposeRule && !ok:
			continue
		case p.Kind == ProposeRedirect && p.Target[0] != '/' && !ok:
			continue
		case p.Kind == ProposeRedirect && p.Target[0] != '/':
			p.Target = path
		}
		p.Content = p.content()
		if p.Content.Validate() != nil { // words that no rule can name
			continue
		}
		if other, twice := kept[p.key()]; !twice || other.Sessions < p.Sessions {
			kept[p.key()] = p
		}
	}
	return slices.SortedFunc(maps.Values(kept), func(a, b Proposal) int { return strings.Compare(a.key(), b.key()) }), nil
}

// there gives the paths of targets that can be seen; a product's is empty.
func (s *Service) there(ctx context.Context, found []Proposal) (map[string]string, error) {
	ids := map[string][]int64{}
	for _, p := range found {
		kind, id, named := strings.Cut(p.Target, ":")
		if !named {
			kind, id = string(p.Kind), p.Target
		}
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			ids[kind] = append(ids[kind], n)
		}
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT 'category:' || id, '/categories/' || handle FROM category WHERE id = ANY($1) AND archived_at IS NULL
		UNION ALL SELECT 'collection:' || id, '/collections/' || handle FROM collection WHERE id = ANY($2) AND archived_at IS NULL AND published_at <= $4
		UNION ALL SELECT id::text, '' FROM product WHERE id = ANY($3) AND status = 'active' AND published_at <= $4`,
		ids["category"], ids["collection"], ids[string(ProposeRule)], s.db.Now(ctx))
	if err != nil {
		return nil, fmt.Errorf("look for what is proposed: %w", postgres.Fault(err))
	}
	paths := map[string]string{}
	var target, path string
	_, err = pgx.ForEachRow(rows, []any{&target, &path}, func() error {
		paths[target] = path
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for what is proposed: %w", postgres.Fault(err))
	}
	return paths, nil
}
