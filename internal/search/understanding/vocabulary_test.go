package understanding

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

func TestVocabulary_forgetsWhatADocumentHad(t *testing.T) {
	t.Parallel()
	v := NewVocabulary("en")
	v.Put(1, []string{"red chairs"}, nil)
	v.Put(2, nil, []string{"a blue chair"})
	if !v.Known("chair") || !v.Known("chairs") || !v.Known("red") || v.Known("table") {
		t.Error("words are known in whatever ending")
	}
	v.Put(1, []string{"green table"}, nil)
	if v.Known("red") || !v.Known("chair") || !v.Known("table") {
		t.Error("what a document had before it has no more")
	}
	v.Delete(2)
	v.Delete(2)
	v.Delete(3)
	if v.Known("chair") || v.Known("blue") || !v.Known("green") {
		t.Error("what is deleted is forgotten once")
	}
	if _, ok := v.Correct("chairz"); ok {
		t.Error("a word that nothing has any more is no correction")
	}
	if got := v.Complete("c", 5); len(got) != 0 {
		t.Errorf("nor a completion: %v", got)
	}
}

func TestVocabulary_corrects(t *testing.T) {
	t.Parallel()
	u := shop(t, nil)
	for wrong, right := range map[string]string{
		"prnter": "printer", "printre": "printer", "wirless": "wireless", "keybord": "keyboard", "lazer": "laser", "notebokk": "notebook",
		"caffe": "café", "abttery": "battery",
		"wierelss": "wireless",
		"printer":  "", "printers": "", "usc": "", "tn2111": "", "15s": "", "zzzzzzzz": "", "": "", "2111": "",
	} {
		if got, _ := u.Vocabulary.Correct(wrong); got != right {
			t.Errorf("%q is corrected to %q, not %q", wrong, got, right)
		}
	}
}

func TestVocabulary_prefersWhatIsFrequentAndInTitles(t *testing.T) {
	t.Parallel()
	v := NewVocabulary("en")
	for i := range 20 {
		v.Put(int64(i), []string{"table"}, []string{"cable"})
	}
	v.Put(100, []string{"tablet"}, nil)
	if got, _ := v.Correct("tabl"); got != "table" {
		t.Errorf("corrected to %q", got)
	}
	if diff := cmp.Diff([]string{"table", "tablet"}, v.Complete("tab", 5)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"table"}, v.Complete("Täb", 1)); diff != "" {
		t.Error(diff)
	}
	v.Put(101, []string{"TAB-12 cover"}, []string{"TAB-L-N"})
	if diff := cmp.Diff([]string{"table", "tab", "tablet"}, v.Complete("tab", 5)); diff != "" {
		t.Error(diff)
	}
	if got, _ := v.Correct("aable"); got != "table" {
		t.Errorf("corrected to %q", got)
	}
}

func TestVocabulary_joinsAndSplits(t *testing.T) {
	t.Parallel()
	v := shop(t, nil).Vocabulary
	if got, ok := v.Joined("key", "board"); got != "keyboard" || !ok {
		t.Errorf("%q %v", got, ok)
	}
	if _, ok := v.Joined("key", "bored"); ok {
		t.Error("nothing has that")
	}
	for word, want := range map[string]string{"usbcable": "usb cable", "laserprinter": "laser printer", "printerwireless": "printer wireless", "cablex": " ", "c": " ", "": " "} {
		a, b, ok := v.Split(word)
		if a+" "+b != want || ok != (want != " ") {
			t.Errorf("%q is split to %q and %q", word, a, b)
		}
	}
}

// A vocabulary that saw changes is as one that only saw what is left.
func TestVocabulary_isWhatIsLeft(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"red", "blue", "chair", "chairs", "table", "wi-fi", "256 GB", "tn-2110", "été"})
	rapid.Check(t, func(t *rapid.T) {
		v, left := NewVocabulary("en"), map[int64][2][]string{}
		for range rapid.IntRange(0, 20).Draw(t, "changes") {
			id := rapid.Int64Range(1, 5).Draw(t, "id")
			if rapid.Bool().Draw(t, "delete") {
				v.Delete(id)
				delete(left, id)
				continue
			}
			texts := [2][]string{rapid.SliceOfN(word, 0, 4).Draw(t, "strong"), rapid.SliceOfN(word, 0, 4).Draw(t, "weak")}
			v.Put(id, []string{strings.Join(texts[0], " ")}, texts[1])
			left[id] = [2][]string{{strings.Join(texts[0], " ")}, texts[1]}
		}
		fresh := NewVocabulary("en")
		for id, texts := range left {
			fresh.Put(id, texts[0], texts[1])
		}
		for _, w := range []string{"red", "blue", "chair", "chairs", "table", "wi", "fi", "wifi", "256gb", "256", "tn2110", "ete"} {
			if v.Known(w) != fresh.Known(w) {
				t.Fatalf("%q: %v, of what is left %v", w, v.Known(w), fresh.Known(w))
			}
		}
		if diff := cmp.Diff(fresh.Complete("", 20), v.Complete("", 20)); diff != "" {
			t.Fatal(diff)
		}
		a, b, _ := v.Split("redchair")
		c, d, _ := fresh.Split("redchair")
		if a != c || b != d {
			t.Fatalf("split to %q %q, of what is left %q %q", a, b, c, d)
		}
	})
}

