package locale

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Language is a language in lower-case BCP 47 form: "en", "de", "pt-br". The
// set is the one that the shop API can name.
type Language string

// languageCodes are all languages, sorted.
var languageCodes = strings.Fields(`
	af ak am ar as az be bg bm bn bo br bs ca ce ckb
	cs cu cy da de dz ee el en eo es et eu fa ff fi
	fil fo fr fy ga gd gl gu gv ha he hi hr hu hy ia
	id ig ii is it ja jv ka ki kk kl km kn ko ks ku
	kw ky la lb lg ln lo lt lu lv mg mi mk ml mn mo
	mr ms mt my nb nd ne nl nn no om or os pa pl ps
	pt pt-br pt-pt qu rm rn ro ru rw sa sc sd se sg sh si
	sk sl sn so sq sr su sv sw ta te tg th ti tk to
	tr tt ug uk ur uz vi vo wo xh yi yo zh zh-cn zh-tw zu`)

// names are the English name and the name in the language itself.
type names struct{ english, own string }

// named holds what the Unicode data compiled into this binary lacks, or names
// under a code that it replaces by another (sh, mo, no).
var named = map[Language]names{
	"cu":    {"Church Slavic", "словѣньскъ"},
	"ff":    {"Fulah", "Pulaar"},
	"ia":    {"Interlingua", "interlingua"},
	"jv":    {"Javanese", "Jawa"},
	"ku":    {"Kurdish", "kurdî"},
	"la":    {"Latin", "Latina"},
	"mi":    {"Maori", "Māori"},
	"mo":    {"Moldavian", "moldovenească"},
	"no":    {"Norwegian", "norsk"},
	"pt-br": {"Portuguese (Brazil)", "português (Brasil)"},
	"pt-pt": {"Portuguese (Portugal)", "português (Portugal)"},
	"sa":    {"Sanskrit", "संस्कृतम्"},
	"sc":    {"Sardinian", "sardu"},
	"sd":    {"Sindhi", "سنڌي"},
	"sh":    {"Serbo-Croatian", "srpskohrvatski"},
	"su":    {"Sundanese", "Basa Sunda"},
	"tg":    {"Tajik", "тоҷикӣ"},
	"tk":    {"Turkmen", "türkmen dili"},
	"tt":    {"Tatar", "татар"},
	"vo":    {"Volapük", "Volapük"},
	"wo":    {"Wolof", "Wolof"},
	"xh":    {"Xhosa", "isiXhosa"},
	"zh-cn": {"Chinese (Simplified)", "简体中文"},
	"zh-tw": {"Chinese (Traditional)", "繁體中文"},
}

// ParseLanguage reads a language as the shop API spells it ("PT_BR") or as
// BCP 47 does ("pt-BR"), in any case; false when it is not one of Languages.
func ParseLanguage(code string) (Language, bool) {
	l := Language(strings.ReplaceAll(strings.ToLower(code), "_", "-"))
	return l, l.Valid()
}

// Languages gives all languages in the order of their codes.
func Languages() []Language {
	all := make([]Language, len(languageCodes))
	for i, code := range languageCodes {
		all[i] = Language(code)
	}
	return all
}

// Valid reports whether the language, in lower case, is one of Languages.
func (l Language) Valid() bool {
	_, found := slices.BinarySearch(languageCodes, string(l))
	return found
}

// Enum gives the shop API's spelling: "PT_BR" for pt-br.
func (l Language) Enum() string {
	return strings.ReplaceAll(strings.ToUpper(string(l)), "-", "_")
}

// Tag gives the language as HTTP headers and HTML spell it: "pt-BR".
func (l Language) Tag() string {
	base, region, regional := strings.Cut(string(l), "-")
	if !regional {
		return base
	}
	return base + "-" + strings.ToUpper(region)
}

// Name gives the English name, or the code itself when it is not valid.
func (l Language) Name() string {
	if n, ok := named[l]; ok {
		return n.english
	}
	if !l.Valid() {
		return string(l)
	}
	return display.English.Languages().Name(language.Raw.Make(string(l)))
}

// Endonym gives the name in the language itself, or the code when it is not
// valid.
func (l Language) Endonym() string {
	if n, ok := named[l]; ok {
		return n.own
	}
	if !l.Valid() {
		return string(l)
	}
	return display.Self.Name(language.Raw.Make(string(l)))
}

// Fallbacks gives the languages whose texts may stand in for a missing one,
// nearest first and the language itself left out: pt-br gives pt.
func Fallbacks(l Language) []Language {
	base, _, regional := strings.Cut(string(l), "-")
	if regional {
		return []Language{Language(base)}
	}
	if written, ok := writtenAs[l]; ok {
		return []Language{written}
	}
	return nil
}

// writtenAs names the language that speakers of another read without effort,
// where the code is a synonym or one written form of it.
var writtenAs = map[Language]Language{"mo": "ro", "nb": "no", "nn": "no", "no": "nb"}
