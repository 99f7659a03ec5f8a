package merchandising

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize = 50
	maxPage  = 250
)

func collect[T any](ctx context.Context, s *Service, scan func(pgx.CollectableRow) (T, error), what, sql string, args ...any) ([]T, error) {
	rows, err := s.DB.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, postgres.Fault(err))
	}
	return found, nil
}

// one gives the only row, or says that it is not there.
func one[T any](found []T, err, missing error) (T, error) {
	var none T
	switch {
	case err != nil:
		return none, err
	case len(found) == 0:
		return none, missing
	}
	return found[0], nil
}

// lockReleases lets one release after the other happen.
func (s *Service) lockReleases(ctx context.Context) error {
	if _, err := s.DB.Conn(ctx).Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('merchandising release', 0))`); err != nil {
		return fmt.Errorf("lock releases: %w", postgres.Fault(err))
	}
	return nil
}

// lock takes an item that is to be changed from the version that was seen.
func (s *Service) lock(ctx context.Context, id ItemID, version int64) (Item, error) {
	found, err := collect(ctx, s, scanItem, "lock item", `SELECT `+itemColumns+` FROM merchandising_item i WHERE i.id = $1 FOR UPDATE`, int64(id))
	item, err := one(found, err, ErrNotFound)
	switch {
	case err != nil:
		return item, err
	case item.Version != version:
		return item, ErrStale
	case item.ArchivedAt != nil:
		return item, ErrArchived
	}
	return item, nil
}

func (s *Service) insert(ctx context.Context, kind Kind, name string) (Item, error) {
	found, err := collect(ctx, s, scanItem, "create item", `
		INSERT INTO merchandising_item AS i (kind, name, created_at, updated_at) VALUES ($1, $2, $3, $3) RETURNING `+itemColumns, string(kind), name, s.DB.Now(ctx))
	return one(found, err, ErrNotFound)
}

// grow makes room for one more version of a locked item.
func (s *Service) grow(ctx context.Context, item Item, name string) (Item, error) {
	found, err := collect(ctx, s, scanItem, "update item", `
		UPDATE merchandising_item i SET name = $2, latest_version = latest_version + 1, version = version + 1, updated_at = $3
		WHERE i.id = $1 RETURNING `+itemColumns, int64(item.ID), name, s.DB.Now(ctx))
	return one(found, err, ErrNotFound)
}

func (s *Service) insertVersion(ctx context.Context, item Item, content []byte, note string) error {
	_, err := s.DB.Conn(ctx).Exec(ctx, `
		INSERT INTO merchandising_version (item_id, number, content, note, author, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		int64(item.ID), item.Latest, content, note, actor.From(ctx).Name, s.DB.Now(ctx))
	if err != nil {
		return fmt.Errorf("create version: %w", postgres.Fault(err))
	}
	return nil
}

// setLive writes which version of a locked item is live.
func (s *Service) setLive(ctx context.Context, item Item) (Item, error) {
	found, err := collect(ctx, s, scanItem, "release item", `
		UPDATE merchandising_item i SET live_version = $2, archived_at = $3, version = version + 1, updated_at = $4
		WHERE i.id = $1 RETURNING `+itemColumns, int64(item.ID), item.Live, item.ArchivedAt, s.DB.Now(ctx))
	return one(found, err, ErrNotFound)
}

