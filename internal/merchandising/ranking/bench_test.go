package ranking_test

import (
	"fmt"
	"testing"

	"github.com/souk-commerce/souk/internal/merchandising/ranking"
)

// BenchmarkArrange is one page of 24 under 40 pins, 20 products moved by name,
// as many tests as it says and every order.
func BenchmarkArrange(b *testing.B) {
	for _, n := range []int{240, 5_000, 50_000} {
		for _, tests := range []int{0, 1, 10} {
			b.Run(fmt.Sprintf("candidates=%d/tests=%d", n, tests), func(b *testing.B) {
				s := numbered(n)
				facts := make([]ranking.Facts, n)
				for i := range facts {
					facts[i] = ranking.Facts{Available: i%7 > 0, Popularity: int64(i) * 7919 % 1_000_000, NewSince: now - int64(i)*1000}
				}
				l := ranking.List{Candidates: s.candidates, Facts: func(i int) ranking.Facts { return facts[i] }}
				p := ranking.Plan{InStockFirst: true, Popularity: 10, Freshness: 10, Margin: 10, Now: now}
				for i := range 40 {
					p.Pins = append(p.Pins, ranking.Pin{Rule: 1, Product: ranking.ProductID(i*5 + 3), Position: i*3 + 1})
				}
				for i := range 20 {
					p.Moves = append(p.Moves, ranking.Move{Rule: 1, Product: ranking.ProductID(i*11 + 4), Percent: 30})
				}
				for i := range tests {
					p.Moves = append(p.Moves, ranking.Move{Rule: 2, Has: func(at int) bool { return facts[at].Popularity%997 == int64(i) }, Percent: 80 + 20*(i%2)})
				}
				for b.Loop() {
					if len(ranking.Arrange(l, p).Page(48, 24)) == 0 {
						b.Fatal("nothing")
					}
				}
			})
		}
	}
}
