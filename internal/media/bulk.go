package media

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Bulk reads and writes hundreds of assets at once, in the caller's
// transaction, which also writes the audit row. Nothing is fetched.
type Bulk struct{ db *postgres.DB }

// NewBulk wires the bulk operations.
func NewBulk(db *postgres.DB) *Bulk { return &Bulk{db: db} }

// BulkLink is a picture that stays where it is.
type BulkLink struct {
	URL string
	Alt string
}

// ByIDs gives what files say of assets: where they are and what stands for
// them. The other fields are left out.
func (b *Bulk) ByIDs(ctx context.Context, ids []ID) (map[ID]Asset, error) {
	rows, err := b.db.Conn(ctx).Query(ctx,
		`SELECT id, kind, storage_key, origin_url, alt FROM media_asset WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read media: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[ID]Asset, len(ids))
	for rows.Next() {
		var a Asset
		if err := rows.Scan(&a.ID, &a.Kind, &a.StorageKey, &a.OriginURL, &a.Alt); err != nil {
			return nil, fmt.Errorf("read media: %w", err)
		}
		out[a.ID] = a
	}
	return out, postgres.Fault(rows.Err())
}

// Link makes an asset of every picture and gives the ids in their order.
func (b *Bulk) Link(ctx context.Context, links []BulkLink) ([]ID, error) {
	if len(links) == 0 {
		return nil, nil
	}
	conn, now := b.db.Conn(ctx), b.db.Now(ctx)
	rows, err := conn.Query(ctx,
		`SELECT nextval(pg_get_serial_sequence('media_asset', 'id')) FROM generate_series(1, $1::int)`, len(links))
	if err != nil {
		return nil, fmt.Errorf("take ids of media: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return nil, fmt.Errorf("take ids of media: %w", postgres.Fault(err))
	}
	columns := []string{"id", "kind", "origin_url", "alt", "created_at", "updated_at"}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"media_asset"}, columns, pgx.CopyFromSlice(len(links), func(i int) ([]any, error) {
		return []any{int64(ids[i]), string(Image), links[i].URL, links[i].Alt, now, now}, nil
	}))
	if err != nil {
		return nil, fmt.Errorf("link pictures: %w", postgres.Fault(err))
	}
	return ids, nil
}

// SetAlts changes the texts that stand for pictures.
func (b *Bulk) SetAlts(ctx context.Context, alts map[ID]string) error {
	batch := &pgx.Batch{}
	for id, alt := range alts {
		batch.Queue(`UPDATE media_asset SET alt = $2, updated_at = $3 WHERE id = $1`, int64(id), alt, b.db.Now(ctx))
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := b.db.Conn(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("change alternative texts: %w", postgres.Fault(err))
	}
	return nil
}
