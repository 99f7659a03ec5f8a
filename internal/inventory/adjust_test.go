package inventory_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/testkit"
)

func by(v catalog.Variant, l inventory.Location, delta int64) inventory.AdjustLine {
	return inventory.AdjustLine{Variant: v.ID, Location: l.ID, Delta: &delta}
}

func to(v catalog.Variant, l inventory.Location, onHand int64) inventory.AdjustLine {
	return inventory.AdjustLine{Variant: v.ID, Location: l.ID, OnHand: &onHand}
}

// reasons of outcomes: "ok" where there is no refusal.
func reasons(outcomes []inventory.Outcome) []string {
	out := make([]string, len(outcomes))
	for i, o := range outcomes {
		if out[i] = "ok"; o.Refusal != nil {
			out[i] = o.Refusal.Reason
		}
	}
	return out
}

func TestAdjustMany_appliesWhatItCanAndSaysWhatItCannot(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, w := s.variants[0], s.variants[1]
	must[[]inventory.Level](t)(s.adjust("start", v, s.main, 5))
	lines := []inventory.AdjustLine{
		by(v, s.main, -3), by(w, s.main, -1), to(v, s.other, 7), by(catalog.Variant{ID: 99_999}, s.main, 1), by(w, inventory.Location{ID: 99_999}, 1),
	}
	lines[2].Reason = "found behind the shelf"
	want := []string{"ok", "insufficient_stock", "ok", "variant_not_found", "location_not_found"}
	first, err := s.AdjustMany(s.ctx, because("many"), inventory.EachLine, lines)
	if err != nil || !reflect.DeepEqual(reasons(first), want) {
		t.Fatalf("%v %v, want %v", reasons(first), err, want)
	}
	if first[0].Moved != -3 || first[0].Level.OnHand != 2 || first[2].Level.OnHand != 7 || first[1].Level.OnHand != 0 {
		t.Errorf("%+v", first)
	}
	if n := s.count(t, `SELECT count(*) FROM stock_movement WHERE kind = 'count' AND reason = 'found behind the shelf'`); n != 1 {
		t.Errorf("%d movements with the reason of their line", n)
	}

	must[[]inventory.Level](t)(s.adjust("later", v, s.main, 100))
	again, err := s.AdjustMany(s.ctx, because("many"), inventory.EachLine, lines)
	if err != nil || s.onHand(t, v, s.main) != 102 {
		t.Fatalf("%d on hand after the repeat, want 102 (%v)", s.onHand(t, v, s.main), err)
	}
	for i := range again {
		again[i].Level.UpdatedAt = first[i].Level.UpdatedAt
	}
	if !reflect.DeepEqual(reasons(again), want) || again[0].Level.OnHand != first[0].Level.OnHand || again[0].Moved != -3 {
		t.Errorf("the repeat reports %+v", again)
	}
	if _, err := s.AdjustMany(s.ctx, because("many"), inventory.EachLine, lines[:1]); !fault.Is(err, "idempotency_key_reused") {
		t.Errorf("other lines under the same key: %v", err)
	}
}

func TestAdjustMany_allOrNothingChangesNothingWhenALineIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, w := s.variants[0], s.variants[1]
	_, err := s.AdjustMany(s.ctx, because("many"), inventory.AllOrNothing, []inventory.AdjustLine{by(v, s.main, 4), by(w, s.main, -1)})
	if f, ok := fault.As(err); !ok || f.Reason != "insufficient_stock" || strings.Join(f.Path, ".") != "lines.1" {
		t.Fatalf("%v, want insufficient_stock at lines.1", err)
	}
	if s.onHand(t, v, s.main) != 0 || s.count(t, `SELECT count(*) FROM stock_level`) != 0 {
		t.Error("something has changed")
	}
	outcomes, err := s.AdjustMany(s.ctx, because("many"), inventory.AllOrNothing, []inventory.AdjustLine{by(v, s.main, 4)})
	if err != nil || outcomes[0].Level.OnHand != 4 {
		t.Errorf("the key of a refusal stays free: %v", err)
	}
}

