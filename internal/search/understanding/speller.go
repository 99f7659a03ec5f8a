package understanding

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// From how many letters on a word may have one wrong, and two.
const (
	oneWrong = 4
	twoWrong = 8
)

// speller finds words that are spelled nearly alike. It looks at every word, but
// only at a signature first: which letters it has, and how many. That takes a
// nanosecond a word, needs no index of misspellings and is never out of date.
type speller struct{ signatures []signature }

// signature is a word's letters (two bits for each of 32: there, and more than
// once), how many there are, and the word.
type signature struct {
	letters uint64
	length  int32
	number  int32
}

// add makes a word one that may be meant; those with digits never are.
func (s *speller) add(word string, signed signature) {
	if spellable(word) {
		s.signatures = append(s.signatures, signed)
	}
}

func spellable(word string) bool {
	return !strings.ContainsAny(word, "0123456789") && utf8.RuneCountInString(word) >= oneWrong-1
}

func sign(word string, n int32) signature {
	s := signature{number: n}
	for _, r := range word {
		bit := uint64(1) << (uint32(r) % 32 * 2)
		s.letters |= bit | s.letters&bit<<1
		s.length++
	}
	return s
}

// near gives each word within a distance that is allowed for words so long.
func (s *speller) near(entries []entry, word string, found func(n, distance int32)) {
	own := sign(word, 0)
	most := allowed(own.length)
	if most == 0 || !spellable(word) {
		return
	}
	d := distances{word: []rune(word)}
	for _, other := range s.signatures {
		if !own.near(other, most) {
			continue
		}
		if entries[other.number].all <= 0 {
			continue
		}
		if distance := d.to(entries[other.number].word, most); distance <= most {
			found(other.number, distance)
		}
	}
}

// once are the bits of letters that are there.
const once = 0x5555_5555_5555_5555

// near tells whether two words may be so near: a letter that is wrong changes
// two of the set at most.
func (s signature) near(o signature, most int32) bool {
	apart := s.length - o.length
	return apart <= most && -apart <= most && bits.OnesCount64(s.letters^o.letters) <= int(2*most)
}

func allowed(length int32) int32 {
	switch {
	case length >= twoWrong:
		return 2
	case length >= oneWrong:
		return 1
	}
	return 0
}

// distances measures how many letters differ (Damerau-Levenshtein, optimal
// string alignment) from one word to many.
type distances struct {
	word, other []rune
	rows        [3][]int32
}

// to gives a number over most as soon as it is sure to be. What both words begin
// and end with cannot differ.
func (d *distances) to(other string, most int32) int32 {
	word := d.word
	d.other = d.other[:0]
	for _, r := range other {
		d.other = append(d.other, r)
	}
	rest := d.other
	for len(word) > 0 && len(rest) > 0 && word[0] == rest[0] {
		word, rest = word[1:], rest[1:]
	}
	for len(word) > 0 && len(rest) > 0 && word[len(word)-1] == rest[len(rest)-1] {
		word, rest = word[:len(word)-1], rest[:len(rest)-1]
	}
	for i := range d.rows {
		d.rows[i] = append(d.rows[i][:0], make([]int32, len(word)+1)...)
	}
	before, last, row := d.rows[0], d.rows[1], d.rows[2]
	for j := range last {
		last[j] = int32(j)
	}
	for i, r := range rest {
		row[0] = int32(i) + 1
		least := row[0]
		for j, w := range word {
			cost := int32(1)
			if r == w {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && r == word[j-1] && w == rest[i-1] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		if least > most {
			return least
		}
		before, last, row = last, row, before
	}
	return last[len(word)]
}

// candidate is a word that may have been meant.
type candidate struct {
	number   int32
	distance int32
	score    int32 // the higher, the likelier
}

// mostCandidates is how many corrections of a word are weighed by what stands
// beside it.
const mostCandidates = 8

// candidates gives the likeliest corrections of a word that is not known.
func (v *Vocabulary) candidates(word string) []candidate {
	var all []candidate
	first, _ := utf8.DecodeRuneInString(word)
	v.speller.near(v.entries, word, func(n, distance int32) {
		e := &v.entries[n]
		if e.word == word {
			return
		}
		// A letter more that is wrong, or a first letter that is, outweighs any
		// frequency; a word of titles is likelier than one of descriptions only.
		score := int32(bits.Len32(uint32(e.strong)*8+uint32(e.all))) - 12*distance
		if r, _ := utf8.DecodeRuneInString(e.word); r != first {
			score -= 8
		}
		all = append(all, candidate{number: n, distance: distance, score: score})
	})
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(v.entries[a.number].word, v.entries[b.number].word))
	})
	return all[:min(len(all), mostCandidates)]
}

// compound gives two words that stand side by side in documents and are nearly
// spelled like one that is not known, in one: «eabruds» is ear buds.
func (v *Vocabulary) compound(word string) (a, b, distance int32) {
	own := sign(word, 0)
	most := allowed(own.length)
	if most == 0 || !spellable(word) {
		return 0, 0, 0
	}
	d := distances{word: []rune(word)}
	var documents int32
	for _, p := range v.beside {
		x, y := &v.entries[p.a], &v.entries[p.b]
		joined := signature{letters: x.letters | y.letters | x.letters&y.letters&once<<1, length: x.length + y.length}
		if p.documents <= 0 || x.length < shortestPart || y.length < shortestPart || !own.near(joined, most) {
			continue
		}
		far := d.to(x.word+y.word, most)
		if far <= most && (distance == 0 || far < distance || far == distance && p.documents > documents) {
			a, b, distance, documents = p.a, p.b, far, p.documents
		}
	}
	return a, b, distance
}

// Correct gives the word that was probably meant by one that is not known.
// Numbers and article numbers are never corrected.
func (v *Vocabulary) Correct(word string) (string, bool) {
	word = fold(prepare(word))
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.known(word) {
		return "", false
	}
	if c := v.candidates(word); len(c) > 0 {
		return v.entries[c[0].number].shown, true
	}
	return "", false
}
