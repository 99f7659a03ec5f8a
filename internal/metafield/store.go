package metafield

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/metafield"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Of gives the metafields of one owner, whoever may see them.
func (s *Service) Of(ctx context.Context, owner Owner) ([]Metafield, error) {
	rows, err := s.db.Ent(ctx).Metafield.Query().
		Where(metafield.OwnerKind(owner.Kind), metafield.OwnerID(owner.ID)).
		Order(metafield.ByNamespace(), metafield.ByKey()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read metafields: %w", postgres.Fault(err))
	}
	out := make([]Metafield, len(rows))
	for i, r := range rows {
		out[i] = metafieldOf(r)
	}
	return out, nil
}

// OfMany gives the metafields of many owners of one kind, whoever may see them.
func (s *Service) OfMany(ctx context.Context, kind string, ids []int64) (map[int64][]Metafield, error) {
	rows, err := s.db.Ent(ctx).Metafield.Query().
		Where(metafield.OwnerKind(kind), postgres.Any(metafield.FieldOwnerID, ids)).
		Order(metafield.ByNamespace(), metafield.ByKey()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read metafields: %w", postgres.Fault(err))
	}
	out := make(map[int64][]Metafield, len(ids))
	for _, r := range rows {
		out[r.OwnerID] = append(out[r.OwnerID], metafieldOf(r))
	}
	return out, nil
}

// ByID gives one metafield; the caller checks its visibility.
func (s *Service) ByID(ctx context.Context, id ID) (Metafield, error) {
	r, err := s.db.Ent(ctx).Metafield.Get(ctx, int64(id))
	if ent.IsNotFound(err) {
		return Metafield{}, ErrNotFound
	}
	if err != nil {
		return Metafield{}, fmt.Errorf("read metafield: %w", postgres.Fault(err))
	}
	return metafieldOf(r), nil
}

func metafieldOf(r *ent.Metafield) Metafield {
	return Metafield{
		ID:          ID(r.ID),
		Owner:       Owner{Kind: r.OwnerKind, ID: r.OwnerID},
		Namespace:   r.Namespace,
		Key:         r.Key,
		Type:        r.Type,
		Value:       r.Value,
		Description: r.Description,
		Visibility:  Visibility(r.Visibility),
		CreatedAt:   r.CreatedAt,
		UpdatedAt:   r.UpdatedAt,
	}
}

// write puts every value in its place in one round trip.
func (s *Service) write(ctx context.Context, owner Owner, inputs []Input) error {
	now := s.db.Now(ctx)
	batch := &pgx.Batch{}
	for _, in := range inputs {
		if in.Value == "" {
			batch.Queue(`
				DELETE FROM metafield WHERE owner_kind = $1 AND owner_id = $2 AND namespace = $3 AND key = $4`,
				owner.Kind, owner.ID, in.Namespace, in.Key)
			continue
		}
		batch.Queue(`
			INSERT INTO metafield (owner_kind, owner_id, namespace, key, type, value, description, visibility,
				created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
			ON CONFLICT (owner_kind, owner_id, namespace, key)
			DO UPDATE SET type = excluded.type, value = excluded.value, description = excluded.description,
				visibility = excluded.visibility, updated_at = excluded.updated_at`,
			owner.Kind, owner.ID, in.Namespace, in.Key, in.Type, in.Value, in.Description, string(in.Visibility), now)
	}
	if err := s.db.Conn(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write metafields: %w", postgres.Fault(err))
	}
	return nil
}
