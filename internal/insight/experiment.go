package insight

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// ExperimentReport tells how the arms of a version of an experiment fared.
type ExperimentReport struct {
	Experiment merchandising.ItemID
	Version    int
	From, To   *time.Time // the first and the last day that something was counted
	Control    ArmResult
	Variant    ArmResult
	Clicked    Comparison
	Carts      Comparison
	Orders     Comparison
}

// ArmResult is what visits of one arm did.
type ArmResult struct {
	Visits  int64 // that searched
	Clicked int64 // of them, those that clicked a hit
	Carts   int64
	Orders  int64
}

// Comparison sets the shares of two arms against each other.
type Comparison struct {
	Control *float64 // nil without visits
	Variant *float64
	// Lift is the variant's share over the control's, less one; nil where the
	// control has none.
	Lift *float64
	// Low and High bound the difference of the shares with a confidence of 95 %.
	Low, High *float64
	// PValue is how likely so great a difference is by chance (two-sided, two
	// proportions); nil where nothing can be said.
	PValue *float64
	// Verdict says what may be concluded. It holds for one look at the end;
	// who looks every day and stops at the first success fools himself.
	Verdict Verdict
}

// Verdict is what may be concluded from a comparison.
type Verdict string

// The verdicts.
const (
	TooEarly     Verdict = "too_early" // fewer visits or events than it takes
	NoDifference Verdict = "no_difference"
	VariantWins  Verdict = "variant_wins"
	ControlWins  Verdict = "control_wins"
)

// significant is the chance of a mistake that a verdict takes, and spread the
// half width of an interval that leaves so much out, in standard deviations.
const (
	significant = 0.05
	spread      = 1.959964
)

// Experiment reports a version of an experiment; 0 is the latest one that was
// counted.
func (s *Service) Experiment(ctx context.Context, id merchandising.ItemID, version int) (ExperimentReport, error) {
	r := ExperimentReport{Experiment: id, Version: version}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT version, arm, min(day), max(day), sum(visits)::bigint, sum(clicked)::bigint, sum(carts)::bigint, sum(orders)::bigint
		FROM experiment_day WHERE experiment = $1
			AND version = COALESCE(NULLIF($2::integer, 0), (SELECT max(version) FROM experiment_day WHERE experiment = $1))
		GROUP BY version, arm`, int64(id), version)
	if err != nil {
		return r, fmt.Errorf("report an experiment: %w", postgres.Fault(err))
	}
	var arm string
	var first, last time.Time
	var a ArmResult
	_, err = pgx.ForEachRow(rows, []any{&r.Version, &arm, &first, &last, &a.Visits, &a.Clicked, &a.Carts, &a.Orders}, func() error {
		r.take(arm, a, first, last)
		return nil
	})
	if err != nil {
		return r, fmt.Errorf("report an experiment: %w", postgres.Fault(err))
	}
	r.Clicked = s.compare(r.Control.Visits, r.Control.Clicked, r.Variant.Visits, r.Variant.Clicked)
	r.Carts = s.compare(r.Control.Visits, r.Control.Carts, r.Variant.Visits, r.Variant.Carts)
	r.Orders = s.compare(r.Control.Visits, r.Control.Orders, r.Variant.Visits, r.Variant.Orders)
	return r, nil
}

func (r *ExperimentReport) take(arm string, a ArmResult, first, last time.Time) {
	if arm == "variant" {
		r.Variant = a
	} else {
		r.Control = a
	}
	if r.From == nil || first.Before(*r.From) {
		r.From = &first
	}
	if r.To == nil || last.After(*r.To) {
		r.To = &last
	}
}

// compare sets two shares against each other: of n visits in the control a did
// it, of m in the variant b.
func (s *Service) compare(n, a, m, b int64) Comparison {
	c := Comparison{Control: share(a, n), Variant: share(b, m), Verdict: TooEarly}
	if c.Control == nil || c.Variant == nil {
		return c
	}
	p, q := *c.Control, *c.Variant
	if p > 0 {
		c.Lift = of(q/p - 1)
	}
	pooled := float64(a+b) / float64(n+m)
	noise := math.Sqrt(pooled * (1 - pooled) * (1/float64(n) + 1/float64(m)))
	if noise == 0 { // all did it, or nobody
		return c
	}
	z := (q - p) / noise
	c.PValue = of(math.Erfc(math.Abs(z) / math.Sqrt2))
	half := spread * math.Sqrt(p*(1-p)/float64(n)+q*(1-q)/float64(m))
	c.Low, c.High = of(q-p-half), of(q-p+half)
	switch {
	case min(n, m) < s.cfg.ArmVisits || a+b < s.cfg.ArmEvents:
	case *c.PValue >= significant:
		c.Verdict = NoDifference
	case q > p:
		c.Verdict = VariantWins
	default:
		c.Verdict = ControlWins
	}
	return c
}

func of(v float64) *float64 { return &v }
