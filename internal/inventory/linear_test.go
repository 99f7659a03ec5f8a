package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// buyers is how many checkouts a history has.
const buyers = 5

// call is one request of a history: by a checkout, or a correction, or a look.
type call struct {
	kind     string // reserve, release, adjust, look
	checkout int
	want     [2]int64 // of each article, by a reservation; nothing where it is 0
	article  int
	delta    int64
	apart    bool // the checkouts of one article have nothing to do with the other
}

// number is the checkout's.
func (c call) number() inventory.CheckoutID {
	if c.apart {
		return inventory.CheckoutID(c.article*buyers + c.checkout + 1)
	}
	return inventory.CheckoutID(c.checkout + 1)
}

// told is its answer.
type told struct {
	short         [2]int64 // available of an article that was short, -1 where nothing was said
	refused       bool
	onHand, taken int64
}

// counts is the state of the model: what two articles have, and who holds how
// much of them. It is a value, so that states can be compared.
type counts struct {
	onHand [2]int64
	held   [buyers][2]int64
}

func (c counts) taken(article int) (sum int64) {
	for _, h := range c.held {
		sum += h[article]
	}
	return sum
}

// step says whether an answer fits a state, and gives the state after it.
func step(state, input, output any) (bool, any) {
	s, in, out := state.(counts), input.(call), output.(told)
	switch in.kind {
	case "look":
		return out.onHand == s.onHand[in.article] && out.taken == s.taken(in.article), s
	case "release":
		s.held[in.checkout] = [2]int64{}
		return true, s
	case "adjust":
		if s.onHand[in.article]+in.delta < 0 {
			return out.refused, s
		}
		s.onHand[in.article] += in.delta
		return !out.refused, s
	}
	return s.reserve(in, out)
}

// reserve: what is held rightly stays, the rest is judged without it, and an
// answer names all that is short of it.
func (c counts) reserve(in call, out told) (bool, any) {
	after, said := c, [2]int64{-1, -1}
	for a, n := range in.want {
		if c.held[in.checkout][a] == n {
			continue
		}
		after.held[in.checkout][a] = 0
		if offer := max(0, c.onHand[a]-after.taken(a)); offer < n {
			said[a] = offer
		}
		after.held[in.checkout][a] = n
	}
	if said != [2]int64{-1, -1} {
		return out.short == said, c
	}
	return out.short == said, after
}

func (c call) String() string {
	return fmt.Sprintf("%s by %d of %v, article %d by %d", c.kind, c.checkout, c.want, c.article, c.delta)
}

// perform asks the shop.
func (c call) perform(t *testing.T, s *store, key string) told {
	out := told{short: [2]int64{-1, -1}}
	switch c.kind {
	case "look":
		levels, err := s.LevelsOf(s.ctx, s.ids(c.article))
		if err != nil {
			t.Error(err)
		}
		for _, l := range levels[s.variants[c.article].ID] {
			out.onHand, out.taken = out.onHand+l.OnHand, out.taken+l.Taken
		}
	case "release":
		if err := s.Release(s.ctx, c.number()); err != nil {
			t.Error(err)
		}
	case "adjust":
		_, err := s.adjust(key, s.variants[c.article], s.main, c.delta)
		if out.refused = fault.Is(err, "insufficient_stock"); err != nil && !out.refused {
			t.Error(err)
		}
	case "reserve":
		var wants []inventory.Want
		for a, n := range c.want {
			if n > 0 {
				wants = append(wants, s.want(int64(a+1), a, n))
			}
		}
		if c.delta%2 == 0 && len(wants) == 2 {
			wants[0], wants[1] = wants[1], wants[0]
		}
		short, err := s.reserve(c.number(), wants...)
		if err != nil {
			t.Error(err)
		}
		for _, x := range short {
			out.short[x.Line-1] = x.Available
		}
	}
	return out
}

// draw makes a call up. Carts of both articles are asked for only where the
// history is judged as a whole.
func draw(apart bool) call {
	c := call{checkout: rand.IntN(buyers), article: rand.IntN(2), delta: rand.Int64N(9) - 4, apart: apart}
	switch n := rand.IntN(20); {
	case n < 9:
		c.kind = "reserve"
		c.want[c.article] = 1 + rand.Int64N(3)
		if !apart {
			c.want[1-c.article] = rand.Int64N(3)
		}
	case n < 13:
		c.kind = "release"
	case n < 16 && c.delta != 0:
		c.kind = "adjust"
	default:
		c.kind = "look"
	}
	return c
}

// alone parts a history by article.
func alone(history []porcupine.Operation) [][]porcupine.Operation {
	parts := make([][]porcupine.Operation, 2)
	for _, op := range history {
		a := op.Input.(call).article
		parts[a] = append(parts[a], op)
	}
	return parts
}

// record lets callers ask at the same time, and writes down what was asked and
// answered, and when.
func record(t *testing.T, s *shop, callers, calls int, apart bool) []porcupine.Operation {
	began := time.Now()
	histories := make([][]porcupine.Operation, callers)
	var wg sync.WaitGroup
	for who := range callers {
		wg.Go(func() {
			for i := range calls {
				c := draw(apart)
				op := porcupine.Operation{ClientId: who, Input: c, Call: int64(time.Since(began))}
				op.Output = c.perform(t, s.door(inventory.CheckoutID(rand.IntN(2))), fmt.Sprint("linear-", s.variants[0].ID, "-", who, "-", i))
				op.Return = int64(time.Since(began))
				histories[who] = append(histories[who], op)
			}
		})
	}
	wg.Wait()
	var all []porcupine.Operation
	for _, h := range histories {
		all = append(all, h...)
	}
	return all
}

// What many ask at the same time is answered as if they had asked one after the
// other, each at some moment between his question and his answer: of two
// articles, each with buyers of its own, and of carts with both.
func TestLinear_answersAreThoseOfSomeOrder(t *testing.T) {
	t.Parallel()
	const pieces = 6
	model := porcupine.Model{Step: step, Init: func() any { return counts{onHand: [2]int64{pieces, pieces}} }}
	parted := model
	parted.Partition = alone
	for name, m := range map[string]porcupine.Model{"apart": parted, "together": model} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachWay(t, func(t *testing.T, s *shop) {
				for round := range often(8, 100) {
					history := record(t, s.anew(t, pieces), 6, 30, m.Partition != nil)
					switch porcupine.CheckOperationsTimeout(m, history, 20*time.Second) {
					case porcupine.Illegal:
						for _, op := range history {
							t.Logf("%9d %9d %v: %+v", op.Call, op.Return, op.Input, op.Output)
						}
						t.Fatalf("round %d: no order of these requests has these answers", round)
					case porcupine.Unknown:
						t.Errorf("round %d: not decided in time", round)
					}
				}
			})
		})
	}
}

// anew gives the shop with two articles of its own that nobody has touched.
func (s *shop) anew(t *testing.T, pieces int64) *shop {
	fresh := shop{store: s.with(s.shelf(t, 2, pieces))}
	if s.twin != nil {
		fresh.twin = s.twin.with(fresh.variants)
	}
	for c := range inventory.CheckoutID(2 * buyers) {
		if err := s.Release(s.ctx, c+1); err != nil {
			t.Fatal(err)
		}
	}
	return &fresh
}

// with is the store with other articles.
func (s *store) with(variants []catalog.Variant) *store {
	other := *s
	other.variants = variants
	return &other
}

func (s *store) ids(articles ...int) []catalog.VariantID {
	var out []catalog.VariantID
	for _, a := range articles {
		out = append(out, s.variants[a].ID)
	}
	return out
}
