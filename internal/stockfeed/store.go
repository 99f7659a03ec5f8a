package stockfeed

import (
	"context"
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/stockfeed"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize = 50
	maxPage  = 250
)

// lock holds a feed until the transaction ends: its deliveries are taken one
// after the other.
func (s *Service) lock(ctx context.Context, id ID) (Feed, salts, error) {
	row, err := s.db.Ent(ctx).StockFeed.Query().Where(stockfeed.ID(int64(id))).ForUpdate().Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return Feed{}, salts{}, ErrNotFound
	case err != nil:
		return Feed{}, salts{}, fmt.Errorf("lock feed: %w", postgres.Fault(err))
	}
	return feedOf(row), saltsOf(row.Secret), nil
}

func (s *Service) insert(ctx context.Context, in Input, keep salts) (ID, error) {
	now := s.db.Now(ctx)
	create := s.db.Ent(ctx).StockFeed.Create().
		SetHandle(in.Handle).SetName(in.Name).SetKind(string(in.Kind)).SetMode(string(in.Mode)).SetItem(string(in.Item)).
		SetLocationID(int64(in.Location)).SetURL(in.URL).SetEveryMinutes(in.EveryMinutes).
		SetCreatedAt(now).SetUpdatedAt(now)
	if in.Kind == Pull {
		create.SetNextPullAt(now)
	}
	if in.Kind == Webhook {
		create.SetSecret(keep.bytes())
	}
	row, err := create.Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create feed: %w", postgres.Conflict(err, byConstraint))
	}
	return ID(row.ID), nil
}

// update writes what people change of a locked feed.
func (s *Service) update(ctx context.Context, f Feed) error {
	u := s.db.Ent(ctx).StockFeed.UpdateOneID(int64(f.ID)).
		SetHandle(f.Handle).SetName(f.Name).SetMode(string(f.Mode)).SetItem(string(f.Item)).SetLocationID(int64(f.Location)).
		SetURL(f.URL).SetEveryMinutes(f.EveryMinutes).SetActive(f.Active).SetLastSequence(f.LastSequence).
		SetNillableNextPullAt(f.NextPullAt).AddVersion(1).SetUpdatedAt(s.db.Now(ctx))
	if f.LastAsOf == nil {
		u.ClearLastAsOf()
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("update feed: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

func (s *Service) storeSalts(ctx context.Context, id ID, keep salts) error {
	err := s.db.Ent(ctx).StockFeed.UpdateOneID(int64(id)).SetSecret(keep.bytes()).
		AddVersion(1).SetUpdatedAt(s.db.Now(ctx)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store secret: %w", postgres.Fault(err))
	}
	return nil
}

// mark notes what a locked feed has taken last. It is no change of the feed's
// own: its version stays.
func (s *Service) mark(ctx context.Context, f Feed) error {
	err := s.db.Ent(ctx).StockFeed.UpdateOneID(int64(f.ID)).
		SetLastSequence(f.LastSequence).SetNillableLastAsOf(f.LastAsOf).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark feed: %w", postgres.Fault(err))
	}
	return nil
}

// claim takes the feed that has been due longest, for one interval; false when
// none is. Whoever dies while fetching it leaves it to the next interval.
func (s *Service) claim(ctx context.Context) (Feed, bool, error) {
	var id int64
	now := s.db.Now(ctx)
	err := s.db.Conn(ctx).QueryRow(ctx, `
		WITH due AS (
			SELECT id FROM stock_feed WHERE active AND next_pull_at IS NOT NULL AND next_pull_at <= $1
			ORDER BY next_pull_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
		), taken AS (
			UPDATE stock_feed f SET next_pull_at = $1::timestamptz + make_interval(mins => f.every_minutes::int)
			FROM due WHERE f.id = due.id RETURNING f.id
		) SELECT COALESCE(max(id), 0) FROM taken`, now).Scan(&id)
	if err != nil {
		return Feed{}, false, fmt.Errorf("find due feeds: %w", postgres.Fault(err))
	}
	if id == 0 {
		return Feed{}, false, nil
	}
	f, err := s.ByID(ctx, ID(id))
	return f, err == nil, err
}

// ByIDs gives those feeds that exist.
func (s *Service) ByIDs(ctx context.Context, ids []ID) (map[ID]Feed, error) {
	rows, err := s.db.Ent(ctx).StockFeed.Query().Where(postgres.Any(stockfeed.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read feeds: %w", postgres.Fault(err))
	}
	out := make(map[ID]Feed, len(rows))
	for _, r := range rows {
		out[ID(r.ID)] = feedOf(r)
	}
	return out, nil
}

// ByID gives one feed.
func (s *Service) ByID(ctx context.Context, id ID) (Feed, error) {
	found, err := s.ByIDs(ctx, []ID{id})
	if err != nil {
		return Feed{}, err
	}
	if f, ok := found[id]; ok {
		return f, nil
	}
	return Feed{}, ErrNotFound
}

// ByHandle gives the feed with exactly this handle.
func (s *Service) ByHandle(ctx context.Context, handle string) (Feed, error) {
	f, _, err := s.byHandle(ctx, handle)
	return f, err
}

func (s *Service) byHandle(ctx context.Context, handle string) (Feed, salts, error) {
	row, err := s.db.Ent(ctx).StockFeed.Query().Where(stockfeed.Handle(handle)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return Feed{}, salts{}, ErrNotFound
	case err != nil:
		return Feed{}, salts{}, fmt.Errorf("read feed: %w", postgres.Fault(err))
	}
	return feedOf(row), saltsOf(row.Secret), nil
}

// List gives one page of feeds, by name.
func (s *Service) List(ctx context.Context, f Filter, args page.Args) (page.Slice[Feed], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Feed]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "f.name", Type: "text", ID: "f.id"})
	if err != nil {
		return page.Slice[Feed]{}, err
	}
	found, err := s.ByIDs(ctx, keyset.IDs[ID](ids))
	return keyset.Fill(ids, found), err
}

// Count tells how many feeds there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("stock_feed f")
	if f.Kind != "" {
		q.Where("f.kind = ?", string(f.Kind))
	}
	if f.Location != 0 {
		q.Where("f.location_id = ?", int64(f.Location))
	}
	if f.Active != nil {
		q.Where("f.active = ?", *f.Active)
	}
	if f.Text != "" {
		text := strings.ToLower(f.Text)
		q.Where("(strpos(lower(f.name), ?) > 0 OR strpos(f.handle, ?) > 0)", text, text)
	}
	return q
}
