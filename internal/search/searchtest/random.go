package searchtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/search"
)

// vocabulary holds words that begin others, that make others when joined, of
// several scripts, and with signs inside.
var vocabulary = strings.Fields(`pen pencil pendrive drive usb usbc c cable cab 256gb 256 gb 3.5 3 5 c++ café cafe
	ünïcode кот котик 日本 日本語 日 حقيبة ขนม naïve rock'n'roll a-b a b a_b red reds 4011200296908 b450 b-450 ß straße`)

func words(r *rand.Rand, n int) string {
	picked := make([]string, n)
	for i := range picked {
		picked[i] = vocabulary[r.IntN(len(vocabulary))]
	}
	return strings.Join(picked, " ")
}

func list(r *rand.Rand, n int) []string {
	var texts []string
	for range n {
		texts = append(texts, words(r, 1+r.IntN(2)))
	}
	return texts
}

func entries(r *rand.Rand, n int) []search.Entry {
	made := make([]search.Entry, n)
	for i := range made {
		made[i] = search.Entry{
			ID: search.ProductID(i*7%n + 1), Title: words(r, 1+r.IntN(3)), Vendor: words(r, r.IntN(2)), Kind: words(r, r.IntN(2)),
			Codes: list(r, r.IntN(2)), Properties: list(r, r.IntN(3)), Tags: list(r, r.IntN(2)), Description: words(r, r.IntN(6)),
		}
		made[i].Version = fmt.Sprint(made[i])
	}
	return made
}

func query(r *rand.Rand) search.Query {
	var q search.Query
	for range 1 + r.IntN(4) {
		g := search.Group{Prefix: r.IntN(3) == 0, Code: r.IntN(6) == 0}
		for range 1 + r.IntN(3) {
			g.Any = append(g.Any, words(r, max(1, r.IntN(5)-2)))
		}
		if g.Prefix {
			letters := []rune(g.Any[0])
			g.Any[0] = string(letters[:1+r.IntN(len(letters))])
		}
		q.Groups = append(q.Groups, g)
	}
	if r.IntN(3) == 0 {
		q.Least = 1 + r.IntN(len(q.Groups))
	}
	return q
}

// matches is the contract in the plainest words.
func matches(e search.Entry, q search.Query) bool {
	q = q.Sound()
	matched := 0
	for _, g := range q.Groups {
		if slices.ContainsFunc(texts(e), func(text []string) bool { return inText(g, text) }) {
			matched++
		}
	}
	return len(q.Groups) > 0 && matched >= q.Least
}

// texts are the places inside which phrases stand.
func texts(e search.Entry) [][]string {
	var split [][]string
	for _, text := range slices.Concat([]string{e.Title, e.Vendor, e.Kind, e.Description}, e.Codes, e.Properties, e.Tags) {
		split = append(split, strings.Fields(text))
	}
	return split
}

func inText(g search.Group, text []string) bool {
	for i, alternative := range g.Any {
		phrase := strings.Fields(alternative)
		for start := range text {
			rest := text[start:]
			if len(rest) >= len(phrase) && slices.Equal(rest[:len(phrase)], phrase) {
				return true
			}
			if i == 0 && g.Prefix && strings.HasPrefix(rest[0], alternative) {
				return true
			}
		}
	}
	return false
}

func matchesBruteForce(t *testing.T, e search.Engine) {
	r := rand.New(rand.NewPCG(1, 2))
	index, all := create(t, e, "g1"), entries(r, 300)
	put(t, index, all...)
	hits := 0
	for range 250 {
		q := query(r)
		var want []search.ProductID
		for _, entry := range all {
			if matches(entry, q) {
				want = append(want, entry.ID)
			}
		}
		got := find(t, index, q)
		hits += len(got)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%+v\nfound %v\nwant  %v", q, got, want)
		}
	}
	if hits < 600 {
		t.Errorf("only %d hits: the test asks for nothing", hits)
	}
}

// orderSurvivesRebuild writes the same entries twice: once at once, once in
// another order, in small batches, over other entries of the same products and
// with some that go again.
func orderSurvivesRebuild(t *testing.T, e search.Engine) {
	r := rand.New(rand.NewPCG(3, 4))
	one, two := create(t, e, "g1"), create(t, e, "g2")
	all := entries(r, 400)
	put(t, one, all...)

	put(t, two, entries(r, 500)...)
	shuffled := slices.Clone(all)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for batch := range slices.Chunk(shuffled, 90) {
		put(t, two, batch...)
	}
	var gone []search.ProductID
	for id := range search.ProductID(100) {
		gone = append(gone, 401+id)
	}
	remove(t, two, gone...)

	for range 120 {
		q := query(r)
		if a, b := find(t, one, q), find(t, two, q); !slices.Equal(a, b) {
			t.Fatalf("%+v\nfound      %v\nrebuilt it %v", q, a, b)
		}
	}
}

// readersSeeWholeBatches has a writer turn all entries from odd to even and
// back while others look.
func readersSeeWholeBatches(t *testing.T, e search.Engine) {
	const products, turns, readers = 60, 8, 4
	index := create(t, e, "g1")
	turn := func(n int) []search.Entry {
		side := []string{"even", "odd"}[n%2]
		batch := make([]search.Entry, products)
		for i := range batch {
			batch[i] = title(search.ProductID(i+1), "thing "+side)
		}
		return batch
	}
	put(t, index, turn(0)...)
	done := make(chan struct{})
	var looking sync.WaitGroup
	for range readers {
		looking.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				for _, word := range []string{"even", "odd", "thing"} {
					found, err := index.Candidates(t.Context(), all(word))
					if err != nil {
						t.Errorf("find while writing: %v", err)
						return
					}
					if n := len(found.IDs); n != products && (n != 0 || word == "thing") {
						t.Errorf("%s: saw %d of %d: half a batch", word, n, products)
						return
					}
				}
			}
		})
	}
	for n := range turns {
		put(t, index, turn(n+1)...)
	}
	close(done)
	looking.Wait()
	if n := len(find(t, index, all("even"))); n != products {
		t.Errorf("the last turn has %d of %d", n, products)
	}
}
