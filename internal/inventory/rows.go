package inventory

import (
	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/catalog"
)

func levelOf(r *ent.StockLevel) Level {
	return Level{
		ID:        LevelID(r.ID),
		Variant:   catalog.VariantID(r.VariantID),
		Location:  LocationID(r.LocationID),
		Stock:     Stock{OnHand: r.OnHand, Taken: r.Taken, Incoming: r.Incoming, Safety: r.Safety},
		Version:   r.Version,
		UpdatedAt: r.UpdatedAt,
	}
}

func scanLevel(row pgx.Row) (l Level, err error) {
	err = row.Scan(&l.ID, &l.Variant, &l.Location, &l.OnHand, &l.Taken, &l.Incoming, &l.Safety, &l.Version, &l.UpdatedAt)
	return l, err
}

func scanMovement(row pgx.Row) (m Movement, err error) {
	err = row.Scan(&m.ID, &m.Variant, &m.Location, &m.Kind,
		&m.Delta.OnHand, &m.Delta.Taken, &m.Delta.Incoming, &m.Delta.Safety,
		&m.Reason, &m.ReferenceKind, &m.ReferenceID, &m.ActorKind, &m.ActorID, &m.At)
	return m, err
}
