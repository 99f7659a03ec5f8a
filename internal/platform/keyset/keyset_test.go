package keyset_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// things is a list with a column of each type that rooms sort by.
const things = `(VALUES (1::bigint, 'a', 10::bigint, timestamptz '2026-01-01Z', 0.5::numeric), (2, 'b', 20, 'infinity', 1.5), (3, 'b', 20, 'infinity', 1.5)) t (id, name, rank, at, weight)`

func read(t *testing.T, conn postgres.Conn, o keyset.Order, args page.Args) (page.Slice[keyset.Row], error) {
	t.Helper()
	w, err := args.Window(1, 250)
	if err != nil {
		t.Fatal(err)
	}
	return keyset.From(things).Page(context.Background(), conn, w, o)
}

var orders = map[string]keyset.Order{
	"text":        {Expr: "t.name", Type: "text", ID: "t.id"},
	"bigint":      {Expr: "t.rank", Type: "bigint", ID: "t.id"},
	"timestamptz": {Expr: "t.at", Type: "timestamptz", ID: "t.id"},
	"numeric":     {Expr: "t.weight", Type: "numeric", ID: "t.id"},
}

func TestPage_walksTheWholeListByEveryType(t *testing.T) {
	t.Parallel()
	conn := testkit.DB(t).Pool()
	for name, o := range orders {
		var got []int64
		var after *string
		for range 4 {
			s, err := read(t, conn, o, page.Args{After: after})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got = append(got, keyset.IDs[int64](s)...)
			if after = s.Info.EndCursor; !s.Info.HasNextPage {
				break
			}
		}
		if fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPage_refusesForgedCursors(t *testing.T) {
	t.Parallel()
	conn := testkit.DB(t).Pool()
	for name, forged := range map[string][]any{
		"text":        {"a\x00b"},
		"bigint":      {"", "x", "1.5", "99999999999999999999", "1\x00"},
		"timestamptz": {"", "yesterday evening", "2026-02-31T00:00:00Z", "999999-01-01", "\x00"},
		"numeric":     {"", "x", "1e999999"},
	} {
		for _, value := range forged {
			cursor := page.Encode(value, 1)
			if _, err := read(t, conn, orders[name], page.Args{After: &cursor}); !fault.Is(err, "invalid_cursor") {
				t.Errorf("%s %q: %v", name, value, err)
			}
		}
	}
	for _, cursor := range []string{"?", page.Encode("a"), page.Encode("a", "b"), page.Encode(1, 1), page.Encode("a", 1.5)} {
		if _, err := read(t, conn, orders["text"], page.Args{Before: &cursor}); !fault.Is(err, "invalid_cursor") {
			t.Errorf("%s: %v", cursor, err)
		}
	}
}

// A value of a filter is no cursor.
func TestPage_doesNotBlameTheCursorThatIsNotThere(t *testing.T) {
	t.Parallel()
	q := keyset.From(things)
	q.Where("t.name = ?", "a\x00")
	_, err := q.Page(context.Background(), testkit.DB(t).Pool(), page.Window{Limit: 1}, orders["text"])
	if err == nil || fault.Is(err, "invalid_cursor") {
		t.Errorf("%v", err)
	}
}
