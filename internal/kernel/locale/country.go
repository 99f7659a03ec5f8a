package locale

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is an ISO 3166-1 alpha-2 code in capitals, such as DE. The set is the
// one that the shop API can name: it holds a few user-assigned and withdrawn
// codes that carriers still use (AC, AN, TA, XK), and ZZ for «unknown».
type Country string

// Unknown stands for a country that is not known.
const Unknown Country = "ZZ"

// countryCodes are all countries, in the order of their codes.
var countryCodes = strings.Fields(`
	AC AD AE AF AG AI AL AM AN AO AR AT AU AW AX AZ
	BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
	BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN
	CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
	EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GF GG
	GH GI GL GM GN GP GQ GR GS GT GW GY HK HM HN HR
	HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
	KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK
	LR LS LT LU LV LY MA MC MD ME MF MG MK ML MM MN
	MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG
	NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
	PN PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG
	SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA
	TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
	UA UG UM US UY UZ VA VC VE VG VN VU WF WS XK YE
	YT ZA ZM ZW ZZ`)

// renamed holds names that are newer or plainer than those of the Unicode data
// compiled into this binary.
var renamed = map[Country]string{
	"AN": "Netherlands Antilles",
	"CZ": "Czechia",
	"HK": "Hong Kong SAR",
	"MK": "North Macedonia",
	"MM": "Myanmar",
	"MO": "Macao SAR",
	"SZ": "Eswatini",
	"TR": "Türkiye",
	"ZZ": "Unknown Region",
}

// ParseCountry reads a code in any case; false when it names no country.
func ParseCountry(code string) (Country, bool) {
	c := Country(strings.ToUpper(code))
	return c, c.Valid()
}

// Countries gives all countries, ZZ included, in the order of their codes.
func Countries() []Country {
	all := make([]Country, len(countryCodes))
	for i, code := range countryCodes {
		all[i] = Country(code)
	}
	return all
}

// Valid reports whether the code, in capitals, is one of Countries.
func (c Country) Valid() bool {
	_, found := slices.BinarySearch(countryCodes, string(c))
	return found
}

// Name gives the English name, or the code itself when it is not valid.
func (c Country) Name() string {
	if name, ok := renamed[c]; ok {
		return name
	}
	region, err := language.ParseRegion(string(c))
	if err != nil || !c.Valid() {
		return string(c)
	}
	return display.English.Regions().Name(region)
}
