package metafield

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Bulk reads and writes the metafields of hundreds of owners of one kind at
// once. It writes in the caller's transaction, which also records what happened
// to the owners.
type Bulk struct{ db *postgres.DB }

// NewBulk wires the bulk operations.
func NewBulk(db *postgres.DB) *Bulk { return &Bulk{db: db} }

// BulkInput is a value for one of many owners; an empty one takes it away.
type BulkInput struct {
	Owner int64
	Input
}

// Column is a metafield that some owner has, with the type and the description
// that most have.
type Column struct {
	Namespace   string
	Key         string
	Type        string
	Description string
}

// Columns gives the metafields that owners of a kind have, by name.
func (b *Bulk) Columns(ctx context.Context, kind string) ([]Column, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `
		SELECT namespace, key, mode() WITHIN GROUP (ORDER BY type), mode() WITHIN GROUP (ORDER BY description)
		FROM metafield WHERE owner_kind = $1 GROUP BY namespace, key ORDER BY namespace, key`, kind)
	if err != nil {
		return nil, fmt.Errorf("look over metafields: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Column])
	return list, postgres.Fault(err)
}

// Of gives the metafields of many owners.
func (b *Bulk) Of(ctx context.Context, kind string, owners []int64) (map[int64][]Metafield, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `
		SELECT id, owner_id, namespace, key, type, value, description, visibility, created_at, updated_at
		FROM metafield WHERE owner_kind = $1 AND owner_id = ANY($2) ORDER BY owner_id, namespace, key`, kind, owners)
	if err != nil {
		return nil, fmt.Errorf("read metafields: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := map[int64][]Metafield{}
	for rows.Next() {
		m := Metafield{Owner: Owner{Kind: kind}}
		if err := rows.Scan(&m.ID, &m.Owner.ID, &m.Namespace, &m.Key, &m.Type, &m.Value, &m.Description, &m.Visibility,
			&m.CreatedAt, &m.UpdatedAt); err != nil {
			return nil, fmt.Errorf("read metafields: %w", err)
		}
		out[m.Owner.ID] = append(out[m.Owner.ID], m)
	}
	return out, postgres.Fault(rows.Err())
}

// Set writes values of many owners, each name once. Description
// and visibility are those of the first time.
func (b *Bulk) Set(ctx context.Context, kind string, inputs []BulkInput) error {
	var write bulkColumns
	var remove bulkColumns
	for _, in := range inputs {
		if err := in.Validate(); err != nil {
			return fault.Newf(fault.Invalid, "invalid_metafield", "The metafield %s.%s is refused.", in.Namespace, in.Key).Wrap(err)
		}
		if in.Value == "" {
			remove.add(in)
		} else {
			write.add(in)
		}
	}
	batch := &pgx.Batch{}
	if len(remove.owners) > 0 {
		batch.Queue(`
			DELETE FROM metafield USING unnest($2::bigint[], $3::text[], $4::text[]) AS d(owner, namespace, key)
			WHERE owner_kind = $1 AND owner_id = d.owner AND metafield.namespace = d.namespace AND metafield.key = d.key`,
			kind, remove.owners, remove.namespaces, remove.keys)
	}
	if len(write.owners) > 0 {
		batch.Queue(`
			INSERT INTO metafield (owner_kind, owner_id, namespace, key, type, value, description, visibility, created_at, updated_at)
			SELECT $1, i.owner, i.namespace, i.key, i.type, i.value, i.description, i.visibility, $9, $9
			FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
				AS i(owner, namespace, key, type, value, description, visibility)
			ON CONFLICT (owner_kind, owner_id, namespace, key)
			DO UPDATE SET type = excluded.type, value = excluded.value, updated_at = excluded.updated_at`,
			kind, write.owners, write.namespaces, write.keys, write.types, write.values, write.descriptions, write.visibilities, b.db.Now(ctx))
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := b.db.Conn(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write metafields: %w", postgres.Fault(err))
	}
	return nil
}

// bulkColumns are inputs by column.
type bulkColumns struct {
	owners                                                      []int64
	namespaces, keys, types, values, descriptions, visibilities []string
}

func (c *bulkColumns) add(in BulkInput) {
	c.owners = append(c.owners, in.Owner)
	c.namespaces = append(c.namespaces, in.Namespace)
	c.keys = append(c.keys, in.Key)
	c.types = append(c.types, in.Type)
	c.values = append(c.values, in.Value)
	c.descriptions = append(c.descriptions, in.Description)
	c.visibilities = append(c.visibilities, string(in.Visibility))
}
