package sheet_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/sheet"
)

var bounds = sheet.Limits{Bytes: 1 << 20, Lines: 100}

func TestRead_knowsTheSeparatorsAndLineEndsOfRealFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"commas":     "SKU,On Hand\nA-1,5\n\"B,2\",7\n",
		"semicolons": "\ufeffsku;on_hand\r\nA-1;5\r\n\"B,2\";7",
		"tabs":       "sku\ton-hand\rA-1\t5\r\rB,2\t7\r",
		"notes":      "#a remark\n#Sequence = 12\nsku;on_hand\nA-1 ; 5\nB,2;\u00a07\u200b",
	} {
		table, err := sheet.Read([]byte(text), bounds)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, l := range table.Lines {
			got = append(got, table.Cell(l, "sku")+"="+table.Cell(l, "on_hand")+table.Cell(l, "delta"))
		}
		if strings.Join(got, " ") != "A-1=5 B,2=7" {
			t.Errorf("%s: %q", name, got)
		}
		if name == "notes" && (table.Notes["sequence"] != "12" || table.Lines[1].Number != 5) {
			t.Errorf("%v at line %d", table.Notes, table.Lines[1].Number)
		}
	}
}

func TestRead_aDamagedLineDoesNotSpoilTheNext(t *testing.T) {
	t.Parallel()
	text := "sku,delta\n\"A,1\nB,2\nC\"\xff,3\n\"D\"x,4\nE," + strings.Repeat("9", 600) + "\nF,6\n"
	table, err := sheet.Read([]byte(text), bounds)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range table.Lines {
		if l.Fault != nil {
			got = append(got, l.Fault.Reason)
			continue
		}
		got = append(got, table.Cell(l, "sku"))
	}
	if want := "damaged_line B not_utf8 damaged_line too_long F"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestRead_refusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	for text, reason := range map[string]string{
		"":                                   "no_columns",
		"#only=notes":                        "no_columns",
		"\xff\xfes\x00k\x00":                 "not_utf8",
		"sku,SKU\nA,B":                       "duplicate_column",
		"sku\n" + strings.Repeat("x\n", 101): "too_many_lines",
		strings.Repeat("x", 1<<20+1):         "file_too_large",
	} {
		if _, err := sheet.Read([]byte(text), bounds); !fault.Is(err, reason) {
			t.Errorf("%.20q: %v, want %s", text, err, reason)
		}
	}
}

func TestWhole_takesDigitsOnly(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"5": "", "+5": "", "-5": "", "007": "", "0": "",
		"": "required", "1.5": "not_whole", "1,5": "not_whole", "9e15": "not_whole", "-1.5": "not_whole", "--1": "not_whole",
		"1_000": "not_whole", "1 000": "not_whole", "0x10": "not_whole", "٣": "not_whole", "\"1\"": "not_whole",
		"2147483648": "invalid_quantity", "9999999999999999999999": "invalid_quantity", "-1000000001": "invalid_quantity",
		"=1+1": "formula", "@A1": "formula", "-2+3": "formula", "+1+cmd|' /C calc'!A0": "formula", "=-1": "formula",
	} {
		_, err := sheet.Whole(cell, -1_000_000_000, 1_000_000_000)
		if got := reason(err); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

func TestText_takesAFormulaOnlyBehindAnApostrophe(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{"A-1": "A-1", "'=A": "=A", "'A": "'A", "=A": "formula", "@x": "formula", "-A": "formula"} {
		text, err := sheet.Text(cell)
		if got := text + reason(err); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

func reason(err *fault.Error) string {
	if err == nil {
		return ""
	}
	return err.Reason
}

func TestRead_neverGivesMoreThanItsBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := "sku,delta\n" + string(rapid.SliceOf(rapid.SampledFrom([]byte("aA\",;\t\r\n#=1\x00\xc3\xa9'"))).Draw(t, "text"))
		table, err := sheet.Read([]byte(text), bounds)
		if err != nil {
			return
		}
		last := 1
		for _, l := range table.Lines {
			if l.Number <= last || l.Number > strings.Count(text, "\n")+strings.Count(text, "\r")+1 {
				t.Fatalf("line %d after %d", l.Number, last)
			}
			last = l.Number
		}
	})
}
