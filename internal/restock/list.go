package restock

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Filter narrows a list; zero fields do not.
type Filter struct {
	Variant listing.VariantID
	Market  market.ID
	State   State
	Email   string // a part of it
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("restock_request r")
	if f.Variant != 0 {
		q.Where("r.variant_id = ?", int64(f.Variant))
	}
	if f.Market != 0 {
		q.Where("r.market_id = ?", int64(f.Market))
	}
	if f.State != "" {
		q.Where("r.state = ?", string(f.State))
	}
	if f.Email != "" {
		q.Where("strpos(r.email_key, ?) > 0", keyOf(strings.ReplaceAll(f.Email, "\x00", "")))
	}
	return q
}

// Page gives one page of the requests, the newest first.
func (s *Service) Page(ctx context.Context, f Filter, args page.Args) (page.Slice[Request], error) {
	args.Reverse = !args.Reverse // of two rows the newer has the greater id
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Request]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "r.id", Type: "bigint", ID: "r.id"})
	if err != nil {
		return page.Slice[Request]{}, err
	}
	found, err := s.byIDs(ctx, keyset.IDs[ID](ids))
	if err != nil {
		return page.Slice[Request]{}, err
	}
	return keyset.Fill(ids, found), nil
}

// Count tells how many requests there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

// ByID gives a request as long as it is kept.
func (s *Service) ByID(ctx context.Context, id ID) (Request, error) {
	found, err := s.byIDs(ctx, []ID{id})
	if err != nil {
		return Request{}, err
	}
	if r, ok := found[id]; ok {
		return r, nil
	}
	return Request{}, ErrNotFound
}

func (s *Service) byIDs(ctx context.Context, ids []ID) (map[ID]Request, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT id, variant_id, market_id, country, language, email, state, created_at, ended_at
		FROM restock_request WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read restock requests: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Request])
	if err != nil {
		return nil, fmt.Errorf("read restock requests: %w", postgres.Fault(err))
	}
	out := make(map[ID]Request, len(found))
	for _, r := range found {
		out[r.ID] = r
	}
	return out, nil
}
