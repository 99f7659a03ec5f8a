package understanding

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Vocabulary is the words of all documents in one language, with how many have
// them. It is safe for use by many.
type Vocabulary struct {
	language locale.Language

	mu        sync.RWMutex
	entries   []entry          // by number; words that no document has any more keep theirs
	numbers   map[string]int32 // of words
	stems     map[string]int32 // how often documents have a stem
	pairs     map[pair]int32   // places in beside
	beside    []besides        // words that stand side by side in strong texts
	documents map[int64]content
	sorted    wordList // all words, for beginnings
	speller   speller
}

// entry is a word.
type entry struct {
	word, shown, stem string
	letters           uint64 // which it has, see sign
	length            int32
	strong, all       int32 // documents that have it in strong texts, and anywhere
}

type pair struct{ a, b int32 }

// besides is a pair with how many documents have it.
type besides struct {
	pair
	documents int32
}

// content is what a document has, each once.
type content struct {
	strong, weak []int32
	pairs        []pair
}

// NewVocabulary makes an empty vocabulary.
func NewVocabulary(language locale.Language) *Vocabulary {
	return &Vocabulary{
		language: language, numbers: map[string]int32{}, stems: map[string]int32{},
		pairs: map[pair]int32{}, documents: map[int64]content{},
	}
}

// Put says what words a document has, in place of what it had. Corrections and
// completions prefer words of the strong texts (title, vendor, kind); weak are
// all other texts that the engine keeps, article numbers among them: what is in
// neither is taken for a word that nothing has.
func (v *Vocabulary) Put(document int64, strong, weak []string) {
	strongTokens, weakTokens := v.cut(strong), v.cut(weak)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count(v.documents[document], -1)
	c := v.content(strongTokens, weakTokens)
	v.documents[document] = c
	v.count(c, 1)
}

// Delete forgets a document.
func (v *Vocabulary) Delete(document int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count(v.documents[document], -1)
	delete(v.documents, document)
}

// Len is how many words there are.
func (v *Vocabulary) Len() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.entries)
}

// Known tells whether a document has the word, in whatever ending.
func (v *Vocabulary) Known(word string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.known(word)
}

func (v *Vocabulary) known(word string) bool { return v.stems[term(v.language, word)] > 0 }

// Complete gives words of strong texts that begin so, as they are written, the
// most frequent first. Article numbers are none.
func (v *Vocabulary) Complete(prefix string, limit int) []string {
	prefix = fold(prepare(prefix))
	v.mu.RLock()
	defer v.mu.RUnlock()
	numbers := v.beginning(prefix, limit, func(e *entry) bool { return e.strong > 0 && !looksLikeCode(e.word) })
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = v.entries[n].shown
	}
	return words
}

// beginning gives the most frequent words with a beginning that fit.
func (v *Vocabulary) beginning(prefix string, limit int, fits func(*entry) bool) []int32 {
	if limit <= 0 {
		return nil
	}
	var best []int32
	byFrequency := func(a, b int32) int {
		x, y := &v.entries[a], &v.entries[b]
		return cmp.Or(cmp.Compare(y.strong, x.strong), cmp.Compare(y.all, x.all), cmp.Compare(x.word, y.word))
	}
	for n := range v.sorted.from(v.entries, prefix) {
		if !strings.HasPrefix(v.entries[n].word, prefix) {
			break
		}
		if !fits(&v.entries[n]) || len(best) == limit && byFrequency(n, best[limit-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, n, byFrequency)
		best = slices.Insert(best, at, n)[:min(len(best)+1, limit)]
	}
	return best
}

// cut gives the tokens of texts.
func (v *Vocabulary) cut(texts []string) [][]token {
	all := make([][]token, len(texts))
	for i, t := range texts {
		all[i] = tokens(v.language, t)
	}
	return all
}

// content numbers the words of a document.
func (v *Vocabulary) content(strong, weak [][]token) content {
	var c content
	for _, text := range strong {
		last := int32(-1)
		for _, t := range text {
			for _, p := range t.parts {
				n := v.number(p, t)
				if last >= 0 {
					c.pairs = append(c.pairs, pair{last, n})
				}
				c.strong, last = append(c.strong, n), n
			}
			c.strong = v.others(c.strong, t)
		}
	}
	for _, text := range weak {
		for _, t := range text {
			for _, p := range t.parts {
				c.weak = append(c.weak, v.number(p, t))
			}
			c.weak = v.others(c.weak, t)
		}
	}
	slices.Sort(c.strong)
	c.strong = slices.Clip(slices.Compact(c.strong))
	slices.Sort(c.weak)
	c.weak = slices.Clip(slices.DeleteFunc(slices.Compact(c.weak), func(n int32) bool {
		_, too := slices.BinarySearch(c.strong, n)
		return too
	}))
	slices.SortFunc(c.pairs, func(x, y pair) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	c.pairs = slices.Clip(slices.Compact(c.pairs))
	return c
}

// others adds the words that an engine keeps of a token besides its parts.
func (v *Vocabulary) others(numbers []int32, t token) []int32 {
	for _, p := range t.parts {
		for _, n := range numbersOf(p) {
			numbers = append(numbers, v.number(n, token{}))
		}
	}
	if t.joined != "" {
		numbers = append(numbers, v.number(t.joined, t))
	}
	return numbers
}

// number gives a word its number. It is shown as it was first written, where a
// token is nothing but this word.
func (v *Vocabulary) number(word string, of token) int32 {
	if n, ok := v.numbers[word]; ok {
		return n
	}
	n := int32(len(v.entries))
	word = strings.Clone(word)
	signed := sign(word, n)
	e := entry{word: word, shown: word, stem: term(v.language, word), letters: signed.letters, length: signed.length}
	if (len(of.parts) == 1 || of.joined == word) && !isNumber(word) && fold(of.shown) == word {
		e.shown = strings.Clone(of.shown)
	}
	v.entries = append(v.entries, e)
	v.numbers[word] = n
	v.sorted.insert(v.entries, n)
	v.speller.add(word, signed)
	return n
}

// count adds a document's words, or takes them away.
func (v *Vocabulary) count(c content, by int32) {
	for _, n := range c.strong {
		v.entries[n].strong += by
		v.occurs(n, by)
	}
	for _, n := range c.weak {
		v.occurs(n, by)
	}
	for _, p := range c.pairs {
		at, ok := v.pairs[p]
		if !ok {
			at = int32(len(v.beside))
			v.pairs[p], v.beside = at, append(v.beside, besides{pair: p})
		}
		v.beside[at].documents += by
	}
}

// together is how many documents have two words side by side in strong texts.
func (v *Vocabulary) together(a, b int32) int32 {
	if at, ok := v.pairs[pair{a, b}]; ok {
		return v.beside[at].documents
	}
	return 0
}

func (v *Vocabulary) occurs(n, by int32) {
	e := &v.entries[n]
	e.all += by
	if v.stems[e.stem] += by; v.stems[e.stem] == 0 {
		delete(v.stems, e.stem)
	}
}
