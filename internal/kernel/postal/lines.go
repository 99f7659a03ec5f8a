package postal

import (
	"strings"
	"unicode"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Lines gives the address as it is printed on a parcel: the lines in the
// country's order, empty ones left out, the country's English name last. Leave
// the names or the company empty to have them left out.
func Lines(a Address) []string {
	e := find(a.Country)
	format := e.Format
	if e.inLatin(a) {
		format = e.Latin
	}
	var lines []string
	for line := range strings.SplitSeq(format, "%n") {
		lines = append(lines, e.line(line, a)...)
	}
	if a.Country.Valid() && a.Country != locale.Unknown {
		lines = append(lines, a.Country.Name())
	}
	return lines
}

// line fills one line of a format. The street may give two lines.
func (e *entry) line(format string, a Address) []string {
	var text strings.Builder
	for _, p := range pieces(format, func(letter byte) bool { return e.printed(letter, a) != "" }) {
		if p.letter == 0 {
			text.WriteString(p.literal)
			continue
		}
		text.WriteString(e.printed(p.letter, a))
	}
	var lines []string
	for line := range strings.SplitSeq(text.String(), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// piece is a field (letter) or the text between fields (literal).
type piece struct {
	letter  byte
	literal string
}

// pieces splits the format of a line and keeps what has a value: the fields
// that are filled in, and the literals that neither precede an empty field nor
// follow one, so that no stray comma or prefix is left.
func pieces(format string, filled func(letter byte) bool) []piece {
	var kept []piece
	pending, afterEmpty := "", false
	for rest := format; rest != ""; {
		if rest[0] != '%' {
			pending, rest, _ = cutBefore(rest, '%')
			continue
		}
		letter := rest[1]
		rest = rest[2:]
		if filled(letter) {
			if pending != "" && !afterEmpty {
				kept = append(kept, piece{literal: pending})
			}
			kept = append(kept, piece{letter: letter})
			afterEmpty = false
		} else {
			afterEmpty = len(kept) == 0 || afterEmpty
		}
		pending = ""
	}
	if pending != "" && !afterEmpty {
		kept = append(kept, piece{literal: pending})
	}
	return kept
}

func cutBefore(s string, sep byte) (before, from string, found bool) {
	i := strings.IndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i:], true
}

// printed gives the text of a field as it stands on the parcel.
func (e *entry) printed(letter byte, a Address) string {
	text := strings.TrimSpace(a.text(letter))
	switch letter {
	case 'N':
		text = e.person(a)
	case 'A':
		text = strings.TrimSpace(text + "\n" + strings.TrimSpace(a.Address2))
	case 'Z':
		text = e.plainZip(text)
	case 'S':
		if zone := e.zone(text); zone != nil {
			text = zone.onParcel(a.isLatin())
		}
	}
	if strings.IndexByte(e.Upper, letter) >= 0 {
		return strings.ToUpper(text)
	}
	return text
}

// onParcel gives the zone as the post wants it, in Latin letters where the rest
// of the address is.
func (z *zoneEntry) onParcel(latin bool) string {
	if latin && z.LatinName != z.Name {
		return z.LatinName
	}
	return z.printed
}

func (e *entry) person(a Address) string {
	if strings.Contains(familyNameFirst, e.Code) && !e.inLatin(a) {
		return strings.TrimSpace(a.LastName + " " + a.FirstName)
	}
	return a.text('N')
}

// inLatin tells whether the country has an order of its own for addresses in
// Latin letters, and this is one.
func (e *entry) inLatin(a Address) bool { return e.Latin != "" && a.isLatin() }

// isLatin tells whether the address is written in Latin letters.
func (a Address) isLatin() bool {
	foreign := func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }
	return !strings.ContainsFunc(a.FirstName+a.LastName+a.Company+a.Address1+a.Address2+a.City+a.DependentLocality, foreign)
}
