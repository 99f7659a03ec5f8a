package bleve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	blevindex "github.com/blevesearch/bleve_index_api"

	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/scoring"
)

// tally counts what documents have, by their numbers in one snapshot. It is all
// zeros between queries.
type tally struct {
	weight []float64 // of the field at work
	in     []uint32  // documents with weight
	best   []float64 // of the group at work: the field that says most
	sum    []float64 // … and all fields
	found  []uint32  // documents with a field that says something
	score  []float64 // of all groups so far
	groups []uint8   // how many matched
	all    []uint32  // documents with a score
}

func (t *tally) add(doc uint32, weight float64) {
	if int(doc) >= len(t.weight) {
		size := max(int(doc)+1, 2*len(t.weight), 1<<12)
		for _, numbers := range []*[]float64{&t.weight, &t.best, &t.sum, &t.score} {
			*numbers = append(*numbers, make([]float64, size-len(*numbers))...)
		}
		t.groups = append(t.groups, make([]uint8, size-len(t.groups))...)
	}
	if t.weight[doc] == 0 {
		t.in = append(t.in, doc)
	}
	t.weight[doc] += weight
}

// close ends a field.
func (t *tally) close() {
	for _, doc := range t.in {
		w := t.weight[doc]
		if t.sum[doc] == 0 {
			t.found = append(t.found, doc)
		}
		t.best[doc], t.sum[doc] = max(t.best[doc], w), t.sum[doc]+w
		t.weight[doc] = 0
	}
	t.in = t.in[:0]
}

// settle turns the weights of a group into scores. How rare a group is counts
// for all its alternatives together, among documents that are there: neither
// depends on how the index was written.
func (t *tally) settle(documents float64) {
	rarity := scoring.Rarity(documents, float64(len(t.found)))
	for _, doc := range t.found {
		if t.groups[doc] == 0 {
			t.all = append(t.all, doc)
		}
		t.score[doc] += scoring.Group(rarity, t.best[doc], t.sum[doc])
		t.groups[doc]++
		t.best[doc], t.sum[doc] = 0, 0
	}
	t.found = t.found[:0]
}

func (t *tally) reset() *tally {
	for _, doc := range t.in {
		t.weight[doc] = 0
	}
	for _, doc := range t.found {
		t.best[doc], t.sum[doc] = 0, 0
	}
	for _, doc := range t.all {
		t.score[doc], t.groups[doc] = 0, 0
	}
	t.in, t.found, t.all = t.in[:0], t.found[:0], t.all[:0]
	return t
}

// scan answers one query.
type scan struct {
	ctx    context.Context //nolint:containedctx // lives as long as the call
	reader blevindex.IndexReader
	tally  *tally
	steps  int
}

func (s *scan) answer(q search.Query) (search.Candidates, error) {
	documents, err := s.reader.DocCount()
	if err != nil {
		return search.Candidates{}, fmt.Errorf("count search entries: %w", err)
	}
	for _, g := range q.Groups {
		if err := s.group(g); err != nil {
			return search.Candidates{}, err
		}
		s.tally.settle(float64(documents))
	}
	hits, err := s.hits(q.Least, len(q.Groups))
	if err != nil {
		return search.Candidates{}, err
	}
	found := search.Candidates{Total: len(hits)}
	if q.Limit > 0 && q.Limit < len(hits) {
		hits = hits[:q.Limit]
	}
	found.IDs = make([]search.ProductID, len(hits))
	for i, h := range hits {
		found.IDs[i] = h.id
	}
	return found, nil
}

type hit struct {
	id    search.ProductID
	score float64
}

