// Package searchtest is what every search engine must do, as tests.
package searchtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/search"
)

// Conform holds an engine to the contract of search.Engine. Open gives a new
// one without indexes, which ends with the test.
func Conform(t *testing.T, open func(t *testing.T) search.Engine) {
	t.Helper()
	for _, rule := range []struct {
		name string
		test func(t *testing.T, e search.Engine)
	}{
		{"indexes come and go", indexesComeAndGo},
		{"an index is of one language", indexIsOfOneLanguage},
		{"a new index ends the handles of the old", newIndexEndsHandles},
		{"an entry replaces the one before", entryReplaces},
		{"versions are listed by id", versionsById},
		{"what no engine takes is refused whole", refusedWhole},
		{"nothing is written by nothing", nothingWritten},
		{"matches are those of brute force", matchesBruteForce},
		{"order survives a rebuild", orderSurvivesRebuild},
		{"a limit cuts and the total stays", limitCuts},
		{"better fields stand first", betterFieldsFirst},
		{"what was typed stands before what means the same", typedFirst},
		{"codes stand first for a code", codesFirst},
		{"no words find nothing", noWords},
		{"hostile words do no harm", hostileWords},
		{"readers see whole batches", readersSeeWholeBatches},
		{"a cancelled call ends", cancelledCallEnds},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			rule.test(t, open(t))
		})
	}
}

const language = locale.Language("en")

func create(t *testing.T, e search.Engine, name string) search.Index {
	t.Helper()
	index, err := e.Create(t.Context(), name, language)
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Errorf("close %s: %v", name, err)
		}
	})
	return index
}

func put(t *testing.T, index search.Index, entries ...search.Entry) {
	t.Helper()
	task, err := index.Put(t.Context(), entries)
	if err == nil {
		err = task.Wait(t.Context())
	}
	if err != nil {
		t.Fatalf("put %d entries: %v", len(entries), err)
	}
}

func remove(t *testing.T, index search.Index, ids ...search.ProductID) {
	t.Helper()
	task, err := index.Delete(t.Context(), ids)
	if err == nil {
		err = task.Wait(t.Context())
	}
	if err != nil {
		t.Fatalf("delete %d entries: %v", len(ids), err)
	}
}

func find(t *testing.T, index search.Index, q search.Query) []search.ProductID {
	t.Helper()
	found, err := index.Candidates(t.Context(), q)
	if err != nil {
		t.Fatalf("find %+v: %v", q, err)
	}
	if q.Limit == 0 && found.Total != len(found.IDs) {
		t.Fatalf("find %+v: total %d of %d", q, found.Total, len(found.IDs))
	}
	return found.IDs
}

// all asks for words that must all match.
func all(words ...string) search.Query {
	var q search.Query
	for _, w := range words {
		q.Groups = append(q.Groups, search.Group{Any: []string{w}})
	}
	return q
}

func title(id search.ProductID, title string) search.Entry {
	return search.Entry{ID: id, Version: fmt.Sprint("v", id, title), Title: title}
}

func same[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func names(t *testing.T, e search.Engine) []string {
	t.Helper()
	names, err := e.Names(t.Context())
	if err != nil {
		t.Fatalf("names: %v", err)
	}
	slices.Sort(names)
	return names
}

func wantNoIndex(t *testing.T, e search.Engine, name string, language locale.Language) {
	t.Helper()
	if index, err := e.Open(t.Context(), name, language); !errors.Is(err, search.ErrNoIndex) {
		t.Errorf("open %s in %s: got %v, %v; want ErrNoIndex", name, language, index, err)
	}
}

func indexesComeAndGo(t *testing.T, e search.Engine) {
	wantNoIndex(t, e, "g1-en", language)
	same(t, "no indexes yet", names(t, e), nil)
	one := create(t, e, "g1-en")
	create(t, e, "g2-pt-br")
	same(t, "two indexes", names(t, e), []string{"g1-en", "g2-pt-br"})
	put(t, one, title(1, "red shirt"))

	again, err := e.Open(t.Context(), "g1-en", language)
	if err != nil {
		t.Fatalf("open what is there: %v", err)
	}
	same(t, "another handle finds", find(t, again, all("shirt")), []search.ProductID{1})
	if err := again.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	same(t, "the first handle still finds", find(t, one, all("shirt")), []search.ProductID{1})

	for range 2 { // one that is gone is no error
		if err := e.Drop(t.Context(), "g1-en"); err != nil {
			t.Fatalf("drop: %v", err)
		}
	}
	same(t, "one index left", names(t, e), []string{"g2-pt-br"})
	wantNoIndex(t, e, "g1-en", language)
	if _, err := e.Create(t.Context(), "../g1", language); err == nil {
		t.Error("a name that leads elsewhere was taken")
	}
}

func indexIsOfOneLanguage(t *testing.T, e search.Engine) {
	create(t, e, "g1")
	wantNoIndex(t, e, "g1", "de")
}

func newIndexEndsHandles(t *testing.T, e search.Engine) {
	put(t, create(t, e, "g1"), title(1, "red shirt"))
	anew := create(t, e, "g1")
	same(t, "the new one is empty", find(t, anew, all("shirt")), nil)
	put(t, anew, title(2, "blue shirt"))
	same(t, "the new one is used", find(t, anew, all("shirt")), []search.ProductID{2})
}

func entryReplaces(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index, title(1, "red shirt"), title(2, "red shoe"), title(3, "red hat"))
	put(t, index, title(2, "blue shoe"))
	same(t, "red", find(t, index, all("red")), []search.ProductID{1, 3})
	same(t, "blue", find(t, index, all("blue")), []search.ProductID{2})
	put(t, index, title(4, "green"), title(4, "green scarf"))
	same(t, "the last of a batch counts", find(t, index, all("scarf")), []search.ProductID{4})
	remove(t, index, 1, 4, 77)
	same(t, "red after delete", find(t, index, all("red")), []search.ProductID{3})
}

