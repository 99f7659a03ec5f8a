package inventory

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// RefreshPolicies reads all policies into memory, where PolicyOf finds them from
// then on. A process that calls it does so again at each "stock_policy.changed".
func (s *Service) RefreshPolicies(ctx context.Context) error {
	all, err := s.readPolicies(ctx, `SELECT `+policyColumns+` FROM stock_policy`)
	if err != nil {
		return err
	}
	s.policies.Store(&all)
	return nil
}

// PolicyOf gives the policy of a market. It costs nothing once the policies are
// in memory, and until then one small read.
func (s *Service) PolicyOf(ctx context.Context, m market.ID) (Policy, error) {
	found := s.policies.Load()
	if found == nil {
		all, err := s.Policies(ctx, []market.ID{m})
		return all[m], err
	}
	if p, ok := (*found)[m]; ok {
		return p, nil
	}
	return DefaultPolicy(m), nil
}

// Policies gives the policies of markets as the database has them.
func (s *Service) Policies(ctx context.Context, markets []market.ID) (map[market.ID]Policy, error) {
	found, err := s.readPolicies(ctx, `SELECT `+policyColumns+` FROM stock_policy WHERE market_id = ANY($1)`, raw(markets))
	if err != nil {
		return nil, err
	}
	for _, m := range markets {
		if _, ok := found[m]; !ok {
			found[m] = DefaultPolicy(m)
		}
	}
	return found, nil
}

// SetPolicy writes the policy of a market if its version is the current one: 0
// for a market that has none of its own yet.
func (s *Service) SetPolicy(ctx context.Context, p Policy) (Policy, error) {
	if err := p.Validate(); err != nil {
		return Policy{}, err
	}
	var after Policy
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lockPolicy(ctx, p)
		if err != nil {
			return err
		}
		if after, err = s.writePolicy(ctx, p); err != nil {
			return err
		}
		entry := audit.Entry{Action: "stock_policy.set", SubjectKind: "stock_policy", SubjectID: int64(p.Market), Before: before, After: after}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		// Until the fact has come around, this process reads the database.
		s.db.AfterCommit(ctx, func() { s.policies.Store(nil) })
		return s.events.Record(ctx, PolicyChanged{Market: p.Market, Version: after.Version})
	})
	return after, err
}

const policyColumns = "market_id, reserve_at, strategy, max_line, max_checkout, max_customer, version, updated_at"

func (s *Service) readPolicies(ctx context.Context, sql string, args ...any) (map[market.ID]Policy, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read stock policies: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Policy])
	if err != nil {
		return nil, fmt.Errorf("read stock policies: %w", postgres.Fault(err))
	}
	out := make(map[market.ID]Policy, len(found))
	for _, p := range found {
		out[p.Market] = p
	}
	return out, nil
}

// lockPolicy gives the policy that p takes the place of, nil where there is
// none, and refuses another version of it.
func (s *Service) lockPolicy(ctx context.Context, p Policy) (any, error) {
	found, err := s.readPolicies(ctx, `SELECT `+policyColumns+` FROM stock_policy WHERE market_id = $1 FOR UPDATE`, int64(p.Market))
	if err != nil {
		return nil, err
	}
	before, known := found[p.Market]
	if before.Version != p.Version {
		return nil, ErrStale
	}
	if !known {
		return nil, nil
	}
	return before, nil
}

// writePolicy makes or replaces the row. Of two who make it at once the second
// is refused.
func (s *Service) writePolicy(ctx context.Context, p Policy) (Policy, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		INSERT INTO stock_policy AS p (market_id, reserve_at, strategy, max_line, max_checkout, max_customer, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $8, $8)
		ON CONFLICT (market_id) DO UPDATE SET reserve_at = excluded.reserve_at, strategy = excluded.strategy, max_line = excluded.max_line,
			max_checkout = excluded.max_checkout, max_customer = excluded.max_customer, version = p.version + 1, updated_at = excluded.updated_at
		WHERE p.version = $7
		RETURNING `+policyColumns,
		int64(p.Market), string(p.ReserveAt), string(p.Strategy), p.MaxLine, p.MaxCheckout, p.MaxCustomer, p.Version, s.db.Now(ctx))
	if err != nil {
		return Policy{}, fmt.Errorf("write stock policy: %w", postgres.Conflict(err, byConstraint))
	}
	written, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Policy])
	if err != nil {
		return Policy{}, fmt.Errorf("write stock policy: %w", postgres.Conflict(err, byConstraint))
	}
	if len(written) == 0 {
		return Policy{}, ErrStale
	}
	return written[0], nil
}
