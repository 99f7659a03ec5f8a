package understanding

import "strings"

// pieces cuts what has points or commas in it: a number stays whole, everything
// else falls into parts.
func pieces(segment string) []string {
	if n, ok := measure(segment); ok {
		return []string{n}
	}
	return strings.FieldsFunc(segment, func(r rune) bool { return r == '.' || r == ',' })
}

// measure reads a number, with a unit or other letters right behind it.
func measure(text string) (string, bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return !digit(r) && r != '.' && r != ',' })
	if end < 0 {
		end = len(text)
	}
	number, ok := decimal(text[:end])
	if !ok {
		return "", false
	}
	rest := text[end:]
	if u := units[rest]; u != "" {
		return number + u, true
	}
	return number + rest, !strings.ContainsAny(rest, ".,")
}

// decimal reads a number: groups of three behind a point or comma are thousands
// unless the number starts with 0, all else behind one is a fraction. «1.50» is
// 1.5, and «1,5» too.
func decimal(text string) (string, bool) {
	if text == "" || !digit(rune(text[0])) || !digit(rune(text[len(text)-1])) {
		return "", false
	}
	groups := strings.FieldsFunc(text, func(r rune) bool { return r == '.' || r == ',' })
	if len(groups) == 1 {
		return text, len(groups[0]) == len(text)
	}
	if thousands(groups) {
		return strings.Join(groups, ""), true
	}
	if len(groups) != 2 || len(groups[0])+len(groups[1])+1 != len(text) {
		return "", false
	}
	if fraction := strings.TrimRight(groups[1], "0"); fraction != "" {
		return groups[0] + "." + fraction, true
	}
	return groups[0], true
}

func thousands(groups []string) bool {
	if groups[0][0] == '0' || len(groups[0]) > 3 {
		return false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return true
}

// isNumber tells whether a word is a number without a unit.
func isNumber(word string) bool {
	number, rest := splitNumber(word)
	return number != "" && rest == ""
}

func splitNumber(word string) (number, rest string) {
	end := strings.IndexFunc(word, func(r rune) bool { return !digit(r) && r != '.' })
	if end < 0 {
		end = len(word)
	}
	return word[:end], word[end:]
}

// numbersOf are the numbers that people type for a measure: «256» for 256 GB,
// and «15 inch» for 15.6.
func numbersOf(word string) []string {
	number, unit := splitNumber(word)
	if number == "" || unit == "" || units[unit] == "" {
		return nil
	}
	if whole, _, fraction := strings.Cut(number, "."); fraction && unit == "in" {
		return []string{number, whole + unit}
	}
	return []string{number}
}

// units are spellings of units with the one that stands for all.
var units = merge(spacedUnits, map[string]string{"in": "in"})

// spacedUnits are those that are meant when they stand behind a number with a
// space between: «in» is not.
var spacedUnits = spellings(
	"in inch inches zoll pouce pouces pollice pollici pulgada pulgadas polegada polegadas tum tommer cala cali дюйм дюймов",
	"tb tib terabyte terabytes to", "gb gib gig gigs gigabyte gigabytes go", "mb mib megabyte megabytes", "kb kib kilobyte kilobytes",
	"gbps gbit gbits", "mbps mbit mbits",
	"ghz gigahertz", "mhz megahertz", "khz kilohertz", "hz hertz",
	"w watt watts", "kw kilowatt kilowatts", "kwh", "wh", "v volt volts", "kv", "va", "kva", "a amp amps ampere amperes", "mah", "ah",
	"mm millimeter millimeters millimetre millimetres millimetri milimetros", "cm centimeter centimeters centimetre centimetres zentimeter centimetri centimetros",
	"m meter meters metre metres metro metros metri", "km kilometer kilometers kilometre kilometres", "ft foot feet",
	"g gram grams gramm gramme grammes gramo gramos", "kg kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes", "mg", "lb lbs pound pounds", "oz ounce ounces",
	"ml milliliter milliliters millilitre millilitres", "cl", "l liter liters litre litres litro litros litri",
	"px pixel pixels", "dpi", "ppm", "rpm", "mp megapixel megapixels", "db decibel decibels", "lm lumen lumens", "nm", "fps",
)

// spellings reads lines of spellings; the first of each stands for all, and a
// first that is itself a word of a language («in») only when attached.
func spellings(lines ...string) map[string]string {
	all := map[string]string{}
	for _, line := range lines {
		words := strings.Fields(line)
		for _, w := range words {
			all[w] = words[0]
		}
	}
	for _, w := range []string{"in", "to", "go", "a"} {
		delete(all, w)
	}
	return all
}

func merge(a, b map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range []map[string]string{a, b} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}
