package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// cut gives the records of a text, each as its cells and its damage.
func cut(t testing.TB, text string, limits Limits) (cells [][]string, damages []damage, lines []int) {
	t.Helper()
	r := newReader(strings.NewReader(text), int64(len(text)), limits)
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return cells, damages, lines
		}
		if err != nil {
			t.Fatal(err)
		}
		row := []string{}
		for i := range rec.width() {
			row = append(row, string(rec.cell(i)))
		}
		cells, damages, lines = append(cells, row), append(damages, rec.damage), append(lines, rec.line)
	}
}

func TestReader_readsWhatFilesHold(t *testing.T) {
	t.Parallel()
	text := "\xef\xbb\xbfHandle,Title\r\n\na,\"b\r\nc\nd\"\n\n\"say \"\"hi\"\"\",5\" pipe\r,\n\"x\"y,lost\nlast,\"cut\noff"
	cells, damages, lines := cut(t, text, DefaultLimits())
	want := [][]string{{"Handle", "Title"}, {"a", "b\r\nc\nd"}, {`say "hi"`, `5" pipe`}, {"", ""}, {"x"}, {"last", "cut\noff"}}
	if diff := cmp.Diff(want, cells); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]damage{intact, intact, intact, intact, strayQuote, endsInside}, damages); diff != "" {
		t.Errorf("damage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 3, 7, 8, 9, 10}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestReader_oneUnclosedQuoteDoesNotTakeTheFile(t *testing.T) {
	t.Parallel()
	limits := Limits{FileBytes: 1 << 20, Rows: 1000, Columns: 10, CellBytes: 64}
	cells, damages, _ := cut(t, "h,t\na,\"never closed\n"+strings.Repeat("b,c\n", 100)+"z,last\n", limits)
	if damages[1] != cellTooLong {
		t.Errorf("damage of the unclosed cell: %v", damages[1])
	}
	if last := cells[len(cells)-1]; last[0] != "z" || len(cells) < 80 {
		t.Errorf("%d records, the last %v", len(cells), last)
	}
}

func TestOpen_refusesWholeFiles(t *testing.T) {
	t.Parallel()
	limits := Limits{FileBytes: 200, Rows: 2, Columns: 4, CellBytes: 50}
	for reason, text := range map[string]string{
		"empty_file":       "\n\n",
		"no_handle_column": "Title,Vendor\na,b\n",
		"too_many_columns": "Handle,a,b,c,d\n",
		"too_many_rows":    "Handle\na\nb\nc\n",
		"file_too_large":   "Handle\n" + strings.Repeat("x", 200),
		"wrong_separator":  "Handle;Title;Vendor\n",
		"damaged_header":   "Handle,\"Title\n",
		"not_utf8":         "\xff\xfeH\x00a\x00",
	} {
		settings := testSettings()
		settings.Limits = limits
		_, err := Open(context.Background(), strings.NewReader(text), int64(len(text)), settings)
		if !fault.Is(err, reason) || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: got %v", reason, err)
		}
	}
}

func TestSpool_unpacksAndRefusesBombs(t *testing.T) {
	t.Parallel()
	packed := gzipped(t, bytes.Repeat([]byte("a"), 1<<20))
	if _, err := NewSpool(bytes.NewReader(packed), t.TempDir(), Limits{FileBytes: 1 << 19}); !fault.Is(err, "file_too_large") {
		t.Errorf("a file that unpacks beyond the limit: %v", err)
	}
	if _, err := NewSpool(bytes.NewReader(packed[:len(packed)/2]), t.TempDir(), DefaultLimits()); !fault.Is(err, "damaged_archive") {
		t.Errorf("half an archive: %v", err)
	}
	s, err := NewSpool(bytes.NewReader(packed), t.TempDir(), DefaultLimits())
	if err != nil || s.Size() != 1<<20 {
		t.Fatalf("size %v: %v", s, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// FuzzOpen: no file makes the reader fail or stop, every record is judged once,
// and what is accepted comes back from an export as it was.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("Handle,Title,Variant Price,Option1 Name,Option1 Value\na,A,1.00,Size,S\na,,2.00,,M\n"))
	f.Add([]byte("Handle,Title,Body (HTML),Variant Price,Tags\nb,\"=B\nx\",<p onclick=1>a<script>,1,\"x, =y\"\n\"c\"d,\xff,,,\n"))
	f.Add([]byte("Handle,Image Src,K (product.metafields.a.k)\r\nc,https://a.example.com/b.jpg,x; y\r,,\n\"end"))
	f.Fuzz(func(t *testing.T, data []byte) {
		opened, err := Open(context.Background(), bytes.NewReader(data), int64(len(data)), testSettings())
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		report, products := readAll(t, data)
		if report.Records != opened.Records() || report.Accepted+report.Warned+report.Rejected != report.Records {
			t.Fatalf("%d records, judged %d", opened.Records(), report.Records)
		}
		first := write(t, drafts(products))
		if _, err := csv.NewReader(bytes.NewReader(first)).ReadAll(); err != nil {
			t.Fatalf("the export is no CSV: %v", err)
		}
		_, again := readAll(t, first)
		if second := write(t, drafts(again)); !bytes.Equal(first, second) {
			t.Fatalf("export, import, export:\n%s\n%s", first, second)
		}
	})
}
