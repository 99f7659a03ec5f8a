package understanding

import "unicode/utf8"

// Joined gives two words in one, where documents have that.
func (v *Vocabulary) Joined(a, b string) (string, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	joined := fold(prepare(a + b))
	return joined, v.known(joined)
}

// Split gives one word as two, where documents have both.
func (v *Vocabulary) Split(word string) (a, b string, ok bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	s := v.split(fold(prepare(word)))
	return s.a, s.b, s.a != ""
}

// shortestPart is how many letters the part of a word has at least, unless
// documents have the parts side by side, or often.
const shortestPart = 3

// commonPart is how many documents have in their titles the shorter parts of a
// word that no document has side by side.
const commonPart = 5

// parting is a word as two. Together says that documents have them side by side.
type parting struct {
	a, b     string
	together bool
}

// shortest is how many letters the shorter part has.
func (p parting) shortest() int { return min(utf8.RuneCountInString(p.a), utf8.RuneCountInString(p.b)) }

// split finds the best place to cut a word.
func (v *Vocabulary) split(word string) (best parting) {
	var most int64
	for i := range word {
		if i == 0 {
			continue
		}
		p := parting{a: word[:i], b: word[i:]}
		m, ok := v.numbers[p.a]
		n, too := v.numbers[p.b]
		if !ok || !too || v.entries[m].all <= 0 || v.entries[n].all <= 0 {
			continue
		}
		together := v.together(m, n)
		p.together = together > 0
		if !p.together && (p.shortest() < 2 || p.shortest() < shortestPart && min(v.entries[m].strong, v.entries[n].strong) < commonPart) {
			continue
		}
		// Side by side once says more than any number of documents with both.
		weight := int64(min(v.entries[m].all, v.entries[n].all, 1<<12)) + int64(together)<<13
		if weight > most {
			best, most = p, weight
		}
	}
	return best
}
