package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/souk-commerce/souk/bench/ground"
	"github.com/souk-commerce/souk/bench/load"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/gid"
)

// startsEach is how many checkouts each measurement over HTTP starts. Their
// carts are made before.
const startsEach = 800

// overHTTP measures checkouts started on a server that decides each hold alone,
// and on one that decides them together: of the article that everybody wants,
// and of one that was in the cart and is sold out now.
func (s *stand) overHTTP(ctx context.Context, o options, g *ground.Ground) error {
	fmt.Printf("Over HTTP, %d checkouts started each time:\n\n", startsEach)
	fmt.Println("| checkoutStart of | connections | plain /s | p99 | combined /s | p99 | ÷ plain |\n|---|---|---|---|---|---|---|")
	for _, n := range o.buyers {
		for _, sold := range []bool{false, true} {
			var of [2]load.Figures
			for i, combining := range []string{"false", "true"} {
				var err error
				if of[i], err = s.starts(ctx, g, shopping{combining, n, sold}); err != nil {
					return fmt.Errorf("%d connections, combining %s: %w", n, combining, err)
				}
			}
			name := map[bool]string{false: "one article", true: "one that is sold out"}[sold]
			fmt.Printf("| %s | %d | %.0f | %s | %.0f | %s | %.2fx |\n", name, n, of[0].PerSecond, load.MS(of[0].P99),
				of[1].PerSecond, load.MS(of[1].P99), of[1].PerSecond/of[0].PerSecond)
		}
	}
	fmt.Println()
	return nil
}

// shopping is one measurement.
type shopping struct {
	combining   string
	connections int
	soldOut     bool
}

func (s *stand) starts(ctx context.Context, g *ground.Ground, o shopping) (load.Figures, error) {
	address, stop, err := g.Serve(ctx, "production", "SOUK_STOCK_COMBINING="+o.combining, "DATABASE_MAX_CONNS=32")
	if err != nil {
		return load.Figures{}, err
	}
	defer stop()
	client := shopper{"http://" + address + "/shop/graphql", &http.Client{Timeout: 20 * time.Second,
		Transport: &http.Transport{MaxConnsPerHost: o.connections, MaxIdleConnsPerHost: o.connections}}}
	carts := make([]string, startsEach)
	var next atomic.Int64
	if _, err := load.Run(ctx, min(o.connections, 16), load.Times(startsEach), func(ctx context.Context, _ int) (err error) {
		carts[next.Add(1)-1], err = client.cart(ctx, s.hot)
		return err
	}); err != nil {
		return load.Figures{}, err
	}
	if o.soldOut {
		keep, err := s.keepBack(ctx, s.hot)
		if err != nil {
			return load.Figures{}, err
		}
		defer keep()
	}
	next.Store(0)
	f, err := load.Run(ctx, o.connections, load.Times(startsEach), func(ctx context.Context, _ int) error {
		return client.start(ctx, carts[next.Add(1)-1], o.soldOut)
	})
	if err == nil && !o.soldOut {
		s.pieces.Add(startsEach)
	}
	return f, err
}

// keepBack makes a level offer nothing, past the ledger, and gives how to undo
// it: what is measured is the refusal, not how it came about.
func (s *stand) keepBack(ctx context.Context, v catalog.VariantID) (undo func(), err error) {
	set := func(sign int64) error {
		_, err := s.pool.Exec(ctx, `UPDATE stock_level SET safety = safety + $2 * 1000000000000 WHERE variant_id = $1`, int64(v), sign)
		return err
	}
	return func() { _ = set(-1) }, set(1)
}

// shopper asks a shop.
type shopper struct {
	address string
	http    *http.Client
}

type payload struct {
	Cart       *struct{ ID string }
	Checkout   *struct{ Problems []struct{ Code string } }
	UserErrors []struct{ Code string }
}

func (c shopper) ask(ctx context.Context, name, query string, variables map[string]any) (payload, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return payload{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address, bytes.NewReader(body))
	if err != nil {
		return payload{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return payload{}, err
	}
	defer res.Body.Close()
	var got struct {
		Data   map[string]*payload
		Errors json.RawMessage
	}
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || got.Data[name] == nil {
		return payload{}, fmt.Errorf("%s answered %s, errors %.300s: %w", name, res.Status, got.Errors, err)
	}
	return *got.Data[name], nil
}

func (c shopper) cart(ctx context.Context, v catalog.VariantID) (string, error) {
	got, err := c.ask(ctx, "cartCreate", `mutation($v: ID!) { cartCreate(input: {lines: [{merchandiseId: $v}]}) { cart { id } userErrors { code } } }`,
		map[string]any{"v": gid.Format("ProductVariant", int64(v))})
	if err != nil || got.Cart == nil {
		return "", fmt.Errorf("cartCreate answered %+v: %w", got, err)
	}
	return got.Cart.ID, nil
}

// start begins a checkout, which is refused where the goods are sold out.
func (c shopper) start(ctx context.Context, cart string, soldOut bool) error {
	got, err := c.ask(ctx, "checkoutStart", `mutation($cart: ID!) { checkoutStart(input: {cartId: $cart, idempotencyKey: "start"}) {
		checkout { problems { code } } userErrors { code } } }`, map[string]any{"cart": cart})
	switch {
	case err != nil:
		return err
	case got.Checkout == nil || len(got.UserErrors) > 0:
		return fmt.Errorf("checkoutStart answered %+v", got)
	}
	told := slices.ContainsFunc(got.Checkout.Problems, func(p struct{ Code string }) bool { return p.Code == "OUT_OF_STOCK" })
	if told != soldOut {
		return fmt.Errorf("sold out: %t, and the buyer was told %+v", soldOut, got.Checkout.Problems)
	}
	return nil
}