func TestAdjustMany_refusesQuantitiesBeyondItsBounds(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.variants[0]
	for name, line := range map[string]inventory.AdjustLine{
		"no difference": by(v, s.main, 0), "2147483648": by(v, s.main, 2147483648), "9e15": by(v, s.main, 9e15),
		"-9e15": by(v, s.main, -9e15), "count of -1": to(v, s.main, -1), "count of 2147483648": to(v, s.main, 2147483648),
		"least": by(v, s.main, -1<<63), "most": to(v, s.main, 1<<63-1),
		"nothing": {Variant: v.ID, Location: s.main.ID}, "both": {Variant: v.ID, Location: s.main.ID, Delta: new(int64), OnHand: new(int64)},
	} {
		outcomes, err := s.AdjustMany(s.ctx, because("b-"+strings.ReplaceAll(name, " ", "-")), inventory.EachLine, []inventory.AdjustLine{line})
		if err != nil || outcomes[0].Refusal == nil || outcomes[0].Refusal.Kind != fault.Invalid {
			t.Errorf("%s: %+v %v", name, outcomes, err)
		}
	}
	many := make([]inventory.AdjustLine, inventory.MaxAdjust+1)
	if _, err := s.AdjustMany(s.ctx, because("long"), inventory.EachLine, many); !fault.Is(err, "invalid_lines") {
		t.Errorf("%d lines: %v", len(many), err)
	}
	outcomes, err := s.AdjustMany(s.ctx, because("twice"), inventory.EachLine, []inventory.AdjustLine{by(v, s.main, 1), to(v, s.main, 5)})
	if err != nil || !reflect.DeepEqual(reasons(outcomes), []string{"duplicate_line", "duplicate_line"}) {
		t.Errorf("two lines of a level: %v %v", reasons(outcomes), err)
	}
}

func (s *store) tell(t *testing.T, papers int64, asOf time.Time, lines ...inventory.AdjustLine) []inventory.Outcome {
	t.Helper()
	why := inventory.Cause{Reason: "feed", ReferenceKind: "feed", ReferenceID: papers}
	return must[[]inventory.Outcome](t)(s.Tell(s.ctx, why, asOf, lines))
}

func TestTell_doesNotUndoWhatHappenedSince(t *testing.T) {
	t.Parallel()
	s := open(t)
	v, clock := s.variants[0], testkit.Clock(t, s.db)
	must[[]inventory.Level](t)(s.adjust("start", v, s.main, 10))
	clock.Advance(time.Hour)
	counted := clock.Now()
	clock.Advance(time.Minute)
	must[[]inventory.Level](t)(s.adjust("sold", v, s.main, -2))
	clock.Advance(time.Minute)

	if got := s.tell(t, 1, counted, to(v, s.main, 11))[0]; got.Moved != 1 || s.onHand(t, v, s.main) != 9 {
		t.Fatalf("moved %d to %d, want 1 to 9: two pieces left after the count", got.Moved, s.onHand(t, v, s.main))
	}
	clock.Advance(time.Minute)
	if got := s.tell(t, 1, counted.Add(90*time.Second), to(v, s.main, 9))[0]; got.Moved != 0 {
		t.Errorf("moved %d: what the feed itself corrected is no news to it", got.Moved)
	}
	if got := s.tell(t, 1, counted, to(v, s.main, 1))[0]; got.Refusal == nil || got.Refusal.Reason != "insufficient_stock" {
		t.Errorf("%+v: one piece was left before two were taken", got)
	}
	if got := s.tell(t, 1, time.Time{}, to(v, s.main, 4))[0]; got.Moved != -5 || s.onHand(t, v, s.main) != 4 {
		t.Errorf("moved %d: without an instant it is now", got.Moved)
	}
}

func TestTell_differencesOfOneLevelFollowEachOther(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.variants[0]
	outcomes := s.tell(t, 1, time.Time{}, by(v, s.main, 3), by(v, s.main, -5), by(v, s.main, -2), to(s.variants[1], s.main, 1), to(s.variants[1], s.main, 2))
	want := []string{"ok", "insufficient_stock", "ok", "duplicate_line", "duplicate_line"}
	if !reflect.DeepEqual(reasons(outcomes), want) || s.onHand(t, v, s.main) != 1 {
		t.Errorf("%v and %d on hand, want %v and 1", reasons(outcomes), s.onHand(t, v, s.main), want)
	}
}

// stocked gives the variants SKUs and a barcode that both have.
func (s *store) stocked(t *testing.T) {
	t.Helper()
	for i, v := range s.variants {
		sku, code := fmt.Sprintf("SKU-%d", i), "4006381333931"
		s.variants[i] = must[catalog.Variant](t)(s.catalog.UpdateVariant(s.ctx, v.ID, v.Version, catalog.VariantChange{SKU: &sku, Barcode: &code}))
	}
}

func (s *store) sheet(t *testing.T, key, text string) inventory.SheetReport {
	t.Helper()
	return must[inventory.SheetReport](t)(s.AdjustSheet(s.ctx, because(key), inventory.Sheet{Content: []byte(text)}))
}

func lineReasons(r inventory.SheetReport) string {
	var out []string
	for _, row := range r.Rows {
		text := "ok"
		if row.Refusal != nil {
			text = row.Refusal.Reason
		}
		out = append(out, fmt.Sprintf("%d:%s", row.Line, text))
	}
	return strings.Join(out, " ")
}

