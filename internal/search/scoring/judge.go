package scoring

import (
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/search"
)

// Judge scores entries for one query.
type Judge struct {
	groups []asked
}

// asked is a group, taken apart.
type asked struct {
	phrases [][]string
	prefix  bool
	fields  []Field
	rarity  float64
}

// NewJudge makes a judge for a query. Rarity tells how rare each group is; nil
// where all count the same.
func NewJudge(q search.Query, rarity []float64) *Judge {
	j := &Judge{}
	for i, g := range q.Sound().Groups {
		a := asked{prefix: g.Prefix, rarity: 1, fields: Fields()}
		if i < len(rarity) {
			a.rarity = rarity[i]
		}
		for _, alternative := range g.Any {
			a.phrases = append(a.phrases, strings.Fields(alternative))
		}
		for n, f := range a.fields {
			if g.Code && f.Name == Codes {
				a.fields[n] = f.Times(Code)
			}
		}
		j.groups = append(j.groups, a)
	}
	return j
}

// text is what stands in a field.
type text struct {
	lines [][]string
	words int
}

// Score is how well an entry answers the query, 0 where no group matches.
func (j *Judge) Score(e *search.Entry) float64 {
	var texts []text
	for _, f := range Fields() {
		var t text
		for _, line := range f.Text(e) {
			words := strings.Fields(line)
			t.lines, t.words = append(t.lines, words), t.words+len(words)
		}
		texts = append(texts, t)
	}
	score, matched := 0.0, 0
	for _, g := range j.groups {
		if best, sum := g.worth(texts); sum > 0 {
			score += Group(g.rarity, best, sum)
			matched++
		}
	}
	return Total(score, matched, max(len(j.groups), 1))
}

func (a *asked) worth(texts []text) (best, sum float64) {
	for n, f := range a.fields {
		worth, length := 0.0, float64(texts[n].words)
		for i, phrase := range a.phrases {
			if times := texts[n].count(phrase); times > 0 {
				worth += f.Times(Boost(i)).Worth(float64(times), length)
			}
		}
		if a.prefix {
			for _, times := range texts[n].longer(a.phrases[0][0]) {
				worth += f.Times(Longer).Worth(float64(times), length)
			}
		}
		best, sum = max(best, worth), sum+worth
	}
	return best, sum
}

// count tells how often a phrase stands in a text, inside its lines.
func (t *text) count(phrase []string) (times int) {
	for _, line := range t.lines {
		for start := 0; start+len(phrase) <= len(line); start++ {
			if line[start] == phrase[0] && slices.Equal(line[start:start+len(phrase)], phrase) {
				times++
			}
		}
	}
	return times
}

// longer tells how often each word stands there that begins so and goes on, in
// the order of the words.
func (t *text) longer(prefix string) (times []int) {
	var words []string
	for _, line := range t.lines {
		for _, word := range line {
			if len(word) > len(prefix) && strings.HasPrefix(word, prefix) {
				words = append(words, word)
			}
		}
	}
	slices.Sort(words)
	for i, word := range words {
		if i > 0 && word == words[i-1] {
			times[len(times)-1]++
		} else {
			times = append(times, 1)
		}
	}
	return times
}
