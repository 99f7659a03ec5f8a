package order_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/testkit"
)

func TestByToken_opensWithTheRightSecretOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	o, other := s.paid(t), s.paid(t)
	token := s.Token(o)
	if got := must[order.Order](t)(s.ByToken(t.Context(), token)); got.ID != o.ID {
		t.Fatalf("opened order %d", got.ID)
	}
	_, signature, _ := strings.Cut(token, "-")
	for name, wrong := range map[string]string{
		"empty": "", "number alone": fmt.Sprint(o.ID), "no signature": fmt.Sprintf("%d-", o.ID),
		"another's": fmt.Sprintf("%d-%s", other.ID, signature), "no order": "999999-" + signature,
		"sign": fmt.Sprintf("+%d-%s", o.ID, signature), "zeros": fmt.Sprintf("0%d-%s", o.ID, signature), "space": " " + token,
		"cut": token[:len(token)-1], "longer": token + "A", "huge": "99999999999999999999-" + signature, "minus": "-" + token,
	} {
		if _, err := s.ByToken(t.Context(), wrong); !errors.Is(err, order.ErrNotFound) || err.Error() != order.ErrNotFound.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.db.Conn(s.ctx).Exec(s.ctx, `UPDATE sales_order SET epoch = 2 WHERE id = $1`, int64(o.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ByToken(t.Context(), token); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("a revoked token: %v", err)
	}
}

func TestTrack_findsByNumberAndAnySpellingOfTheAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.placement(t, 1)
	p.PayLater, p.Email = true, "Zoe\u0308@example.com"
	o := must[order.Order](t)(s.Place(s.ctx, p))
	if got := must[order.Order](t)(s.Track(t.Context(), o.Number, " ZO\u00cb@Example.COM\n", "c")); got.ID != o.ID {
		t.Errorf("found %d", got.ID)
	}
}

func TestTrack_missesAnswerAlikeAndAreCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	for _, miss := range []struct {
		number int64
		email  string
	}{{o.Number, "eve@example.com"}, {o.Number, ""}, {o.Number + 1, "ada@example.com"}, {-1, ""}, {o.Number + 1, ""}} {
		if _, err := s.Track(t.Context(), miss.number, miss.email, "c"); !errors.Is(err, order.ErrNotFound) || err.Error() != order.ErrNotFound.Error() {
			t.Errorf("%v: %v", miss, err)
		}
	}
	for i := range 20 { // each from somewhere else
		_, _ = s.Track(t.Context(), o.Number, "eve@example.com", fmt.Sprint("client ", i))
	}
	if _, err := s.Track(t.Context(), o.Number, o.Email, "owner"); !errors.Is(err, order.ErrAttempts) {
		t.Errorf("the number still answers after 20 guesses: %v", err)
	}
	for i := range 40 {
		_, _ = s.Track(t.Context(), 5000+int64(i), "eve@example.com", "eve")
	}
	other := s.paid(t)
	if _, err := s.Track(t.Context(), other.Number, other.Email, "eve"); !errors.Is(err, order.ErrAttempts) {
		t.Errorf("the client still is answered after 40 guesses: %v", err)
	}
	testkit.Clock(t, s.db).Advance(16 * time.Minute)
	must[order.Order](t)(s.Track(t.Context(), o.Number, o.Email, "eve"))
}

// down is a store that cannot count.
type down struct{ redis.Store }

func (down) Count(context.Context, string, time.Duration) (int64, error) {
	return 0, fault.New(fault.Unavailable, "redis_down", "no")
}

func TestTrack_refusesWhereTriesCannotBeCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	blind := order.NewService(order.Rooms{DB: s.db, Payments: s.payments, Attempts: down{s.store}})
	if _, err := blind.Track(t.Context(), o.Number, o.Email, "c"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestPage_sortsFiltersAndWalks(t *testing.T) {
	t.Parallel()
	s := open(t)
	var placed []order.Order
	for i := range 5 {
		testkit.Clock(t, s.db).Advance(time.Minute)
		p := s.placement(t, 5-i)
		p.PayLater, p.Email = true, fmt.Sprintf("buyer%d@example.com", i)
		placed = append(placed, must[order.Order](t)(s.Place(s.ctx, p)))
	}
	must[order.Order](t)(s.Hold(s.ctx, placed[1].ID, 1, ""))
	must[order.Order](t)(s.SetTags(s.ctx, placed[2].ID, 1, []string{"vip"}))
	walk := func(f order.Filter, by order.Sort, reverse bool) string {
		var got []string
		for args := (page.Args{First: ptr(2), Reverse: reverse}); ; {
			slice := must[page.Slice[order.Order]](t)(s.Page(s.ctx, f, by, args))
			for _, o := range slice.Items {
				got = append(got, fmt.Sprint(slices.IndexFunc(placed, func(p order.Order) bool { return p.ID == o.ID })))
			}
			if args.After = slice.Info.EndCursor; !slice.Info.HasNextPage {
				break
			}
		}
		if n := must[int64](t)(s.Count(s.ctx, f)); n != int64(len(got)) {
			t.Errorf("%+v: count %d, found %v", f, n, got)
		}
		return strings.Join(got, "")
	}
	for _, c := range []struct {
		want    string
		filter  order.Filter
		by      order.Sort
		reverse bool
	}{
		{want: "43210"},
		{want: "01234", reverse: true},
		{want: "01234", by: order.ByTotal},
		{want: "43210", by: order.ByNumber},
		{want: "1", filter: order.Filter{State: lifecycle.OnHold}},
		{want: "2", filter: order.Filter{Tag: "vip"}},
		{want: "3", filter: order.Filter{Email: "BUYER3@example.com "}},
		{want: "4", filter: order.Filter{Number: placed[4].Number}},
		{want: "0", filter: order.Filter{Text: "buyer0"}},
		{want: "43210", filter: order.Filter{Text: "a Love"}},
		{want: "2", filter: order.Filter{Text: fmt.Sprint("#", placed[2].Number)}},
		{want: "", filter: order.Filter{Text: "%"}},
		{want: "21", filter: order.Filter{From: placed[1].PlacedAt, Until: placed[3].PlacedAt}},
	} {
		if got := walk(c.filter, c.by, c.reverse); got != c.want {
			t.Errorf("%+v by %q: %s, want %s", c.filter, c.by, got, c.want)
		}
	}
}

func TestReads_sameNumberOfStatementsForAnyNumberOfOrders(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 12 {
		s.paid(t)
	}
	counts := map[string][]int{}
	for _, first := range []int{2, 12} {
		ctx, counter := postgres.CountStatements(s.ctx)
		slice := must[page.Slice[order.Order]](t)(s.Page(ctx, order.Filter{}, "", page.Args{First: &first}))
		counts["page"] = append(counts["page"], counter.Statements())
		var ids []order.ID
		for _, o := range slice.Items {
			ids = append(ids, o.ID)
		}
		ctx, counter = postgres.CountStatements(s.ctx)
		must[map[order.ID][]order.Entry](t)(s.Timeline(ctx, ids))
		counts["timeline"] = append(counts["timeline"], counter.Statements())
	}
	for name, n := range counts {
		if n[0] != n[1] || n[0] > 8 {
			t.Errorf("%s: %v statements", name, n)
		}
	}
}

func TestTimeline_tellsStaffAllAndBuyersLittle(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	now := testkit.Clock(t, s.db)
	now.Advance(time.Minute)
	o = must[order.Order](t)(s.Hold(s.ctx, o.ID, o.Version, "smells of fraud"))
	now.Advance(time.Minute)
	must[order.Note](t)(s.AddNote(s.ctx, o.ID, "called the bank"))
	now.Advance(time.Minute)
	o = must[order.Order](t)(s.Cancel(s.ctx, o.ID, o.Version, lifecycle.ByFraud, "bank says no"))
	var staff, buyer []string
	for _, e := range must[map[order.ID][]order.Entry](t)(s.Timeline(s.ctx, []order.ID{o.ID}))[o.ID] {
		staff = append(staff, e.Kind)
		if e.Public {
			buyer = append(buyer, e.Kind)
			if strings.Contains(e.Message, "fraud") || strings.Contains(e.Message, "bank") {
				t.Errorf("a buyer reads %q", e.Message)
			}
		}
	}
	if got := strings.Join(staff, " "); !strings.Contains(got, "order.held note") || !strings.HasPrefix(got, "order.placed payment.captured order.confirmed") || !strings.Contains(got, "order.cancelled") {
		t.Errorf("staff see %s", got)
	}
	if slices.Contains(buyer, "note") || slices.Contains(buyer, "order.held") || !slices.Contains(buyer, "order.cancelled") {
		t.Errorf("the buyer sees %v", buyer)
	}
}

// Each check is shown a book that breaks it.
func TestChecks_findWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	for want, sql := range map[string]string{
		"order.total_is_sum_of_parts":   `UPDATE order_line SET quantity = 3, subtotal = unit_price * 3, total = unit_price * 3 - discount`,
		"order.tax_is_sum_of_taxes":     `UPDATE order_tax SET amount = amount + 1 WHERE line_id IS NOT NULL`,
		"order.tax_is_rate_of_base":     `UPDATE order_tax SET rate_ppm = 70000`,
		"order.line_is_frozen":          `UPDATE order_line SET title = ' '`,
		"order.line_positions":          `UPDATE order_line SET position = 4`,
		"order.one_currency":            `UPDATE payment SET currency = 'USD'`,
		"order.has_payment":             `UPDATE payment SET order_id = NULL`,
		"order.confirmed_is_covered":    `UPDATE payment SET amount = 5, captured = 5`,
		"order.step_has_fact":           `UPDATE outbox SET topic = 'order.lost' WHERE topic = 'order.changed'`,
		"order.history_is_a_chain":      `INSERT INTO order_transition (order_id, sequence, event, before, after, actor_kind, at) SELECT order_id, 4, 'hold', after, 'on_hold', 'system', at FROM order_transition WHERE sequence = 2`,
		"order.history_is_legal":        `INSERT INTO order_transition (order_id, sequence, event, before, after, actor_kind, at) SELECT order_id, 3, 'expire', after, 'expired', 'system', at FROM order_transition WHERE sequence = 2`,
		"order.state_agrees_with_lines": `UPDATE sales_order SET state = 'completed'`,
		"order.has_lines":               `INSERT INTO sales_order (created_at, updated_at, number, state, market_id, market, country, language, currency, email, attributes, subtotal, discount, delivery, tax, total, tax_included, quote_hash, placed_at) SELECT created_at, updated_at, 1, state, market_id, market, country, language, currency, email, attributes, 0, 0, 0, 0, 0, true, '', placed_at FROM sales_order`,
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := over(t, testkit.DB(t))
			s.paid(t)
			asked := func() []string {
				var found []string
				for _, f := range must[[]doctor.Finding](t)(doctor.Run(s.ctx, s.db.Conn(s.ctx), order.Checks())) {
					found = append(found, f.Check.ID)
				}
				return found
			}
			if found := asked(); len(found) > 0 {
				t.Fatalf("sound books: %v", found)
			}
			if _, err := s.db.Conn(s.ctx).Exec(s.ctx, sql); err != nil {
				t.Fatal(err)
			}
			if found := asked(); !slices.Contains(found, want) {
				t.Errorf("found %v", found)
			}
		})
	}
}