func TestAdjustSheet_saysOfEachLineWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stocked(t)
	text := "\ufeffSKU;Variant;Barcode;Location;Delta;On Hand;Reason;Colour\r\n" +
		"SKU-0;;;main;+5;;arrived;red\r\n" + // 2
		"SKU-0;;;other;;2147483648;;\r\n" +
		"SKU-0;;;nowhere;1;;;\r\n" +
		"none;;;main;1;;;\r\n" +
		";;4006381333931;main;1;;;\r\n" + // 6
		";" + fmt.Sprintf("gid://souk/ProductVariant/%d", s.variants[1].ID) + ";;main;;3;;\r\n" +
		"SKU-1;;;other;1.5;;;\r\n" +
		"SKU-1;;;other;9e15;;;\r\n" +
		"SKU-1;;;other;=1+1;;;\r\n" +
		"=SKU-1;;;other;1;;;\r\n" + // 11
		"SKU-1;;;other;1;2;;\r\n" +
		"SKU-1;;;other;;;;\r\n" +
		"\"SKU-1;;;other;1;;;\r\n" +
		"SKU-1;;;other;-1;;;\r\n" + // 15
		"SKU-1;;;;1;;;\r\n" +
		"SKU-0;;;other;1;;;\r\n" + // 17: the same level as 18
		fmt.Sprint(";", s.variants[0].ID, ";;other;1;;;\r\n")
	want := "2:ok 3:invalid_quantity 4:location_not_found 5:variant_not_found 6:ambiguous_barcode 7:ok 8:not_whole 9:not_whole " +
		"10:formula 11:formula 12:one_quantity 13:one_quantity 14:damaged_line 15:insufficient_stock 16:required 17:duplicate_line 18:duplicate_line"
	dry := must[inventory.SheetReport](t)(s.AdjustSheet(s.ctx, inventory.Cause{}, inventory.Sheet{Content: []byte(text), DryRun: true}))
	if lineReasons(dry) != want || s.count(t, `SELECT count(*) FROM stock_level`) != 0 {
		t.Fatalf("dry run\n got %s\nwant %s", lineReasons(dry), want)
	}
	report := s.sheet(t, "file", text)
	if lineReasons(report) != want {
		t.Fatalf("\n got %s\nwant %s", lineReasons(report), want)
	}
	if report.Lines != 17 || report.Changed != 2 || report.Refused != 15 || !reflect.DeepEqual(report.Ignored, []string{"Colour"}) {
		t.Errorf("%+v", report)
	}
	if s.onHand(t, s.variants[0], s.main) != 5 || s.onHand(t, s.variants[1], s.main) != 3 {
		t.Error("not as the file says")
	}
	if n := s.count(t, `SELECT count(*) FROM stock_movement WHERE reason = 'arrived'`); n != 1 {
		t.Errorf("%d movements with the reason of their line", n)
	}
}

// bigSheet adds one piece to each of several hundred levels: more than a
// transaction takes.
func (s *store) bigSheet(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("variant,location,delta\n")
	for i := range n {
		l := must[inventory.Location](t)(s.CreateLocation(s.ctx, inventory.NewLocation{Handle: fmt.Sprintf("l-%d", i), Name: "L"}))
		fmt.Fprintf(&b, "%d,%s,1\n", s.variants[0].ID, l.Handle)
	}
	return b.String()
}

func TestAdjustSheet_goesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	s := open(t)
	text := s.bigSheet(t, inventory.MaxAdjust+20)
	// the second portion cannot be written, as when the shop ends in between
	exec := func(sql string) {
		if _, err := s.db.Conn(s.ctx).Exec(s.ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
		IF (SELECT count(*) FROM stock_movement) >= 250 THEN RAISE EXCEPTION ''the server ends''; END IF; RETURN NULL; END'`)
	exec(`CREATE TRIGGER crash BEFORE INSERT ON stock_movement FOR EACH STATEMENT EXECUTE FUNCTION crash()`)
	report, err := s.AdjustSheet(s.ctx, because("file"), inventory.Sheet{Content: []byte(text)})
	if err == nil || report.Changed != inventory.MaxAdjust {
		t.Fatalf("%d changed, then %v", report.Changed, err)
	}
	exec(`DROP TRIGGER crash ON stock_movement`)
	for range 2 {
		if report = s.sheet(t, "file", text); report.Changed != inventory.MaxAdjust+20 || report.Refused != 0 {
			t.Fatalf("%d changed, %d refused", report.Changed, report.Refused)
		}
	}
	if n := s.count(t, `SELECT sum(on_hand) FROM stock_level`); n != inventory.MaxAdjust+20 {
		t.Errorf("%d pieces, want each line once", n)
	}
	if _, err := s.AdjustSheet(s.ctx, because("file"), inventory.Sheet{Content: []byte(text + "\n")}); !fault.Is(err, "idempotency_key_reused") {
		t.Errorf("another file under the key: %v", err)
	}
}
