package merchandising

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const itemColumns = `i.id, i.kind, i.name, i.latest_version, i.live_version, i.version, i.archived_at, i.created_at, i.updated_at`

func scanItem(row pgx.CollectableRow) (i Item, err error) {
	err = row.Scan(&i.ID, &i.Kind, &i.Name, &i.Latest, &i.Live, &i.Version, &i.ArchivedAt, &i.CreatedAt, &i.UpdatedAt)
	return i, err
}

const versionColumns = `v.id, v.item_id, v.number, v.note, v.author, v.created_at, i.kind, v.content`

func scanVersion(row pgx.CollectableRow) (v Version, err error) {
	var kind Kind
	var content json.RawMessage
	if err = row.Scan(&v.ID, &v.Item, &v.Number, &v.Note, &v.Author, &v.CreatedAt, &kind, &content); err != nil {
		return v, err
	}
	if v.Content, err = decode(kind, content); err != nil {
		return v, fmt.Errorf("version %d of item %d: %w", v.Number, v.Item, err)
	}
	return v, nil
}

const releaseColumns = `r.id, r.item_id, r.action, r.from_version, r.to_version, r.author, r.at`

func scanRelease(row pgx.CollectableRow) (r Release, err error) {
	err = row.Scan(&r.ID, &r.Item, &r.Action, &r.From, &r.To, &r.Author, &r.At)
	return r, err
}

// liveRow is what an item says, not read yet.
type liveRow struct {
	said
	release ReleaseID
	kind    Kind
	content json.RawMessage
}

func scanLive(row pgx.CollectableRow) (r liveRow, err error) {
	err = row.Scan(&r.release, &r.Item, &r.Version, &r.Name, &r.kind, &r.content)
	return r, err
}