func versionsById(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	ids := []search.ProductID{1, 2, 9, 10, 11, 255, 256, 65_536, 1 << 40}
	entries := make([]search.Entry, len(ids))
	want := make([]search.Version, len(ids))
	for i, id := range ids {
		entries[len(ids)-1-i] = search.Entry{ID: id, Version: fmt.Sprint("v", i), Title: "x"}
		want[i] = search.Version{ID: id, Version: fmt.Sprint("v", i)}
	}
	put(t, index, entries...)
	put(t, index, search.Entry{ID: 10, Version: "new", Title: "x"})
	remove(t, index, 255)
	same(t, "ids of any length, by id", find(t, index, all("x")), slices.DeleteFunc(slices.Clone(ids), func(id search.ProductID) bool { return id == 255 }))
	want[3].Version = "new"
	want = slices.Delete(want, 5, 6)
	for _, limit := range []int{1, 3, len(want), 100} {
		var got []search.Version
		for after := search.ProductID(0); ; {
			some, err := index.Versions(t.Context(), after, limit)
			if err != nil {
				t.Fatalf("versions behind %d: %v", after, err)
			}
			if len(some) == 0 {
				break
			}
			if len(some) > limit {
				t.Fatalf("%d versions of at most %d", len(some), limit)
			}
			got, after = append(got, some...), some[len(some)-1].ID
		}
		same(t, fmt.Sprint("versions by ", limit), got, want)
	}
}

func refusedWhole(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	for _, bad := range []search.Entry{
		{ID: 0, Version: "v", Title: "good"},
		{ID: -7, Version: "v", Title: "good"},
		{ID: 5, Title: "good"},
		{ID: 5, Version: "v", Description: strings.Repeat("good ", search.MaxEntry/5+1)},
	} {
		task, err := index.Put(t.Context(), []search.Entry{title(1, "good"), bad, title(2, "good")})
		if err == nil {
			err = task.Wait(t.Context())
		}
		if !errors.Is(err, search.ErrRefused) {
			t.Errorf("entry %d: got %v, want ErrRefused", bad.ID, err)
		}
	}
	same(t, "nothing of the batches came in", find(t, index, all("good")), nil)
	put(t, index, search.Entry{ID: 5, Version: "v", Description: strings.Repeat("long ", search.MaxEntry/5)})
	same(t, "the longest is taken", find(t, index, all("long")), []search.ProductID{5})
}

func nothingWritten(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index)
	remove(t, index)
	put(t, index, search.Entry{ID: 1, Version: "v"}) // without a word
	got, err := index.Versions(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "versions", got, []search.Version{{ID: 1, Version: "v"}})
}

func limitCuts(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	var entries []search.Entry
	for i := range 1_500 { // more than engines give by themselves
		entries = append(entries, title(search.ProductID(i+1), strings.Repeat("shirt ", i%3+1)+"red"))
	}
	put(t, index, entries...)
	whole := find(t, index, all("shirt"))
	if len(whole) != len(entries) {
		t.Fatalf("found %d of %d", len(whole), len(entries))
	}
	for _, limit := range []int{1, 24, 1_499, 1_500, 9_999} {
		q := all("shirt")
		q.Limit = limit
		found, err := index.Candidates(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprint("first ", limit), found.IDs, whole[:min(limit, len(whole))])
		if found.Total != len(whole) {
			t.Errorf("limit %d: total %d, want %d", limit, found.Total, len(whole))
		}
	}
}

