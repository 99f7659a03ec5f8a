package meilisearch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	upstream "github.com/meilisearch/meilisearch-go"
	"golang.org/x/sync/errgroup"

	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/scoring"
)

// list is what one search found.
type list struct {
	first []search.Entry     // best first, as Meilisearch has it, in its spelling
	ids   []search.ProductID // of all, where they were asked for
	total int
}

func (x *index) searches(ctx context.Context, asks []ask, all bool) ([]list, error) {
	lists := make([]list, len(asks))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(together)
	for i, a := range asks {
		work.Go(func() (err error) {
			lists[i], err = x.search(ctx, a, all)
			return err
		})
	}
	return lists, work.Wait()
}

// search gives the first of what is found, and with all the ids of all.
func (x *index) search(ctx context.Context, a ask, all bool) (list, error) {
	request := request(a.text(), ranked)
	if all {
		request.Facets = []string{fieldID}
	}
	if a.codes {
		request.AttributesToSearchOn = []string{fieldCodes}
	}
	raw, err := x.manager.SearchRawWithContext(ctx, request.Query, request)
	if err != nil {
		return list{}, err
	}
	found, err := read(*raw)
	if err == nil && (len(found.first) != min(found.total, ranked) || all && len(found.ids) != found.total) {
		err = fmt.Errorf("%d products of %d, and %d ids", len(found.first), found.total, len(found.ids)) // a part must not be taken for all
	}
	if err != nil {
		return list{}, fmt.Errorf("read answer: %w", err)
	}
	return found, nil
}

// request asks in pages, so that totals are exact.
func request(text string, perPage int64) *upstream.SearchRequest {
	return &upstream.SearchRequest{Query: text, MatchingStrategy: upstream.All, HitsPerPage: &perPage, Page: 1, Locales: []string{plain}}
}

func read(raw []byte) (found list, err error) {
	var answer struct {
		Hits   []search.Entry `json:"hits"`
		Facets struct {
			ID json.RawMessage `json:"id"`
		} `json:"facetDistribution"`
		TotalHits *int `json:"totalHits"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return list{}, err
	}
	if answer.TotalHits == nil {
		return list{}, errors.New("there is no total")
	}
	found = list{first: answer.Hits, total: *answer.TotalHits}
	found.ids, err = keys(answer.Facets.ID)
	return found, err
}

// keys gives the names of an object that counts products by id.
func keys(object []byte) ([]search.ProductID, error) {
	var ids []search.ProductID
	for {
		_, rest, more := bytes.Cut(object, []byte{'"'})
		if !more {
			return ids, nil
		}
		name, rest, _ := bytes.Cut(rest, []byte{'"'})
		id, err := strconv.ParseInt(string(name), 10, 64)
		if err != nil {
			return nil, err
		}
		ids, object = append(ids, search.ProductID(id)), rest
	}
}

// rarity asks how many documents there are and how many each group's first
// alternative matches. A single group's rarity changes nothing.
func (x *index) rarity(ctx context.Context, groups [][]term) ([]float64, error) {
	if len(groups) < 2 {
		return nil, nil
	}
	counts := &upstream.MultiSearchRequest{Queries: []*upstream.SearchRequest{request("", 1)}}
	for _, g := range groups {
		counts.Queries = append(counts.Queries, request(ask{terms: g[:1]}.text(), 1))
	}
	for _, q := range counts.Queries {
		q.IndexUID, q.AttributesToRetrieve = x.uid, []string{fieldID}
	}
	answer, err := x.engine.server.MultiSearchWithContext(ctx, counts)
	if err != nil {
		return nil, err
	}
	if len(answer.Results) != len(counts.Queries) {
		return nil, fmt.Errorf("read answer: %d counts, asked for %d", len(answer.Results), len(counts.Queries))
	}
	rarity := make([]float64, len(groups))
	for i := range groups {
		rarity[i] = scoring.Rarity(float64(answer.Results[0].TotalHits), float64(answer.Results[i+1].TotalHits))
	}
	return rarity, nil
}

// standing is a product in the lists of several searches.
type standing struct {
	id    search.ProductID
	score float64 // 0 where its texts are not known
	times int     // in how many lists
}

// merger puts lists together.
type merger struct {
	judge  *scoring.Judge
	places map[search.ProductID]standing
}

// union takes what is in any list.
func (m *merger) union(lists []list) {
	for _, l := range lists {
		for i := range l.first {
			m.judged(&l.first[i])
		}
		for _, id := range l.ids {
			s := m.places[id]
			m.places[id] = standing{id: id, score: s.score, times: s.times + 1}
		}
	}
}

func (m *merger) judged(e *search.Entry) {
	if s := m.places[e.ID]; s.score == 0 {
		m.places[e.ID] = standing{id: e.ID, score: m.judge.Score(e), times: s.times}
	}
}

// intersection takes what is in the lists of enough groups, whose lists, one for
// each alternative, stand together.
func (m *merger) intersection(asks []ask, lists []list, least int) {
	counted := make(map[search.ProductID]int) // the last group that counted a product
	for i, l := range lists {
		group := asks[i].terms[0].group + 2
		for n := range l.first {
			m.judged(&l.first[n])
		}
		for _, id := range l.ids {
			if s := m.places[id]; counted[id] != group {
				counted[id] = group
				m.places[id] = standing{id: id, score: s.score, times: s.times + 1}
			}
		}
	}
	for id, s := range m.places {
		if s.times < least {
			delete(m.places, id)
		}
	}
}

// candidates are those with a score, best first, and behind them the others,
// those that are in most lists first.
func (m *merger) candidates(limit int) search.Candidates {
	all := make([]standing, 0, len(m.places))
	for _, s := range m.places {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b standing) int {
		order := cmp.Compare(b.score, a.score)
		if a.score == 0 && b.score == 0 {
			order = cmp.Compare(b.times, a.times)
		}
		return cmp.Or(order, cmp.Compare(a.id, b.id))
	})
	found := search.Candidates{Total: len(all)}
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	found.IDs = make([]search.ProductID, len(all))
	for i, s := range all {
		found.IDs[i] = s.id
	}
	return found
}
