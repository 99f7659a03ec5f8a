package tax_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/testkit"
)

func open(t *testing.T) (*tax.Service, *postgres.DB) {
	t.Helper()
	db := testkit.DB(t)
	return tax.NewService(db, event.NewOutbox(db), audit.New(db)), db
}

func german() tax.Input {
	return tax.Input{Country: "DE", Name: "VAT 19%", PPM: 190_000, Delivery: true, Active: true}
}

func create(t *testing.T, s *tax.Service, in tax.Input) tax.Rate {
	t.Helper()
	r, err := s.Create(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWrites_keepTheBooks(t *testing.T) {
	t.Parallel()
	s, db := open(t)
	ctx := context.Background()
	r := create(t, s, german())
	in := german()
	in.PPM = 160_000
	after, err := s.Update(ctx, r.ID, r.Version, in)
	if err != nil || after.Version != 2 || after.PPM != 160_000 {
		t.Fatalf("%+v, %v", after, err)
	}
	if err := s.Delete(ctx, r.ID, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ByID(ctx, r.ID); !errors.Is(err, tax.ErrNotFound) {
		t.Errorf("%v", err)
	}
	var actions, facts string
	err = db.Conn(ctx).QueryRow(ctx, `
		SELECT (SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entry WHERE subject_kind = 'tax_rate' AND subject_id = $1),
			(SELECT string_agg(payload ->> 'version', ' ' ORDER BY id) FROM outbox WHERE topic = 'tax_rate.changed')`,
		int64(r.ID)).Scan(&actions, &facts)
	if err != nil || actions != "tax_rate.create tax_rate.update tax_rate.delete" || facts != "1 2 3" {
		t.Errorf("%q, %q, %v", actions, facts, err)
	}
}

func TestWrites_refuseAStaleVersion(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ctx := context.Background()
	r := create(t, s, german())
	if _, err := s.Update(ctx, r.ID, 9, german()); !errors.Is(err, tax.ErrStale) {
		t.Errorf("update: %v", err)
	}
	if err := s.Delete(ctx, r.ID, 9); !errors.Is(err, tax.ErrStale) {
		t.Errorf("delete: %v", err)
	}
	if _, err := s.Update(ctx, r.ID+1, 1, german()); !errors.Is(err, tax.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestUpdate_waitsForAnotherWriterAndIsStaleThen(t *testing.T) {
	t.Parallel()
	s, db := open(t)
	ctx := context.Background()
	r := create(t, s, german())
	second := make(chan error, 1)
	err := db.InTx(ctx, func(tx context.Context) error {
		if _, err := s.Update(tx, r.ID, r.Version, german()); err != nil {
			return err
		}
		go func() {
			_, err := s.Update(ctx, r.ID, r.Version, german())
			second <- err
		}()
		return waiting(ctx, db)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-second; !errors.Is(err, tax.ErrStale) {
		t.Errorf("both wrote the same version: %v", err)
	}
}

// waiting returns when somebody waits for a lock.
func waiting(ctx context.Context, db *postgres.DB) error {
	for n := 0; n == 0; {
		err := db.Pool().QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
		if err != nil {
			return err
		}
	}
	return nil
}

func TestCreate_reportsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	_, err := s.Create(context.Background(), tax.Input{Country: "US", Zone: "Bavaria", Name: "  ", PPM: tax.MaxPPM + 1, TaxCode: strings.Repeat("x", 256)})
	var got []string
	for _, e := range fault.All(err) {
		got = append(got, e.Reason+" "+strings.Join(e.Path, "."))
	}
	if s := strings.Join(got, ", "); s != "zone_unknown subdivision, required name, out_of_range rate, too_long taxCode" {
		t.Error(s)
	}
	for _, country := range []locale.Country{"", "ZZ", "DEU", "*"} {
		in := german()
		in.Country = country
		if _, err := s.Create(context.Background(), in); !fault.Is(err, "invalid_country") {
			t.Errorf("%q: %v", country, err)
		}
	}
}

func TestCreate_writesPlacesInTheirOneForm(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	r := create(t, s, tax.Input{Country: "us", Zone: "california", TaxCode: " food ", Name: " Sales tax ", PPM: 72_500, Delivery: true, Active: true})
	if r.Country != "US" || r.Zone != "CA" || r.TaxCode != "food" || r.Name != "Sales tax" || r.Delivery {
		t.Errorf("%+v", r)
	}
	_, err := s.Create(context.Background(), tax.Input{Country: "US", Zone: "US-CA", TaxCode: "food", Name: "Sales tax", PPM: 1})
	if !fault.Is(err, "already_exists") {
		t.Errorf("the same place under another name: %v", err)
	}
}

func TestPage_filtersAndSortsByPlace(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ctx := context.Background()
	create(t, s, tax.Input{Country: "US", Zone: "NY", Name: "NY", Active: true})
	create(t, s, tax.Input{Country: "US", Zone: "CA", Name: "CA", Active: false})
	create(t, s, tax.Input{Country: "US", Name: "Federal", TaxCode: "Fuel", Active: true})
	create(t, s, german())
	yes, one := true, 1
	for want, f := range map[string]tax.Filter{
		"VAT 19% Federal CA NY": {},
		"Federal CA NY":         {Country: "US"},
		"Federal NY":            {Country: "US", Active: &yes},
		"Federal":               {Text: "fUEL"},
	} {
		var names []string
		args := page.Args{First: &one}
		for range 5 {
			p, err := s.Page(ctx, f, args)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range p.Items {
				names = append(names, r.Name)
			}
			if args.After = p.Info.EndCursor; !p.Info.HasNextPage {
				break
			}
		}
		n, err := s.Count(ctx, f)
		if got := strings.Join(names, " "); got != want || int(n) != len(names) || err != nil {
			t.Errorf("%+v gives %q, %d, %v", f, got, n, err)
		}
	}
}

func TestDirectory_takesCountryAndSubdivisionEachByTaxCode(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	for _, in := range []tax.Input{
		{Country: "CA", Name: "GST", PPM: 50_000, Delivery: true, Active: true},
		{Country: "CA", TaxCode: "food", Name: "GST food", PPM: 0, Active: true},
		{Country: "CA", TaxCode: "fuel", Name: "GST fuel", PPM: 90_000},
		{Country: "CA", Zone: "QC", Name: "QST", PPM: 99_750, Active: true},
		{Country: "CA", Zone: "QC", TaxCode: "book", Name: "QST book", PPM: 10, Active: true},
		{Country: "CA", Zone: "BC", Name: "PST", PPM: 70_000, Delivery: true, Active: true},
	} {
		create(t, s, in)
	}
	d := tax.NewDirectory(s)
	if got := d.Goods(postal.Place{Country: "CA"}, ""); got != nil {
		t.Errorf("before it was read: %v", got)
	}
	if err := d.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		to         postal.Place
		code       string
		want, sent string
	}{
		{postal.Place{Country: "CA"}, "", "[{GST 50000}]", "[{GST 50000}]"},
		{postal.Place{Country: "CA", Zone: "QC"}, "", "[{GST 50000} {QST 99750}]", "[{GST 50000}]"},
		{postal.Place{Country: "CA", Zone: "QC"}, "food", "[{GST food 0} {QST 99750}]", "[{GST 50000}]"},
		{postal.Place{Country: "CA", Zone: "quebec"}, "book", "[{GST 50000} {QST book 10}]", "[{GST 50000}]"},
		{postal.Place{Country: "CA", Zone: "BC"}, "book", "[{GST 50000} {PST 70000}]", "[{GST 50000} {PST 70000}]"},
		{postal.Place{Country: "CA", Zone: "ON"}, "fuel", "[{GST 50000}]", "[{GST 50000}]"}, // its own rate is not in force
		{postal.Place{Country: "US", Zone: "QC"}, "", "[]", "[]"},
		{postal.Place{}, "", "[]", "[]"},
	} {
		got, sent := fmt.Sprint(d.Goods(test.to, test.code)), fmt.Sprint(d.Delivery(test.to))
		if got != test.want || sent != test.sent {
			t.Errorf("%+v %q: %s, delivery %s", test.to, test.code, got, sent)
		}
	}
}
