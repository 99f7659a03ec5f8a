package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"
)

// scarce is a house that sells a few pieces of one article.
type scarce struct {
	*house
	units, buyers int
}

// openScarce makes it. Few by chance is few on purpose here: a test of minutes
// runs where everything is proved.
func openScarce(t *testing.T) *scarce {
	t.Helper()
	s := &scarce{house: openHouse(t, "SOUK_TRUSTED_PROXIES=127.0.0.1/32"), units: 8, buyers: 40}
	if prove() {
		s.units, s.buyers = 100, 1_000
	}
	s.must(t, "import", write(t, "scarce.csv", "Handle,Title,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Requires Shipping,Variant Grams\n"+
		"scarce,The last of it,SCARCE-1,5.00,shopify,"+strconv.Itoa(s.units)+",true,100\n"))
	s.variant = fmt.Sprintf("gid://souk/ProductVariant/%d", count(t, s.db, `SELECT v.id FROM variant v WHERE v.sku = 'SCARCE-1'`))
	return s
}

// racer is a buyer who goes on at another server when his is gone.
type racer struct {
	urls []string
	at   int // which of them he asks
	key  string
	buyer
}

// again asks until there is an answer: of a server that died, of one that is
// busy, and while an earlier try is under way.
func (r *racer) again(ctx context.Context, field, query string, variables map[string]any) (node, error) {
	var last error
	for range 200 {
		got, err := caller{url: r.urls[r.at%len(r.urls)]}.ask(ctx, query, variables)
		payload := got.at(field)
		switch {
		case err == nil && payload.at("userErrors", 0, "code").text() != "IN_PROGRESS":
			return payload, nil
		case err != nil:
			last = err
			r.at++
		}
		select {
		case <-ctx.Done():
			return node{}, errors.Join(ctx.Err(), last)
		case <-time.After(5 * pollEvery):
		}
	}
	return node{}, fmt.Errorf("%s: no answer: %w", field, last)
}

// bag makes the cart.
func (r *racer) bag(ctx context.Context, variant string) error {
	made, err := r.again(ctx, "cartCreate", createCart, map[string]any{"variant": variant, "n": 1})
	if r.cart = made.at("cart", "id").text(); err == nil && r.cart == "" {
		err = errors.New(made.json())
	}
	return err
}

// buy goes from the cart to an order, or to the code of a refusal.
func (r *racer) buy(ctx context.Context) (order int, code string, err error) {
	variables := map[string]any{"cart": r.cart, "key": r.key}
	for _, step := range []struct{ field, query string }{
		{"checkoutStart", startCheckout}, {"checkoutSetShippingAddress", setAddress}, {"checkoutSelectShipping", selectDelivery}, {"checkoutComplete", complete},
	} {
		got, err := r.again(ctx, step.field, step.query, variables)
		if err != nil {
			return 0, "", err
		}
		if code := got.at("userErrors", 0, "code").text(); code != "" {
			return 0, code, nil
		}
		c := got.at("checkout")
		r.id, r.token, r.quote = c.at("id").text(), c.at("token").text(), c.at("quoteHash").text()
		variables = map[string]any{"ref": r.ref(), "quote": r.quote, "token": "ok", "key": r.key,
			"shipment": c.at("shipments", 0, "id").v, "method": c.at("shipments", 0, "methods", 0, "handle").v}
		order = got.at("order", "orderNumber").number()
	}
	if order <= 0 {
		err = errors.New("a completion without an order")
	}
	return order, "", err
}

// race lets all buyers go at once, half of them at each server, and gives the
// orders that they were told of. Whoever has none must have been refused.
func (s *scarce) race(t *testing.T, meanwhile func(), servers ...*shop) map[int]bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	urls := make([]string, len(servers))
	for i, server := range servers {
		urls[i] = server.url
	}
	racers := make([]*racer, s.buyers)
	for i := range racers {
		racers[i] = &racer{urls: urls, at: i, key: fmt.Sprint("racer-", i)}
		if err := racers[i].bag(ctx, s.variant); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	orders, start := map[int]bool{}, make(chan struct{})
	for _, r := range racers {
		all.Go(func() {
			<-start
			order, code, err := r.buy(ctx)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Errorf("%s: %v", r.key, err)
			case code != "" && code != "OUT_OF_STOCK":
				t.Errorf("%s is refused with %s", r.key, code)
			case code == "" && orders[order]:
				t.Errorf("order %d was given to two buyers", order)
			case code == "":
				orders[order] = true
			}
		})
	}
	close(start)
	meanwhile()
	all.Wait()
	return orders
}

// soldOut says that just the units were sold, once each, by the words of the
// buyers, of all servers, and of the books.
func (s *scarce) soldOut(t *testing.T, orders map[int]bool, servers ...*shop) {
	t.Helper()
	if len(orders) != s.units || s.orders(t) != s.units {
		t.Errorf("buyers know of %d orders, the shop of %d: %d were to be had", len(orders), s.orders(t), s.units)
	}
	for number := range orders {
		if count(t, s.db, `SELECT count(*) FROM sales_order WHERE number = `+strconv.Itoa(number)) != 1 {
			t.Errorf("order %d was confirmed and is not there", number)
		}
	}
	for i, server := range servers {
		if got := server.left(t, s.variant); got != 0 {
			t.Errorf("server %d shows %d left", i, got)
		}
	}
	for what, sql := range map[string]string{
		"pieces promised":  `SELECT COALESCE(sum(quantity), 0) FROM reservation WHERE state IN ('held','committed','consumed')`,
		"pieces ordered":   `SELECT COALESCE(sum(quantity), 0) FROM reservation WHERE state = 'consumed'`,
		"charges":          `SELECT count(*) FROM sandbox_charge WHERE state = 'charged' AND refunded = 0`,
		"pieces in orders": `SELECT COALESCE(sum(quantity), 0) FROM order_line`,
	} {
		if n := count(t, s.db, sql); n != s.units {
			t.Errorf("%d %s, not %d", n, what, s.units)
		}
	}
	if n := count(t, s.db, `SELECT count(*) FROM stock_level WHERE on_hand - taken - safety < 0`); n != 0 {
		t.Errorf("%d levels have promised more than they have", n)
	}
	s.sound(t)
}

// TestRace_twoProcessesSellEachPieceOnce has many buyers want few pieces at the
// same moment from two servers on one database.
func TestRace_twoProcessesSellEachPieceOnce(t *testing.T) {
	t.Parallel()
	s := openScarce(t)
	servers := []*shop{s.run(t, "serve"), s.run(t, "serve", "SOUK_STOCK_COMBINING=false")}
	s.run(t, "worker")
	s.soldOut(t, s.race(t, func() {}, servers...), servers...)
}

// TestRace_killedServerLosesAndDoublesNothing kills one of two servers (kill -9)
// in the middle of the race and starts it again. Its buyers go on at the other
// one, under the same keys: every piece is sold once all the same.
func TestRace_killedServerLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	s := openScarce(t)
	first, second := s.run(t, "serve"), s.run(t, "serve")
	s.run(t, "worker")
	orders := s.race(t, func() {
		eventually(t, "the first orders", time.Minute, func() bool { return s.orders(t) >= max(1, s.units/4) })
		if err := first.kill(); err != nil {
			t.Error(err)
		}
		first = s.run(t, "serve")
	}, first, second)
	s.soldOut(t, orders, first, second)
}
