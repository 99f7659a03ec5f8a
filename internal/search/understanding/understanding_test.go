package understanding

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// shop is an understanding of a few products.
func shop(t testing.TB, lexicon *Lexicon) Understanding {
	t.Helper()
	v := NewVocabulary("en")
	for i, title := range []string{
		"HP Laser Printer M15", "HP Laser Printer M28", "Lenovo Notebook ThinkPad T61", "Lenovo Notebook Battery",
		"Wireless Mouse", "Wireless Keyboard", "USB Cable 1.5 m", "USB Cable 3 m", "Targus Laptop Lock", "Wi-Fi Router",
		"Brother TN-2110 toner cartridge", "HP-15s_da0 Notebook 256 GB", "T-Shirt", "Smartwatch Strap", "Café Crème Machine",
	} {
		v.Put(int64(i+1), []string{title}, nil)
	}
	v.Put(99, nil, append(Codes([]string{"0882780756328"}), "a lonely discription", "phone"))
	return Understanding{Language: "en", Vocabulary: v, Lexicon: lexicon}
}

// ladder is every reading of a query, as stage and used words.
func ladder(u Understanding, query string, prefix bool) []string {
	var all []string
	for r := range u.Readings(query, prefix) {
		all = append(all, string(r.Stage)+": "+r.Used)
	}
	return all
}

func first(u Understanding, query string, prefix bool) Reading {
	for r := range u.Readings(query, prefix) {
		return r
	}
	return Reading{}
}

func TestNormalize_comparesWhatPeopleMeanTheSame(t *testing.T) {
	t.Parallel()
	for _, same := range []struct {
		language locale.Language
		want     string
		typed    []string
	}{
		{"en", "256gb", []string{"256 GB", "256GB", "256 Gb", "256  gigabytes", "256-GB", "２５６ＧＢ"}},
		{"en", "1.5m", []string{"1,5 m", "1.5m", "1.50 metres", "1,5 Meter"}},
		{"en", "15.6in", []string{`15.6"`, "15,6 inch", "15.6-inch", "15.6″", "15.6''", "15.6in", "15.6”"}},
		{"en", "2 in 1", []string{"2 in 1", "2-in-1"}},
		{"en", "1000gb", []string{"1,000 GB", "1.000 GB", "1000gb"}},
		{"en", "men shirt", []string{"Men's shirt", "MEN’S SHIRT", "men shirt"}},
		{"en", "lumatech core 2 duo", []string{"LumaTech™ Core™2 Duo", "Lumatech® Core 2 Duo"}},
		{"en", "hp 15s da0", []string{"HP-15s_da0", "hp 15s da0", "HP 15s-da0"}},
		{"en", "black white", []string{"Black/White", "black, white", "black & white"}},
		{"de", "grosse strasse", []string{"Große Straße", "GROSSE STRASSE"}},
		{"fr", "eau creme", []string{"l'eau crème", "L’EAU CRÈME", "eau creme"}},
		{"tr", "istanbul", []string{"İstanbul", "istanbul", "ıstanbul"}},
		{"ja", "ノ ー ト パ ソ コ ン", []string{"ノートパソコン"}},
		{"ru", "еж", []string{"ёж", "Еж"}},
		{"en", "10 100", []string{"10/100"}},
		{"en", "", []string{"", " ", "™", `"`, "'", "-", "\xff"}},
	} {
		for _, typed := range same.typed {
			if got := Phrase(same.language, typed); got != same.want {
				t.Errorf("%s: %q is %q, want %q", same.language, typed, got, same.want)
			}
		}
	}
}

func TestIndexed_keepsPartsAndWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language   locale.Language
		text, want string
	}{
		{"en", "Wi-Fi Batteries", "wi fi wifi battery"},
		{"en", `Notebook 15.6" 256 GB`, "notebook 15d6in 15d6 15in 256gb 256"},
		{"en", "Boxes, watches and lenses", "box watch and lens"},
		{"de", "Kühlschränke", Indexed("de", "Kuehlschrank")},
		{"sv", "Skor", Indexed("sv", "skor")},
	} {
		if got := Indexed(c.language, c.text); got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.language, c.text, got, c.want)
		}
	}
}