func betterFieldsFirst(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index,
		search.Entry{ID: 1, Version: "v", Title: "bag", Description: "fits a laptop"},
		search.Entry{ID: 2, Version: "v", Title: "pen", Tags: []string{"laptop"}},
		search.Entry{ID: 3, Version: "v", Title: "laptop"},
		search.Entry{ID: 4, Version: "v", Title: "laptop"},
	)
	got := find(t, index, all("laptop"))
	if len(got) != 4 || got[0] != 3 || got[1] != 4 || got[3] != 1 {
		t.Errorf("got %v, want 3 4 2 1: title, tag, description, and by id", got)
	}
}

func typedFirst(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index, title(1, "sofa"), title(2, "couch"), title(3, "settee"), title(4, "table"))
	same(t, "couch", find(t, index, search.Query{Groups: []search.Group{{Any: []string{"couch", "sofa", "settee"}}}}),
		[]search.ProductID{2, 1, 3})
	put(t, index, title(5, "couches"))
	same(t, "whole words before longer ones", find(t, index, search.Query{Groups: []search.Group{{Any: []string{"couch"}, Prefix: true}}}),
		[]search.ProductID{2, 5})
}

func codesFirst(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index,
		search.Entry{ID: 1, Version: "v", Title: "case for b450"},
		search.Entry{ID: 2, Version: "v", Title: "board", Codes: []string{"b450", "4011"}},
		search.Entry{ID: 3, Version: "v", Title: "cable", Description: "goes with b450"},
	)
	got := find(t, index, search.Query{Groups: []search.Group{{Any: []string{"b450"}, Code: true}}})
	same(t, "b450", got, []search.ProductID{2, 1, 3})
	got = find(t, index, search.Query{Groups: []search.Group{{Any: []string{"b45"}, Code: true, Prefix: true}}})
	if len(got) != 3 || got[0] != 2 {
		t.Errorf("the beginning of a code: got %v, want 2 first of three", got)
	}
}

func noWords(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index, title(1, "shirt"))
	for _, q := range []search.Query{
		{},
		{Least: 1, Limit: 5},
		{Groups: []search.Group{{}}},
		{Groups: []search.Group{{Any: []string{"", "  "}, Prefix: true}}},
	} {
		same(t, "nothing asked", find(t, index, q), nil)
	}
	blank := search.Query{Groups: []search.Group{{Any: []string{" "}}, {Any: []string{"", "shirt"}}}}
	same(t, "blanks are left out", find(t, index, blank), []search.ProductID{1})
}

func hostileWords(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index, title(1, "shirt"), title(2, "* ? ~1 +a -b AND OR NOT"))
	words := []string{`"`, `""`, `"shirt`, `shirt"`, `-shirt`, `+shirt`, `*`, `sh*`, `shirt~2`, `title:shirt`, `(`, `\`, `\"`, `id = 1`,
		"shirt\x00", "\xff\xfe", "\u200b", "shirt\u0301", "'; drop table product; --", "{}", `","q":"`, strings.Repeat("x", 70_000), "🙂"}
	for _, w := range words {
		for _, prefix := range []bool{false, true} {
			q := search.Query{Groups: []search.Group{{Any: []string{w}, Prefix: prefix}}}
			if got := find(t, index, q); slices.Contains(got, 1) {
				t.Errorf("%.20q found the shirt: %v", w, got)
			}
		}
	}
	if got := find(t, index, all("-b", "*", "AND")); !slices.Equal(got, []search.ProductID{2}) {
		t.Errorf("signs are words like others: got %v, want 2", got)
	}
	var many search.Query
	for i := range 1_000 {
		g := search.Group{Prefix: true}
		for j := range 1_000 {
			g.Any = append(g.Any, fmt.Sprintf("%s w%d-%d", strings.Repeat("a b ", 50), i, j))
		}
		many.Groups = append(many.Groups, g)
	}
	same(t, "a query of a million phrases", find(t, index, many), nil)
}

func cancelledCallEnds(t *testing.T, e search.Engine) {
	index := create(t, e, "g1")
	put(t, index, title(1, "shirt"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, find := index.Candidates(ctx, all("shirt"))
	_, versions := index.Versions(ctx, 0, 10)
	_, put := index.Put(ctx, []search.Entry{title(2, "shirt")})
	_, remove := index.Delete(ctx, []search.ProductID{1})
	_, open := e.Open(ctx, "g1", language)
	for i, err := range []error{find, versions, put, remove, open} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("call %d: got %v, want context.Canceled", i, err)
		}
	}
}
