package translation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/translation"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Of gives every text of one owner, for the back office.
func (s *Service) Of(ctx context.Context, owner Owner) ([]Text, error) {
	rows, err := s.db.Ent(ctx).Translation.Query().
		Where(translation.OwnerKind(owner.Kind), translation.OwnerID(owner.ID)).
		Order(translation.ByLanguage(), translation.ByField()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read translations: %w", postgres.Fault(err))
	}
	out := make([]Text, len(rows))
	for i, r := range rows {
		out[i] = textOf(r)
	}
	return out, nil
}

func textOf(r *ent.Translation) Text {
	return Text{
		Owner:     Owner{Kind: r.OwnerKind, ID: r.OwnerID},
		Language:  locale.Language(r.Language),
		Field:     r.Field,
		Value:     r.Value,
		UpdatedAt: r.UpdatedAt,
	}
}

// Texts are the translated fields of one owner in one language.
type Texts map[string]string

// Or gives the translated field, else the original.
func (t Texts) Or(field, original string) string {
	if v, ok := t[field]; ok {
		return v
	}
	return original
}

// For gives the texts of many owners of one kind in a language; where it lacks
// one, the wider language's ("pt" for "pt-br") counts.
func (s *Service) For(ctx context.Context, kind string, ids []int64, language locale.Language) (map[int64]Texts, error) {
	languages := []string{string(language)}
	for _, l := range locale.Fallbacks(language) {
		languages = append(languages, string(l))
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT owner_id, field, value FROM translation
		WHERE owner_kind = $1 AND owner_id = ANY($2) AND language = ANY($3)
		ORDER BY array_position($3::text[], language::text) DESC`, kind, ids, languages)
	if err != nil {
		return nil, fmt.Errorf("read translations: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := map[int64]Texts{}
	for rows.Next() {
		var id int64
		var field, value string
		if err := rows.Scan(&id, &field, &value); err != nil {
			return nil, fmt.Errorf("read translation: %w", err)
		}
		if out[id] == nil {
			out[id] = Texts{}
		}
		out[id][field] = value // the narrowest language comes last
	}
	return out, postgres.Fault(rows.Err())
}

// write puts every text in its place in one round trip.
func (s *Service) write(ctx context.Context, owner Owner, texts []Text) error {
	now := s.db.Now(ctx)
	batch := &pgx.Batch{}
	for _, t := range texts {
		if t.Value == "" {
			batch.Queue(`
				DELETE FROM translation WHERE owner_kind = $1 AND owner_id = $2 AND language = $3 AND field = $4`,
				owner.Kind, owner.ID, string(t.Language), t.Field)
			continue
		}
		batch.Queue(`
			INSERT INTO translation (owner_kind, owner_id, language, field, value, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (owner_kind, owner_id, language, field)
			DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
			owner.Kind, owner.ID, string(t.Language), t.Field, t.Value, now)
	}
	if err := s.db.Conn(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write translations: %w", postgres.Fault(err))
	}
	return nil
}