func TestCodes_areAllWaysToTypeThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		numbers []string
		text    string
		want    []string
	}{
		{[]string{"HP-15s_da0"}, "", []string{"hp15", "hp15s", "hp15sda", "hp15sda0"}},
		{[]string{"0882780756328"}, "", []string{"0882780756328", "882780756328"}},
		{nil, "Brother TN-2110 toner 256 GB 15.6\" black", []string{"tn2110"}},
		{[]string{"80"}, "HP 80", []string{"80"}},
		{[]string{"", "--", "é"}, "", []string{"e"}},
	} {
		if diff := cmp.Diff(c.want, Codes(c.numbers, c.text)); diff != "" {
			t.Errorf("%v %q: %s", c.numbers, c.text, diff)
		}
	}
}

func TestReadings_goDownTheLadder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query  string
		prefix bool
		want   []string
	}{
		{"laser printer", false, []string{"as_typed: laser printer", "relaxed: laser printer", "nothing: laser printer"}},
		{"lazer prinetr", false, []string{"corrected: laser printer", "relaxed: laser printer", "nothing: lazer prinetr"}},
		{"usbcable", false, []string{"joined: usb cable", "relaxed: usb cable", "nothing: usbcable"}},
		{"laserprinter", false, []string{"joined: laser printer", "relaxed: laser printer", "nothing: laserprinter"}},
		{"key board", false, []string{"joined: keyboard", "nothing: key board"}},
		{"laser xqzvbw", false, []string{"dropped: laser", "nothing: laser xqzvbw"}},
		{"laser wireless", false, []string{"as_typed: laser wireless", "relaxed: laser wireless", "nothing: laser wireless"}},
		{"noteb", true, []string{"as_typed: noteb", "nothing: noteb"}},
		{"noteb ", true, []string{"nothing: noteb"}},
		{"xqzvbw", false, []string{"nothing: xqzvbw"}},
		{"tn 2110", false, []string{"as_typed: tn 2110", "joined: tn2110", "relaxed: tn 2110", "nothing: tn 2110"}},
		{"discription", false, []string{"as_typed: discription", "nothing: discription"}},
		{"2111", false, []string{"nothing: 2111"}},
		{"tn2111", false, []string{"nothing: tn2111"}},
		{"cafe creme", false, []string{"as_typed: cafe creme", "relaxed: cafe creme", "nothing: cafe creme"}},
		{"caffe", false, []string{"corrected: café", "nothing: caffe"}},
		{"", false, []string{"nothing: "}},
	} {
		if diff := cmp.Diff(c.want, ladder(shop(t, nil), c.query, c.prefix)); diff != "" {
			t.Errorf("%q: %s", c.query, diff)
		}
	}
}

// gadgets is a vocabulary in which words are told apart by their neighbors.
func gadgets() Understanding {
	v := NewVocabulary("en")
	for i := range 20 {
		v.Put(int64(i+1), []string{"Table with description"}, nil)
	}
	for i, title := range []string{"USB Cable", "USB Stick 8 GB", "Smartwatch", "Smart Home Hub", "Watch Strap", "Brother TN-2110"} {
		v.Put(int64(i+100), []string{title}, []string{"usbstick discription"}[:max(0, 1-i)])
	}
	return Understanding{Language: "en", Vocabulary: v}
}

