package merchandising

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "merchandising.versions_have_no_gap",
			Says: "the versions of an item are numbered from 1 to its latest one",
			SQL: `SELECT i.id AS item, i.latest_version, count(v.id) AS versions, max(v.number) AS greatest
				FROM merchandising_item i LEFT JOIN merchandising_version v ON v.item_id = i.id
				GROUP BY i.id HAVING count(v.id) <> i.latest_version OR max(v.number) IS DISTINCT FROM i.latest_version`,
		},
		{
			ID:   "merchandising.live_version_exists",
			Says: "the live version of an item is one of its versions",
			SQL: `SELECT i.id AS item, i.live_version FROM merchandising_item i WHERE i.live_version IS NOT NULL
				AND NOT EXISTS (SELECT 1 FROM merchandising_version v WHERE v.item_id = i.id AND v.number = i.live_version)`,
		},
		{
			ID:   "merchandising.live_version_was_released",
			Says: "the last release of an item says which version of it is live",
			SQL: `SELECT i.id AS item, i.live_version, r.id AS release, r.to_version FROM merchandising_item i
				LEFT JOIN LATERAL (SELECT id, to_version FROM merchandising_release WHERE item_id = i.id ORDER BY id DESC LIMIT 1) r ON true
				WHERE i.live_version IS DISTINCT FROM r.to_version`,
		},
		{
			ID:   "merchandising.releases_follow_each_other",
			Says: "each release of an item begins with the version that the one before it made live",
			SQL: `SELECT * FROM (SELECT item_id AS item, id AS release, from_version, to_version,
					lag(to_version) OVER (PARTITION BY item_id ORDER BY id) AS before FROM merchandising_release) r
				WHERE from_version IS DISTINCT FROM before OR from_version IS NOT DISTINCT FROM to_version`,
		},
	}
}
