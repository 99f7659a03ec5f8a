package notify

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			// A fact takes a moment to become a mail: an order is only missed
			// when one that was placed an hour later has its mail, and while mails
			// of its day are still kept.
			ID:   "notify.order_is_confirmed_once",
			Says: "each order has exactly one confirmation mail",
			SQL: `
				SELECT o.id, o.number, count(m.id) AS mails
				FROM sales_order o
				LEFT JOIN mail_message m ON m.kind = 'order.confirmation' AND m.subject_kind = 'order' AND m.subject_id = o.id
				WHERE o.state <> 'draft' AND o.email <> '' AND o.placed_at > (SELECT max(created_at) FROM mail_message)
					- make_interval(days => COALESCE((SELECT days FROM retention WHERE what = 'mails'), 90) - 1)
				GROUP BY o.id
				HAVING count(m.id) > 1 OR count(m.id) = 0 AND EXISTS (
					SELECT FROM sales_order later
					JOIN mail_message x ON x.kind = 'order.confirmation' AND x.subject_kind = 'order' AND x.subject_id = later.id
					WHERE later.placed_at > o.placed_at + interval '1 hour')`,
		},
		{
			ID:   "notify.mail_is_about_something",
			Says: "each confirmation mail is about an order, and its key says which",
			SQL: `SELECT m.id, m.key FROM mail_message m LEFT JOIN sales_order o ON o.id = m.subject_id
				WHERE m.kind = 'order.confirmation' AND (o.id IS NULL OR m.key <> 'order.confirmation/' || o.id)`,
		},
		{
			ID:   "notify.restock_mail_is_of_its_request",
			Says: "a mail that something is in stock again is the one of a request that was told of",
			SQL: `SELECT m.id, m.key, r.state FROM mail_message m LEFT JOIN restock_request r ON r.id = m.subject_id
				WHERE m.kind = 'restock.available' AND (m.key <> 'restock.available/' || m.subject_id OR r.state <> 'notified')`,
		},
	}
}
