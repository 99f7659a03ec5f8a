package metafield_test

import (
	"context"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/testkit"
)

func open(t *testing.T) *metafield.Service {
	t.Helper()
	db := testkit.DB(t)
	return metafield.NewService(db, event.NewOutbox(db), audit.New(db))
}

func input(typ, value string) metafield.Input {
	return metafield.Input{Namespace: "custom", Key: "care", Type: typ, Value: value, Visibility: metafield.Public}
}

func TestSet_replacesByNameAndKeepsTheIdentity(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := context.Background()
	owner := metafield.Owner{Kind: "variant", ID: 7}
	if err := s.Set(ctx, owner, []metafield.Input{input("single_line_text_field", "cold")}); err != nil {
		t.Fatal(err)
	}
	before, _ := s.Of(ctx, owner)
	if err := s.Set(ctx, owner, []metafield.Input{input("number_integer", "30")}); err != nil {
		t.Fatal(err)
	}
	after, err := s.Of(ctx, owner)
	if err != nil || len(after) != 1 || after[0].ID != before[0].ID || after[0].Value != "30" {
		t.Errorf("%+v, %v", after, err)
	}
	many, err := s.OfMany(ctx, "variant", []int64{7, 8})
	if err != nil || len(many[7]) != 1 || len(many[8]) != 0 {
		t.Errorf("%+v, %v", many, err)
	}
	if err := s.Set(ctx, owner, []metafield.Input{input("", "")}); err != nil {
		t.Fatal(err)
	}
	if left, _ := s.Of(ctx, owner); len(left) != 0 {
		t.Errorf("%+v", left)
	}
}

func TestValidate_holdsAValueAgainstItsType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, value, reason string }{
		{"number_integer", "30", ""},
		{"number_integer", "30.5", "invalid_value"},
		{"number_decimal", "30.5", ""},
		{"number_decimal", "1e9", "invalid_value"},
		{"boolean", "true", ""},
		{"boolean", "yes", "invalid_value"},
		{"date", "2026-02-28", ""},
		{"date", "2026-02-30", "invalid_value"},
		{"json", `{"a":1}`, ""},
		{"json", `{a:1}`, "invalid_value"},
		{"list.single_line_text_field", `["a"]`, ""},
		{"list.single_line_text_field", `a`, "invalid_value"},
		{"teleport", "x", "invalid_type"},
	} {
		err := input(c.typ, c.value).Validate()
		if (c.reason == "") != (err == nil) || (c.reason != "" && !fault.Is(err, c.reason)) {
			t.Errorf("%s %q: %v", c.typ, c.value, err)
		}
	}
}

func TestSet_writesNothingIfOneIsWrong(t *testing.T) {
	t.Parallel()
	s := open(t)
	owner := metafield.Owner{Kind: "product", ID: 7}
	bad := input("boolean", "yes")
	bad.Namespace, bad.Visibility = "a b", "secret"
	err := s.Set(context.Background(), owner, []metafield.Input{input("boolean", "true"), bad})
	faults := fault.All(err)
	if len(faults) != 3 || faults[0].Path[1] != "1" {
		t.Errorf("%v", err)
	}
	if left, _ := s.Of(context.Background(), owner); len(left) != 0 {
		t.Errorf("%+v", left)
	}
}
