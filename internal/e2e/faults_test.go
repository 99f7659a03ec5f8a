package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/app"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// house is a shop of several processes over one database. It sells one product,
// of which there is so much that no test runs out of it.
type house struct {
	dir      string
	db       *postgres.DB
	settings []string
	variant  string
}

const ownersPassword = "correct horse battery staple"

// openHouse makes the database; the processes are the test's.
func openHouse(t *testing.T, settings ...string) *house {
	t.Helper()
	notShort(t)
	db := testkit.DB(t, testkit.WithClock(clock.System()), testkit.WithInvariants(app.Checks()...))
	h := &house{dir: t.TempDir(), db: db, settings: append([]string{"SOUK_ENV=dev", "DATABASE_URL=" + db.DirectURL(),
		"DATABASE_MAX_CONNS=8", "SOUK_ADMIN_PASSWORD=" + ownersPassword}, settings...)}
	h.must(t, "import", write(t, "plenty.csv", "Handle,Title,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Requires Shipping,Variant Grams\n"+
		"plenty,Plenty of it,PLENTY-1,5.00,shopify,100000,true,100\n"))
	h.must(t, "admin", "create", "--email", "owner@example.com", "--name", "Owner", "--role", "owner")
	h.variant = fmt.Sprintf("gid://souk/ProductVariant/%d", count(t, db, `SELECT v.id FROM variant v WHERE v.sku = 'PLENTY-1'`))
	return h
}

func (h *house) must(t *testing.T, args ...string) string {
	t.Helper()
	out, problems, err := souk(t, environment(h.dir, h.settings...), args...)
	if err != nil {
		t.Fatalf("souk %s: %v\n%s%s", strings.Join(args, " "), err, out, problems)
	}
	return out
}

// run starts a process of the house and waits until it is ready.
func (h *house) run(t *testing.T, command string, settings ...string) *shop {
	t.Helper()
	s, err := launchAs(command, h.dir, append(append([]string{}, h.settings...), settings...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.kill() })
	if err := s.ready(); err != nil {
		t.Fatal(err)
	}
	s.password = ownersPassword
	return s
}

// orders counts, with the charges that nobody gave back.
func (h *house) orders(t *testing.T) int {
	t.Helper()
	return count(t, h.db, `SELECT count(*) FROM sales_order`)
}

// exec changes what only time would change.
func (h *house) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := h.db.Conn(t.Context()).Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// forget makes payments look as if nobody had asked about them for a minute.
func (h *house) forget(t *testing.T) {
	t.Helper()
	h.exec(t, `UPDATE payment SET updated_at = updated_at - interval '1 minute' WHERE settled_at IS NULL`)
}

// sound asks the doctor.
func (h *house) sound(t *testing.T) {
	t.Helper()
	if out := h.must(t, "doctor"); !strings.Contains(out, "checks hold") {
		t.Error(out)
	}
}

// eventually waits for what must come within the limit.
func eventually(t *testing.T, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			t.Fatalf("%s: not after %s", what, limit)
		}
		time.Sleep(5 * pollEvery)
	}
	t.Logf("%s: after %s", what, time.Since(began).Round(100*time.Millisecond))
}

// caller asks a shop API beside the test's own goroutine: it gives errors back.
type caller struct {
	url  string
	pace <-chan time.Time // of all that share it; nil does not wait
}

