package payment

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

// columns are what scan reads.
const columns = `id, checkout_id, COALESCE(order_id, 0), method, state, amount, currency, captured, refunded, refund_state,
	provider_key, COALESCE(reference, ''), token, return_url, next_action, decline_reason, version, created_at, updated_at`

func scan(row pgx.CollectableRow) (attempt, error) {
	var a attempt
	var action []byte
	var minor int64
	var currency money.Currency
	err := row.Scan(&a.ID, &a.Checkout, &a.Order, &a.Method, &a.State, &minor, &currency, &a.Captured, &a.Refunded, &a.refund,
		&a.Key, &a.Reference, &a.token, &a.ReturnURL, &action, &a.DeclineReason, &a.Version, &a.CreatedAt, &a.UpdatedAt)
	if err != nil {
		return a, err
	}
	a.Amount, a.RefundOwed = money.New(minor, currency), a.refund == refundOwed
	if action != nil {
		if err := json.Unmarshal(action, &a.Action); err != nil {
			return a, fmt.Errorf("action of payment %d: %w", a.ID, err)
		}
	}
	return a, nil
}

// actionColumn writes an action; none is NULL.
func actionColumn(a *Action) ([]byte, error) {
	if a == nil {
		return nil, nil
	}
	return json.Marshal(a)
}