func (s *Service) insertRelease(ctx context.Context, r Release) (ReleaseID, error) {
	err := s.DB.Conn(ctx).QueryRow(ctx, `
		INSERT INTO merchandising_release (item_id, action, from_version, to_version, author, at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		int64(r.Item), string(r.Action), r.From, r.To, actor.From(ctx).Name, s.DB.Now(ctx)).Scan(&r.ID)
	if err != nil {
		return 0, fmt.Errorf("write release: %w", postgres.Fault(err))
	}
	return r.ID, nil
}

// countLive counts the live items of a kind besides one.
func (s *Service) countLive(ctx context.Context, kind Kind, besides ItemID) (n int, err error) {
	err = s.DB.Conn(ctx).QueryRow(ctx, `SELECT count(*) FROM merchandising_item WHERE live_version IS NOT NULL AND kind = $1 AND id <> $2`,
		string(kind), int64(besides)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count live items: %w", postgres.Fault(err))
	}
	return n, nil
}

// readLive reads all that is live, with the release that made it so, as one
// statement sees it. What this program cannot read, as a newer one may have
// written it, is left out and told.
func (s *Service) readLive(ctx context.Context) (ReleaseID, []said, error) {
	found, err := collect(ctx, s, scanLive, "read what is live", `
		SELECT r.id, coalesce(i.id, 0), coalesce(i.live_version, 0), coalesce(i.name, ''), coalesce(i.kind, ''), v.content
		FROM (SELECT coalesce(max(id), 0) AS id FROM merchandising_release) r
		LEFT JOIN merchandising_item i ON i.live_version IS NOT NULL
		LEFT JOIN merchandising_version v ON v.item_id = i.id AND v.number = i.live_version
		ORDER BY i.id`)
	if err != nil {
		return 0, nil, err
	}
	items := make([]said, 0, len(found))
	for _, row := range found {
		if row.Item == 0 {
			continue // nothing is live; the row tells the release
		}
		if row.Content, err = decode(row.kind, row.content); err != nil {
			s.Log.ErrorContext(ctx, "a live item is left out", "item", row.Item, "version", row.Version, "error", err)
			continue
		}
		items = append(items, row.said)
	}
	return found[0].release, items, nil
}

// readDrafts reads what versions of items say.
func (s *Service) readDrafts(ctx context.Context, drafts []Draft) ([]said, error) {
	items, numbers := make([]int64, len(drafts)), make([]int, len(drafts))
	for i, d := range drafts {
		items[i], numbers[i] = int64(d.Item), d.Version
	}
	found, err := collect(ctx, s, scanLive, "read drafts", `
		SELECT 0, i.id, v.number, i.name, i.kind, v.content FROM unnest($1::bigint[], $2::bigint[]) AS d(item, number)
		JOIN merchandising_item i ON i.id = d.item
		JOIN merchandising_version v ON v.item_id = i.id AND v.number = CASE d.number WHEN 0 THEN i.latest_version ELSE d.number END`, items, numbers)
	if err != nil {
		return nil, err
	}
	out := make([]said, len(drafts))
	for i, d := range drafts {
		at := slices.IndexFunc(found, func(r liveRow) bool { return r.Item == d.Item && (d.Version == 0 || r.Version == d.Version) })
		if at < 0 {
			return nil, ErrVersionNotFound.At("drafts", strconv.Itoa(i))
		}
		row := found[at]
		if row.Content, err = decode(row.kind, row.content); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out[:i], func(o said) bool { return o.Item == d.Item }) {
			return nil, errTwice.At("drafts", strconv.Itoa(i))
		}
		out[i] = row.said
	}
	return out, nil
}

// Item gives an item.
func (s *Service) Item(ctx context.Context, id ItemID) (Item, error) {
	found, err := collect(ctx, s, scanItem, "read item", `SELECT `+itemColumns+` FROM merchandising_item i WHERE i.id = $1`, int64(id))
	return one(found, err, ErrNotFound)
}

// ItemsByIDs gives items by id; those that are not there are missing.
func (s *Service) ItemsByIDs(ctx context.Context, ids []ItemID) (map[ItemID]Item, error) {
	return byID(ctx, s, scanItem, func(i Item) ItemID { return i.ID }, `SELECT `+itemColumns+` FROM merchandising_item i WHERE i.id = ANY($1)`, ids)
}

// byID reads things by their ids.
func byID[ID ~int64, T any](ctx context.Context, s *Service, scan func(pgx.CollectableRow) (T, error), id func(T) ID, sql string, ids []ID) (map[ID]T, error) {
	raw := make([]int64, len(ids))
	for i, id := range ids {
		raw[i] = int64(id)
	}
	found, err := collect(ctx, s, scan, "read by id", sql, raw)
	if err != nil {
		return nil, err
	}
	out := make(map[ID]T, len(found))
	for _, t := range found {
		out[id(t)] = t
	}
	return out, nil
}

// Items gives one page of items, by id.
func (s *Service) Items(ctx context.Context, f Filter, args page.Args) (page.Slice[Item], error) {
	return list(ctx, s, f.query(), args, "i.id", s.ItemsByIDs)
}

// list reads one page by id.
func list[ID ~int64, T any](ctx context.Context, s *Service, q *keyset.Query, args page.Args, id string,
	read func(context.Context, []ID) (map[ID]T, error)) (page.Slice[T], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[T]{}, err
	}
	ids, err := q.Page(ctx, s.DB.Conn(ctx), w, keyset.Order{Expr: id, Type: "bigint", ID: id})
	if err != nil {
		return page.Slice[T]{}, err
	}
	found, err := read(ctx, keyset.IDs[ID](ids))
	return keyset.Fill(ids, found), err
}

// CountItems tells how long the list is.
func (s *Service) CountItems(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.DB.Conn(ctx))
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("merchandising_item i")
	if len(f.Kinds) > 0 {
		q.Where("i.kind = ANY(?::text[])", f.Kinds)
	}
	if f.Name != "" {
		q.Where("strpos(lower(i.name), lower(?::text)) > 0", f.Name)
	}
	switch f.State {
	case StateLive:
		q.Where("i.live_version IS NOT NULL")
	case StateDraft:
		q.Where("i.live_version IS NULL AND i.archived_at IS NULL")
	case StateArchived:
		q.Where("i.archived_at IS NOT NULL")
	default:
		q.Where("i.archived_at IS NULL")
	}
	return q
}

// Version gives a version of an item.
func (s *Service) Version(ctx context.Context, id ItemID, number int) (Version, error) {
	found, err := collect(ctx, s, scanVersion, "read version", `SELECT `+versionColumns+` FROM merchandising_version v
		JOIN merchandising_item i ON i.id = v.item_id WHERE v.item_id = $1 AND v.number = $2`, int64(id), number)
	return one(found, err, ErrVersionNotFound)
}

// versionID is a version's identity.
type versionID int64

// Versions gives one page of the versions of an item, newest first.
func (s *Service) Versions(ctx context.Context, id ItemID, args page.Args) (page.Slice[Version], error) {
	args.Reverse = !args.Reverse
	q := keyset.From("merchandising_version v")
	q.Where("v.item_id = ?", int64(id))
	return list(ctx, s, q, args, "v.id", func(ctx context.Context, ids []versionID) (map[versionID]Version, error) {
		return byID(ctx, s, scanVersion, func(v Version) versionID { return versionID(v.ID) },
			`SELECT `+versionColumns+` FROM merchandising_version v JOIN merchandising_item i ON i.id = v.item_id WHERE v.id = ANY($1)`, ids)
	})
}

// Releases gives one page of the releases of an item, or with 0 of all, newest
// first.
func (s *Service) Releases(ctx context.Context, id ItemID, args page.Args) (page.Slice[Release], error) {
	args.Reverse = !args.Reverse
	q := keyset.From("merchandising_release r")
	if id != 0 {
		q.Where("r.item_id = ?", int64(id))
	}
	return list(ctx, s, q, args, "r.id", func(ctx context.Context, ids []ReleaseID) (map[ReleaseID]Release, error) {
		return byID(ctx, s, scanRelease, func(r Release) ReleaseID { return r.ID },
			`SELECT `+releaseColumns+` FROM merchandising_release r WHERE r.id = ANY($1)`, ids)
	})
}
