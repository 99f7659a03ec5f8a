package search

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room's tables. Whether indexes have what
// they should is no question for a database: see [Service.Check].
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "search.one_generation_is_live",
			Says: "of an instance's generations at most one is live, one can be gone back to and one is on its way",
			SQL: `
				SELECT instance, engine, count(*) FILTER (WHERE state = 'live') AS live, count(*) FILTER (WHERE state = 'previous') AS previous,
					count(*) FILTER (WHERE state IN ('requested', 'building')) AS coming
				FROM search_generation GROUP BY instance, engine
				HAVING count(*) FILTER (WHERE state = 'live') > 1 OR count(*) FILTER (WHERE state = 'previous') > 1
					OR count(*) FILTER (WHERE state IN ('requested', 'building')) > 1`,
		},
		{
			ID:   "search.generation_dates",
			Says: "a generation that is built has begun, one that was live was built, and one that ended says when",
			SQL: `
				SELECT id, state FROM search_generation
				WHERE state IN ('building', 'live', 'previous') AND started_at IS NULL
					OR state IN ('live', 'previous') AND (built_at IS NULL OR live_at IS NULL)
					OR state IN ('previous', 'failed') AND retired_at IS NULL`,
		},
		{
			ID:   "search.letter_has_a_hash",
			Says: "every rejected document names what was refused, and began before it was tried last",
			SQL:  `SELECT id FROM search_dead_letter WHERE length(payload_hash) <> 32 OR last_at < first_at`,
		},
	}
}
