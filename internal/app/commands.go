package app

import (
	"context"
	"time"

	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/staff"
)

// doctorTimeout is how long one check may take; they read whole tables.
const doctorTimeout = 10 * time.Minute

// Doctor asks every invariant of the books. It gives the number of checks and
// those that found something.
func (a *App) Doctor(ctx context.Context) (int, []doctor.Finding, error) {
	checks := Checks()
	db, err := postgres.Open(ctx, postgres.Config{URL: a.db.DirectURL(), MaxConns: 2, StatementTimeout: doctorTimeout})
	if err != nil {
		return 0, nil, err
	}
	defer db.Close()
	findings, err := doctor.Run(ctx, db.Conn(ctx), checks)
	return len(checks), findings, err
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