func (c caller) ask(ctx context.Context, query string, variables map[string]any) (node, error) {
	if c.pace != nil {
		select {
		case <-c.pace:
		case <-ctx.Done():
			return node{}, ctx.Err()
		}
	}
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return node{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+shopAPI, strings.NewReader(string(body)))
	if err != nil {
		return node{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return node{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return node{}, err
	}
	var got struct{ Data, Errors any }
	if err := json.Unmarshal(text, &got); err != nil || got.Errors != nil || res.StatusCode != http.StatusOK {
		return node{}, fmt.Errorf("%d %s", res.StatusCode, clip(string(text)))
	}
	return node{got.Data}, nil
}

// step asks for a checkout mutation and takes its answer; a refusal is an error.
func (c caller) step(ctx context.Context, b *buyer, field, query string, variables map[string]any) (node, error) {
	got, err := c.ask(ctx, query, variables)
	if err != nil {
		return node{}, fmt.Errorf("%s: %w", field, err)
	}
	payload := got.at(field)
	if len(payload.at("userErrors").list()) > 0 || payload.at("checkout").v == nil {
		return node{}, fmt.Errorf("%s: %s", field, payload.json())
	}
	at := payload.at("checkout")
	b.id, b.token, b.quote = at.at("id").text(), at.at("token").text(), at.at("quoteHash").text()
	return payload, nil
}

// prepare is prepare for many at once.
func (c caller) prepare(ctx context.Context, variant, key string) (*buyer, error) {
	b := &buyer{}
	made, err := c.ask(ctx, createCart, map[string]any{"variant": variant, "n": 1})
	if err != nil {
		return nil, fmt.Errorf("cartCreate: %w", err)
	}
	if b.cart = made.at("cartCreate", "cart", "id").text(); b.cart == "" {
		return nil, errors.New(made.json())
	}
	if _, err := c.step(ctx, b, "checkoutStart", startCheckout, map[string]any{"cart": b.cart, "key": key}); err != nil {
		return nil, err
	}
	got, err := c.step(ctx, b, "checkoutSetShippingAddress", setAddress, map[string]any{"ref": b.ref()})
	if err != nil {
		return nil, err
	}
	parcel := got.at("checkout", "shipments", 0)
	_, err = c.step(ctx, b, "checkoutSelectShipping", selectDelivery, map[string]any{"ref": b.ref(), "shipment": parcel.at("id").v,
		"method": parcel.at("methods", 0, "handle").v})
	return b, err
}

// buy makes a whole purchase and gives what the submission was answered.
func (c caller) buy(ctx context.Context, variant, token, key string) (node, error) {
	b, err := c.prepare(ctx, variant, key)
	if err != nil {
		return node{}, err
	}
	return c.step(ctx, b, "checkoutComplete", complete, b.submission(token, key))
}

// approve has the buyer meet the challenge of the sandbox.
func approve(t *testing.T, s *shop, payment node) {
	t.Helper()
	page := payment.at("nextAction", "url").text()
	at := strings.Index(page, "/sandbox/")
	if at < 0 {
		t.Fatalf("no challenge: %s", payment.json())
	}
	if a := s.do(t, http.MethodPost, page[at:], form("verdict", "approve"), "Content-Type", "application/x-www-form-urlencoded"); a.status >= 400 {
		t.Fatalf("%d %s", a.status, clip(a.body))
	}
}

const cancelOrder = `mutation($id: ID!, $v: Int!) { orderCancel(id: $id, version: $v, reason: CUSTOMER) { order { state } userErrors { code } } }`

// cancel has staff cancel an order, whose money is owed then.
func (h *house) cancel(t *testing.T, s *shop, number int) {
	t.Helper()
	var id, version int
	if err := h.db.Conn(t.Context()).QueryRow(t.Context(), `SELECT id, version FROM sales_order WHERE number = $1`, number).Scan(&id, &version); err != nil {
		t.Fatal(err)
	}
	got := s.staff(t, s.owner(t), cancelOrder, map[string]any{"id": "gid://souk/Order/" + strconv.Itoa(id), "v": version})
	if got.at("orderCancel", "order", "state").text() != "CANCELLED" {
		t.Fatal(got.json())
	}
}

// undone is what waits for a worker.
func undone() map[string]string {
	return map[string]string{
		"settled":   `SELECT count(*) FROM payment WHERE settled_at IS NULL`,
		"mailed":    `SELECT count(*) FROM sales_order o WHERE NOT EXISTS (SELECT FROM mail_message m WHERE m.subject_id = o.id AND m.state = 'sent')`,
		"paid back": `SELECT count(*) FROM payment WHERE refund_state = 'owed'`,
	}
}

// TestWorker_killedInTheMiddleOfEachKindOfJob lets a worker begin to settle a
// payment, to write a mail and to give money back, holds all three jobs fast by
// locks on what they write, and kills it (kill -9). Its successor brings each to
// its end once, those about money within a minute.
func TestWorker_killedInTheMiddleOfEachKindOfJob(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "SOUK_JOBS_TIMEOUT=3s")
	rounds := 1
	if prove() {
		rounds = 6
	}
	s := h.run(t, "serve")
	for round := range rounds {
		h.leaveWork(t, s, strconv.Itoa(round))
		h.killMidJob(t, round%2 == 1)
		worker := h.run(t, "worker")
		began := time.Now()
		for what, sql := range undone() {
			limit := time.Minute
			if what == "mailed" {
				limit *= 2 // nobody pays or waits for it
			}
			eventually(t, what, limit-time.Since(began), func() bool { return count(t, h.db, sql) == 0 })
		}
		if err := worker.stop(); err != nil {
			t.Error(err)
		}
		if got, want := h.orders(t), 3*(round+1); got != want {
			t.Errorf("%d orders of %d purchases", got, want)
		}
		h.onceAll(t, round+1)
	}
	h.sound(t)
}

// leaveWork makes work of each kind while no worker is there.
func (h *house) leaveWork(t *testing.T, s *shop, key string) {
	t.Helper()
	c := caller{url: s.url}
	back, err := c.buy(t.Context(), h.variant, "ok", "back-"+key)
	if err != nil {
		t.Fatal(err)
	}
	h.cancel(t, s, back.at("order", "orderNumber").number())
	_, payment := challenged(t, s, h.variant, "settle-"+key)
	approve(t, s, payment)
	for what, sql := range undone() {
		if count(t, h.db, sql) == 0 {
			t.Fatalf("all is %s: there is nothing to do", what)
		}
	}
	if _, err := c.buy(t.Context(), h.variant, "ok", "mail-"+key); err != nil {
		t.Fatal(err)
	}
}

// killMidJob has a worker begin the jobs and kills it. Their statements are
// carried out after its death, unless the database notices that first. Locks of
// tables do it: a lock of rows would be a transaction that writes, and those
// hold all events back.
func (h *house) killMidJob(t *testing.T, noticed bool) {
	t.Helper()
	tx, err := h.db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), `LOCK TABLE mail_message, sandbox_charge, cart IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	worker := h.run(t, "worker")
	const held = ` FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE a.datname = current_database() AND NOT l.granted AND a.query NOT LIKE 'DELETE%'`
	eventually(t, "each kind in its hands", 20*time.Second, func() bool { return count(t, h.db, `SELECT count(DISTINCT l.relation)`+held) == 3 })
	if err := worker.kill(); err != nil {
		t.Fatal(err)
	}
	if noticed {
		h.exec(t, `SELECT pg_terminate_backend(a.pid)`+held)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// onceAll says that every effect is there once; so many charges went back.
func (h *house) onceAll(t *testing.T, refunds int) {
	t.Helper()
	onceEach(t, h.db)
	for what, sql := range map[string]string{
		"refunds in the books":        `SELECT count(*) FROM payment_transition WHERE event = 'void'`,
		"refunds of the provider":     `SELECT count(*) FROM sandbox_charge WHERE refunded = amount AND refund_key <> ''`,
		"facts of refunds":            `SELECT count(*) FROM outbox WHERE topic = 'payment.refunded'`,
		"orders that were cancelled":  `SELECT count(*) FROM sales_order WHERE state = 'cancelled'`,
		"reservations that went back": `SELECT count(*) FROM stock_movement WHERE kind = 'deallocate'`,
	} {
		if n := count(t, h.db, sql); n != refunds {
			t.Errorf("%d %s, not %d", n, what, refunds)
		}
	}
	for what, sql := range map[string]string{
		"charges not captured once": `SELECT count(*) FROM payment p WHERE (SELECT count(*) FROM payment_transition x WHERE x.payment_id = p.id AND x.event = 'capture') <> 1`,
		"orders not told of once":   `SELECT count(*) FROM sales_order o WHERE (SELECT count(*) FROM outbox f WHERE f.topic = 'order.placed' AND f.aggregate_id = o.id) <> 1`,
	} {
		if n := count(t, h.db, sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
}

// TestWorkers_oneFrozenAndThawed freezes the worker that leads, in the middle of
// settling a payment, until another leads, and lets it go on: whatever both do,
// each purchase whose provider did not answer becomes one order with one charge.
// Only the payment in the frozen hands waits for that.
func TestWorkers_oneFrozenAndThawed(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "SOUK_PAYMENT_TIMEOUT=300ms")
	buyers := 4
	if prove() {
		buyers = 30
	}
	s := h.run(t, "serve")
	leader := h.run(t, "worker")
	h.hang(t, s, "before", buyers)
	h.forget(t)
	h.freezeMidJob(t, leader)
	h.run(t, "worker")
	h.run(t, "worker")
	h.hang(t, s, "meanwhile", buyers)
	h.forget(t)
	eventually(t, "the others are orders", time.Minute, func() bool { return h.orders(t) >= 2*buyers-1 })
	h.hang(t, s, "after", buyers)
	h.forget(t)
	left := h.leave(t, s)
	if err := leader.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are orders", time.Minute, func() bool { return h.orders(t) == 3*buyers })
	eventually(t, "the hold ended", time.Minute, func() bool { return count(t, h.db, `SELECT count(*) FROM reservation WHERE state = 'held'`) == 0 })
	if n := count(t, h.db, `SELECT count(*) FROM stock_movement WHERE kind = 'expire'`); n != 1 {
		t.Errorf("the hold ended %d times", n)
	}
	if _, err := (caller{url: s.url}).step(t.Context(), left, "checkoutComplete", complete, left.submission("ok", "left")); err != nil {
		t.Errorf("who comes back later cannot buy: %v", err)
	}
	for _, number := range h.numbers(t, buyers) {
		h.cancel(t, s, number)
	}
	eventually(t, "money is back", time.Minute, func() bool { return count(t, h.db, `SELECT count(*) FROM payment WHERE refund_state = 'owed'`) == 0 })
	if leader.gone() {
		t.Errorf("the frozen worker did not live on:\n%s", leader.out)
	}
	h.onceAll(t, buyers)
	h.sound(t)
}

// freezeMidJob stops a worker (SIGSTOP) that has begun to settle a payment: it
// keeps the locks that it has.
func (h *house) freezeMidJob(t *testing.T, worker *shop) {
	t.Helper()
	tx, err := h.db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), `LOCK TABLE cart IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it settles", 30*time.Second, func() bool {
		return count(t, h.db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
	})
	if err := worker.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// leave gives a purchase whose buyer went away, and whose hold is over.
func (h *house) leave(t *testing.T, s *shop) *buyer {
	t.Helper()
	b, err := caller{url: s.url}.prepare(t.Context(), h.variant, "left")
	if err != nil {
		t.Fatal(err)
	}
	h.exec(t, `UPDATE reservation SET expires_at = expires_at - interval '1 day' WHERE state = 'held'`)
	return b
}

// hang makes purchases whose provider takes the money and does not answer.
func (h *house) hang(t *testing.T, s *shop, name string, n int) {
	t.Helper()
	var all sync.WaitGroup
	errs := make(chan error, n+1)
	for i := range n {
		all.Go(func() {
			got, err := caller{url: s.url}.buy(t.Context(), h.variant, "hang", fmt.Sprint(name, i))
			if err == nil && got.at("checkout", "state").text() != "SUBMITTING" {
				err = errors.New(got.json())
			}
			errs <- err
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// numbers gives so many order numbers.
func (h *house) numbers(t *testing.T, n int) []int {
	t.Helper()
	all := make([]int, n)
	for i := range all {
		all[i] = count(t, h.db, `SELECT number FROM sales_order ORDER BY number OFFSET `+strconv.Itoa(i)+` LIMIT 1`)
	}
	return all
}
