package understanding

import (
	"slices"
	"strings"
)

// Bounds of a query; what is beyond is not looked at.
const (
	longestQuery = 512 // bytes
	mostWords    = 16  // and groups of a reading
)

// unit is one thing that is asked for, as it was typed or as it was repaired.
type unit struct {
	typed  string   // as it was typed
	shown  string   // as it is used
	words  []string // normalized
	group  Group
	known  bool // documents may have it
	whole  bool // … as it is, not only as a beginning
	passed bool // a stop word
}

// joined is the unit's words in one.
func (n unit) joined() string { return strings.ReplaceAll(strings.Join(n.words, ""), ".", "") }

// units cuts a query. Prefix says that the last word may be unfinished, which it
// is not when something stands behind it.
func (u Understanding) units(query string, prefix bool) []unit {
	if len(query) > longestQuery {
		query = query[:longestQuery]
	}
	all := tokens(u.Language, query)
	all = all[:min(len(all), mostWords)]
	prefix = prefix && len(all) > 0 && strings.HasSuffix(prepare(query), all[len(all)-1].shown)
	units := make([]unit, len(all))
	for i, t := range all {
		units[i] = u.unit(t, prefix && i == len(all)-1)
	}
	u.number(units)
	u.spellings(units)
	u.meant(units)
	u.pass(units)
	return units
}

// number reads words side by side as an article number, too, where documents
// have one that is written so: who types «CR 2025» may mean CR2025. A query that
// is nothing but a number may be one as well.
func (u Understanding) number(units []unit) {
	for i := 1; i < len(units); i++ {
		a, b := &units[i-1], &units[i]
		joined := a.joined() + b.joined()
		if a.digits() && b.digits() || !looksLikeCode(joined) || !u.Vocabulary.known(joined) {
			continue
		}
		for _, n := range []*unit{a, b} {
			n.group.Any = append(n.group.Any, joined)
			n.known = true
		}
	}
	if len(units) == 1 && units[0].digits() {
		units[0].group.Code = true
	}
}

// spellings adds the other way to write a word that some documents write in one
// and some in two: «usb stick» and «usbstick».
func (u Understanding) spellings(units []unit) {
	for i := range units {
		n := &units[i]
		if len(n.words) != 1 || !n.whole {
			continue
		}
		if p := u.Vocabulary.split(n.words[0]); p.together && p.shortest() >= shortestPart {
			n.group.Any = append(n.group.Any, term(u.Language, p.a)+" "+term(u.Language, p.b))
		}
	}
}

// digits tells whether a unit is a number.
func (n unit) digits() bool { return len(n.words) == 1 && isNumber(n.words[0]) }

// unit makes one of a token.
func (u Understanding) unit(t token, prefix bool) unit {
	n := unit{typed: t.shown, shown: t.shown, words: t.parts}
	code := looksLikeCode(strings.Join(t.parts, ""))
	n.group.Code = code
	for _, word := range n.ways() {
		terms := strings.Fields(word)
		possible := len(terms) > 0
		for i, w := range terms {
			possible = possible && u.has(w)
			terms[i] = term(u.Language, w)
		}
		n.known = n.known || possible
		if possible {
			n.group.Any = append(n.group.Any, strings.Join(terms, " "))
		}
	}
	n.whole = n.known
	if prefix || code && !n.known {
		u.begin(&n)
	}
	if len(n.group.Any) == 0 {
		n.group.Any = []string{term(u.Language, n.joined())}
	}
	return n
}

// ways are what a unit may be written as: in one, in its parts, and an article
// number without points or leading zeros.
func (n unit) ways() []string {
	if len(n.words) == 1 {
		if strings.Contains(n.words[0], ".") { // 593.10238 may be no measure
			return []string{n.words[0], n.joined()}
		}
		if bare := strings.TrimLeft(n.words[0], "0"); n.group.Code && len(bare) >= shortestCode && bare != n.words[0] {
			return []string{n.words[0], bare}
		}
		return n.words
	}
	return []string{n.joined(), strings.Join(n.words, " ")}
}

