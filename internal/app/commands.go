package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/staff"
)

// doctorTimeout is how long one check may take; they read whole tables.
const doctorTimeout = 10 * time.Minute

// Examination is what Doctor found.
type Examination struct {
	Checks   int
	Findings []doctor.Finding // what must not be
	Advice   []doctor.Finding // what may be, but is worth a look
}

// Doctor asks every invariant of the books.
func (a *App) Doctor(ctx context.Context) (Examination, error) {
	checks := slices.Concat(Checks(), inventory.LiveChecks(), replenish.LiveChecks())
	x := Examination{Checks: len(checks) + 1}
	db, err := postgres.Open(ctx, postgres.Config{URL: a.db.DirectURL(), MaxConns: 2, StatementTimeout: doctorTimeout})
	if err != nil {
		return x, err
	}
	defer db.Close()
	if x.Findings, err = doctor.Run(ctx, db.Conn(ctx), checks); err != nil {
		return x, err
	}
	drift, err := a.membershipDrift(ctx)
	if err != nil {
		return x, err
	}
	x.Findings = append(x.Findings, drift...)
	x.Advice, err = doctor.Run(ctx, db.Conn(ctx), pricing.Findings())
	return x, err
}

// Repair makes right what is derived from what is truth, and tells what it did.
func (a *App) Repair(ctx context.Context) ([]doctor.Mended, error) {
	return doctor.Mend(ctx, a.inventory.Repairs())
}

// membershipDrift asks what no single statement can: whether the members of
// collections by rule are those that their rules choose.
func (a *App) membershipDrift(ctx context.Context) ([]doctor.Finding, error) {
	if err := a.CatchUp(ctx); err != nil {
		return nil, err
	}
	const limit = 10
	drift, err := catalog.NewMembership(a.catalog, a.listing).Check(ctx, limit+1)
	if err != nil || len(drift) == 0 {
		return nil, err
	}
	f := doctor.Finding{Check: doctor.Check{ID: "catalog.rule_membership",
		Says: "collections by rule have the members that their rules choose"}, More: len(drift) > limit}
	for _, d := range drift[:min(len(drift), limit)] {
		f.Rows = append(f.Rows, fmt.Sprintf("collection %d, product %d, member: %t", d.Collection, d.Product, d.Member))
	}
	return []doctor.Finding{f}, nil
}

// CreateStaff makes a member with the configured password, else with one that
// it makes and gives back.
func (a *App) CreateStaff(ctx context.Context, in staff.Input) (m staff.Member, password string, err error) {
	in.Password = a.cfg.AdminPassword
	if in.Password == "" {
		password = secret.Token()[:20]
		in.Password = password
	}
	m, err = a.staff.Create(ctx, in)
	return m, password, err
}
