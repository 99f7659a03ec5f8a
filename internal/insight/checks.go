package insight

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks are the invariants of what was counted.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "insight.figures_fit",
			Says: "no query was found in vain, rescued, clicked or bought from more often than it was searched for",
			SQL: `SELECT day, market, language, query FROM query_day
				WHERE zero + rescued > searches OR sessions > tracked OR refined > tracked OR clicked > tracked OR carts > tracked OR orders > carts
					OR clicked > clicks OR positions < clicks`,
		},
		{
			ID:   "insight.follow_fits",
			Says: "of the visits that searched on, no more clicked than there were",
			SQL:  `SELECT day, language, query, next FROM query_follow WHERE clicked > sessions`,
		},
		{
			ID:   "insight.arms_fit",
			Says: "no arm of an experiment has more visits with a click, a cart or an order than visits",
			SQL:  `SELECT day, experiment, version, arm FROM experiment_day WHERE clicked > visits OR carts > visits OR orders > carts`,
		},
		{
			ID:   "insight.accepted_is_made",
			Says: "what was made of an accepted proposal is there",
			SQL: `SELECT p.id, p.item_id FROM query_proposal p LEFT JOIN merchandising_item i ON i.id = p.item_id
				WHERE p.state = 'accepted' AND i.id IS NULL`,
		},
	}
}