func TestReadings_repairByWhatStandsTogether(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{
		"usb xable":    {"corrected: usb cable", "relaxed: usb cable", "nothing: usb xable"},
		"xable":        {"corrected: table", "nothing: xable"},
		"smart waatch": {"corrected: smart watch", "corrected: smartwatch", "relaxed: smart watch", "nothing: smart waatch"},
		"smarthmoe":    {"corrected: smart home", "relaxed: smart home", "nothing: smarthmoe"},
		"discription":  {"as_typed: discription", "corrected: description", "nothing: discription"},
		"tn-2110usb":   {"joined: tn 2110 usb", "relaxed: tn 2110 usb", "relaxed: tn 2110 usb", "nothing: tn-2110usb"},
	} {
		if diff := cmp.Diff(want, ladder(gadgets(), query, false)); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
}

func TestReadings_askForOtherSpellingsOfTheSame(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]Group{
		"tn 2110":  {{Any: []string{"tn", "tn2110"}}, {Any: []string{"2110", "tn2110"}}},
		"usbstick": {{Any: []string{"usbstick", "usb stick"}}},
		"8 gb":     {{Any: []string{"8gb"}}},
		"8":        {{Any: []string{"8"}, Code: true}},
	} {
		if diff := cmp.Diff(want, first(gadgets(), query, false).Groups); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
}

func TestReadings_findArticleNumbersHoweverTyped(t *testing.T) {
	t.Parallel()
	u := shop(t, nil)
	for query, want := range map[string]Group{
		"hp-15s-da0":    {Any: []string{"hp15sda0", "hp 15s da0"}, Code: true},
		"HP15SDA0":      {Any: []string{"hp15sda0"}, Code: true},
		"882780756328":  {Any: []string{"882780756328"}, Code: true},
		"0882780756328": {Any: []string{"0882780756328", "882780756328"}, Code: true},
		"0882780":       {Any: []string{"0882780"}, Code: true, Prefix: true},
		"tn21":          {Any: []string{"tn21"}, Code: true, Prefix: true},
	} {
		r := first(u, query, false)
		if r.Stage != AsTyped || len(r.Groups) != 1 {
			t.Fatalf("%q: %+v", query, r)
		}
		if diff := cmp.Diff(want, r.Groups[0]); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
}

func TestReadings_useTheLexicon(t *testing.T) {
	t.Parallel()
	lexicon := NewLexicon("en", 7, []Synonym{
		{Words: []string{"Laptop", "Notebooks"}}, {From: "fone", To: []string{"phone", "cell phone"}}, {From: "wireless mouse", To: []string{"mice"}},
	}, []string{"cheap"})
	u := shop(t, lexicon)
	for query, want := range map[string][]Group{
		"cheap laptops":      {{Any: []string{"laptop", "notebook"}}},
		"cheap":              {{Any: []string{"cheap"}}},
		"fone":               {{Any: []string{"fone", "cell phone", "phone"}}},
		"phone":              {{Any: []string{"phone"}}},
		"hp wireless mouse":  {{Any: []string{"hp"}}, {Any: []string{"wireless mouse", "mouse"}}},
		"lock for notebooks": {{Any: []string{"lock"}}, {Any: []string{"notebook", "laptop"}}},
	} {
		r := first(u, query, false)
		if query == "cheap" { // nothing has it
			if r.Stage != Nothing {
				t.Errorf("%q: %+v", query, r)
			}
			continue
		}
		if diff := cmp.Diff(want, r.Groups); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
	if (*Lexicon)(nil).Version() != 0 || lexicon.Version() != 7 {
		t.Error("versions tell lexicons apart")
	}
}

func TestReadings_tellWhatWasDropped(t *testing.T) {
	t.Parallel()
	r := first(shop(t, nil), "Wireless qqxxyy mouse", false)
	if r.Stage != Dropped || r.Used != "wireless mouse" || !slices.Equal(r.Left, []string{"qqxxyy"}) || len(r.Groups) != 2 {
		t.Errorf("%+v", r)
	}
}

func TestReadings_areBounded(t *testing.T) {
	t.Parallel()
	u := shop(t, nil)
	for _, query := range []string{strings.Repeat("mouse ", 5000), strings.Repeat("x", 1<<20), strings.Repeat("a-", 4000), strings.Repeat("ノ", 9000), strings.Repeat("1.5", 9000)} {
		readings := 0
		for r := range u.Readings(query, true) {
			readings++
			if len(r.Groups) > mostWords {
				t.Errorf("%d groups", len(r.Groups))
			}
		}
		if readings > 12 {
			t.Errorf("%d readings", readings)
		}
	}
}

func TestIntents_meanTheThingNotItsAccessory(t *testing.T) {
	t.Parallel()
	lexicon := NewLexicon("en", 1, []Synonym{{Words: []string{"laptop", "notebook"}}}, nil)
	i := NewIntents("en", lexicon, []Category{
		{1, "Laptop locks", 40}, {2, "Notebooks", 30}, {3, "Laser printers", 9}, {4, "Inkjet printers", 12}, {5, "Cables & Adapters", 50}, {6, "Empty things", 0},
	})
	for query, want := range map[string]struct{ category, ppm int64 }{
		"laptop":        {2, surelyNamed},
		"HP laptops":    {2, surelyHead},
		"laptop lock":   {1, surelyNamed},
		"printer":       {4, surelyKind},
		"laser printer": {3, surelyNamed},
		"adapter":       {5, surelyNamed},
		"lock":          {1, surelyKind},
		"empty things":  {},
		"notebook bag":  {},
		"":              {},
	} {
		category, ppm, ok := i.Of(query)
		if category != want.category || ppm != want.ppm || ok != (want.category != 0) {
			t.Errorf("%q means %d by %d", query, category, ppm)
		}
	}
	fr := NewIntents("fr", nil, []Category{{1, "Housses d'ordinateur", 5}, {2, "Ordinateurs portables", 4}})
	if c, _, _ := fr.Of("ordinateur"); c != 2 {
		t.Errorf("ordinateur means %d", c)
	}
}