// mostBeginnings is how many words one that is unfinished may become that do not
// begin with it as engines keep them.
const mostBeginnings = 8

// likelyEndings is how many of the words that an unfinished one begins are asked
// for as such: the most frequent, which are likely meant.
const likelyEndings = 3

// begin lets a unit be the beginning of a longer word.
func (u Understanding) begin(n *unit) {
	word := n.joined()
	if len(n.words) == 1 {
		word = n.words[0]
	}
	first := term(u.Language, word)
	if !n.known {
		first = strings.ReplaceAll(word, ".", "d")
	}
	ways := []string{first}
	for i, number := range u.Vocabulary.beginning(word, mostBeginnings, func(e *entry) bool { return e.all > 0 }) {
		n.known = true
		likely := i < likelyEndings && !n.whole && !n.group.Code
		if s := u.Vocabulary.entries[number].stem; (likely || !strings.HasPrefix(s, first)) && !slices.Contains(ways, s) {
			ways = append(ways, s)
		}
	}
	for _, a := range n.group.Any {
		if a != first {
			ways = append(ways, a)
		}
	}
	n.group.Any, n.group.Prefix = ways, true
}

// has tells whether a document may have a word; of an empty vocabulary nothing
// is known, and all may be.
func (u Understanding) has(word string) bool {
	return len(u.Vocabulary.entries) == 0 || u.Vocabulary.known(word)
}

// meant marks what the lexicon knows as known.
func (u Understanding) meant(units []unit) {
	for i := range units {
		for n, _ := u.Lexicon.of(leads(units[i:])); n > 0; n-- {
			units[i+n-1].known = true
		}
	}
}

// leads are the first ways of units, in one word each.
func leads(units []unit) []string {
	all := make([]string, len(units))
	for i, n := range units {
		all[i] = n.group.Any[0]
	}
	return all
}

// pass marks stop words, unless there is nothing else.
func (u Understanding) pass(units []unit) {
	left := 0
	for i := range units {
		units[i].passed = len(units[i].words) == 1 && u.stops(units[i].words[0])
		if !units[i].passed {
			left++
		}
	}
	for i := range units {
		units[i].passed = units[i].passed && left > 0
	}
}

func (u Understanding) stops(word string) bool {
	return u.Lexicon != nil && u.Lexicon.stops[word] || functionWords[base(u.Language)][word]
}

// functionWords hold a language together and say nothing of a product.
var functionWords = map[string]map[string]bool{
	"en": set("a an the and or of for with in on to by from at"),
	"de": set("der die das den dem des ein eine einen einem einer und oder fur mit von vom im in auf zu zum zur"),
	"fr": set("le la les un une des du de et ou pour avec en sur dans au aux"),
	"es": set("el la los las un una unos unas y o de del para con en por al"),
	"it": set("il lo la i gli le un uno una e o di del della dei per con in da su"),
	"nl": set("de het een en of van voor met in op te"),
	"pt": set("o a os as um uma e ou de do da dos das para com em no na por"),
	"sv": set("en ett och eller av for med i pa till"),
	"da": set("en et og eller af for med i pa til"),
	"nb": set("en et og eller av for med i pa til"),
	"pl": set("i lub dla z ze w we na do od"),
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// groups are what units ask for, with the synonyms of what they say.
func (u Understanding) groups(units []unit) []Group {
	asked := slices.DeleteFunc(slices.Clone(units), func(n unit) bool { return n.passed })
	var groups []Group
	for len(asked) > 0 && len(groups) < mostWords {
		words, synonyms := u.Lexicon.of(leads(asked))
		g := asked[0].group
		if words > 1 {
			g = Group{Any: []string{strings.Join(leads(asked[:words]), " ")}}
		}
		g.Any = slices.Clone(g.Any)
		for _, s := range synonyms {
			if !slices.Contains(g.Any, s) {
				g.Any = append(g.Any, s)
			}
		}
		groups = append(groups, g)
		asked = asked[max(words, 1):]
	}
	return groups
}