// hits are the documents that at least so many groups matched, best first.
func (s *scan) hits(least, of int) ([]hit, error) {
	t := s.tally
	hits := make([]hit, 0, len(t.all))
	var number blevindex.IndexInternalID
	for _, doc := range t.all {
		if int(t.groups[doc]) < least {
			continue
		}
		if err := s.step(); err != nil {
			return nil, err
		}
		number = blevindex.NewIndexInternalID(number, uint64(doc))
		name, err := s.reader.ExternalID(number)
		if err != nil {
			return nil, fmt.Errorf("name search entry: %w", err)
		}
		id, ok := product(name)
		if !ok {
			continue
		}
		hits = append(hits, hit{id: id, score: scoring.Total(t.score[doc], int(t.groups[doc]), of)})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return hits, nil
}

// group weighs what documents have of a group, field by field.
func (s *scan) group(g search.Group) error {
	weighed := weigh(scoring.Fields(), g.Code)
	longer, err := s.completions(g, weighed)
	if err != nil {
		return err
	}
	for n, f := range weighed {
		for i, alternative := range g.Any {
			if err := s.alternative(strings.Fields(alternative), f.Times(scoring.Boost(i))); err != nil {
				return err
			}
		}
		for _, word := range longer[n] {
			if err := s.word(word, f.Times(scoring.Longer)); err != nil {
				return err
			}
		}
		s.tally.close()
	}
	if g.Prefix && short(g.Any[0]) {
		for _, f := range weigh(beginnings(), g.Code) {
			if err := s.word(g.Any[0], f.Times(scoring.Longer)); err != nil {
				return err
			}
			s.tally.close()
		}
	}
	return nil
}

// weigh gives the fields their weights for a group.
func weigh(fields []scoring.Field, code bool) []scoring.Field {
	for i, f := range fields {
		if code && (f.Name == scoring.Codes || f.Name == beginCodes) {
			fields[i] = f.Times(scoring.Code)
		}
	}
	return fields
}

func (s *scan) alternative(words []string, f scoring.Field) error {
	if len(words) > 1 {
		return s.phrase(words, f)
	}
	return s.word(words[0], f)
}

// word adds the documents that have a word in a field.
func (s *scan) word(word string, f scoring.Field) error {
	return s.postings(word, f.Name, false, func(doc uint32, posting *blevindex.TermFieldDoc) {
		s.tally.add(doc, f.Worth(float64(posting.Freq), length(f, posting.Norm)))
	})
}

// length gives how many words a field has, by what bleve keeps of it: 1/√length.
func length(f scoring.Field, norm float64) float64 {
	if norm <= 0 {
		return f.Length
	}
	return 1 / (norm * norm)
}

// completions gives the longer words that a group's first may be the beginning
// of, for each field.
func (s *scan) completions(g search.Group, weighed []scoring.Field) (longer [][]string, err error) {
	longer = make([][]string, len(weighed))
	if !g.Prefix || short(g.Any[0]) {
		return longer, nil
	}
	in := make(map[string][]int)
	for n, f := range weighed {
		if err := s.longer(g.Any[0], f.Name, func(word string) { in[word] = append(in[word], n) }); err != nil {
			return nil, err
		}
	}
	words := slices.SortedFunc(maps.Keys(in), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	used, many := 0, len(words) > maxCompletions
	for _, word := range words {
		live := false
		for _, n := range in[word] {
			if many && !live {
				if live, err = s.has(word, weighed[n]); err != nil {
					return nil, err
				}
			}
			longer[n] = append(longer[n], word)
		}
		// Words that only deleted documents had do not count: whether they are
		// still listed depends on how the index was written.
		if live {
			used++
		}
		if used == maxCompletions {
			break
		}
	}
	return longer, nil
}

// has tells whether a document has a word in a field.
func (s *scan) has(word string, f scoring.Field) (bool, error) {
	reader, err := s.reader.TermFieldReader(s.ctx, []byte(word), f.Name, false, false, false)
	if err != nil {
		return false, fmt.Errorf("look up a word in %s: %w", f.Name, err)
	}
	next, err := reader.Next(nil)
	if err = errors.Join(err, reader.Close()); err != nil {
		return false, fmt.Errorf("read a word in %s: %w", f.Name, err)
	}
	return next != nil, nil
}

func (s *scan) longer(prefix, field string, visit func(word string)) (err error) {
	dict, err := s.reader.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return fmt.Errorf("complete %s: %w", field, err)
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	for {
		entry, err := dict.Next()
		if err != nil {
			return fmt.Errorf("complete %s: %w", field, err)
		}
		if entry == nil {
			return nil
		}
		if err := s.step(); err != nil {
			return err
		}
		if entry.Term != prefix {
			visit(entry.Term)
		}
	}
}

// phrase adds the documents that have words next to each other in a field.
func (s *scan) phrase(words []string, f scoring.Field) error {
	ends := make(map[uint32][]uint64) // where the phrase so far ends
	for i, word := range words {
		next := make(map[uint32][]uint64)
		err := s.postings(word, f.Name, true, func(doc uint32, posting *blevindex.TermFieldDoc) {
			for _, place := range posting.Vectors {
				if i == 0 || slices.Contains(ends[doc], place.Pos-1) {
					next[doc] = append(next[doc], place.Pos)
				}
			}
			if i == len(words)-1 && len(next[doc]) > 0 {
				s.tally.add(doc, f.Worth(float64(len(next[doc])), length(f, posting.Norm)))
			}
		})
		if err != nil || len(next) == 0 {
			return err
		}
		ends = next
	}
	return nil
}

// postings visits the documents that have a word in a field, by number.
func (s *scan) postings(word, field string, places bool, visit func(doc uint32, posting *blevindex.TermFieldDoc)) (err error) {
	reader, err := s.reader.TermFieldReader(s.ctx, []byte(word), field, true, true, places)
	if err != nil {
		return fmt.Errorf("look up a word in %s: %w", field, err)
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	var posting blevindex.TermFieldDoc
	for {
		next, err := reader.Next(posting.Reset())
		if err != nil {
			return fmt.Errorf("read a word in %s: %w", field, err)
		}
		if next == nil {
			return nil
		}
		if err := s.step(); err != nil {
			return err
		}
		visit(uint32(next.ID.Value()), next) //nolint:gosec // an index holds fewer than 2³² documents
	}
}

// step asks now and then whether anybody still waits.
func (s *scan) step() error {
	if s.steps++; s.steps%(1<<12) == 0 {
		return s.ctx.Err()
	}
	return nil
}