func TestWordList_keepsOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	v := NewVocabulary("en")
	var want []string
	for i, n := range r.Perm(3 * widestBlock) {
		w := "w" + strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprintf("%05d", n))
		v.Put(int64(i), []string{w}, nil)
		want = append(want, w)
	}
	slices.Sort(want)
	var got []string
	for n := range v.sorted.from(v.entries, "") {
		got = append(got, v.entries[n].word)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := v.Complete("wabaa", 100); len(got) != 10 {
		t.Errorf("%v", got)
	}
}

func TestVocabulary_isReadWhileItIsWritten(t *testing.T) {
	t.Parallel()
	u := shop(t, nil)
	var group sync.WaitGroup
	for n := range 4 {
		group.Go(func() {
			for i := range 200 {
				u.Vocabulary.Put(int64(1000+n), []string{fmt.Sprintf("laser sword %d", i)}, nil)
			}
		})
		group.Go(func() {
			for range 200 {
				if r := first(u, "lazer prinetr", true); r.Stage != Corrected {
					t.Errorf("%+v", r)
				}
				u.Vocabulary.Complete("l", 3)
			}
		})
	}
	group.Wait()
}

func TestNormalize_isIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.SampledFrom([]locale.Language{"en", "de", "fr", "it", "tr", "ja", "pt-br", "xx"}).Draw(t, "language")
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("a1 .,-_/'\"sßéİ5gbmLin日ー™½")), 0, 40, -1)).Draw(t, "text")
		once := Phrase(language, text)
		if twice := Phrase(language, once); twice != once {
			t.Fatalf("%q is %q, and that is %q", text, once, twice)
		}
		for _, w := range Normalize(language, text) {
			if w == "" || strings.ContainsAny(w, " \"'_-/") {
				t.Fatalf("%q has the word %q", text, w)
			}
		}
	})
}

func FuzzReadings(f *testing.F) {
	for _, seed := range []string{"lazer prinetr", "tn-2110", `15.6" 256 gb`, "l'eau d'été", "ノートパソコン", "\x00\xff", "a-b_c/1.2,3'", "½²™"} {
		f.Add(seed, true)
	}
	u := shop(f, NewLexicon("en", 1, []Synonym{{Words: []string{"laser printer", "laserjet"}}}, []string{"cheap"}))
	f.Fuzz(func(t *testing.T, query string, prefix bool) {
		last := Reading{}
		for r := range u.Readings(query, prefix) {
			if len(r.Groups) > mostWords || r.Least >= len(r.Groups) && r.Least > 0 {
				t.Fatalf("%+v", r)
			}
			for _, g := range r.Groups {
				if len(g.Any) == 0 || slices.ContainsFunc(g.Any, func(a string) bool { return strings.TrimSpace(a) == "" }) {
					t.Fatalf("%+v", r)
				}
			}
			last = r
		}
		if last.Stage != Nothing || len(last.Groups) != 0 {
			t.Fatalf("the last is %+v", last)
		}
		Codes([]string{query}, query)
		Indexed("de", query)
	})
}

// BenchmarkCorrect is of a word that no document has among 60,000 that they have.
func BenchmarkCorrect(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	v := NewVocabulary("en")
	for i := range 60_000 {
		w := make([]byte, 4+r.IntN(8))
		for j := range w {
			w[j] = "eeeaaaiiooutttnnnrrrssslllddcmphgbykvwfx"[r.IntN(40)]
		}
		v.Put(int64(i), []string{string(w)}, nil)
	}
	b.ResetTimer()
	for range b.N {
		v.Correct("wirelesss")
	}
}

// naive is the distance by its definition.
func naive(a, b []rune) int32 {
	if len(a) == 0 || len(b) == 0 {
		return int32(len(a) + len(b))
	}
	x, y := a[1:], b[1:]
	if a[0] == b[0] {
		return naive(x, y)
	}
	least := 1 + min(naive(x, b), naive(a, y), naive(x, y))
	if len(x) > 0 && len(y) > 0 && a[0] == y[0] && x[0] == b[0] {
		least = min(least, 1+naive(x[1:], y[1:]))
	}
	return least
}

func TestDistances_areThoseOfTheDefinition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("abcé")), 0, 6, -1)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distances{word: []rune(a)}
		d.to("something longer before", 2)
		want, got := naive([]rune(a), []rune(b)), d.to(b, 2)
		if min(want, 3) != min(got, 3) {
			t.Fatalf("%q and %q are %d apart, not %d", a, b, want, got)
		}
		if x, y := sign(a, 0), sign(b, 0); want <= 2 && !x.near(y, 2) {
			t.Fatalf("%q and %q are passed over", a, b)
		}
	})
}
