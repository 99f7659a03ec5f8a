package stockfeed

import (
	"encoding/json"
	"fmt"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/inventory"
)

func feedOf(r *ent.StockFeed) Feed {
	return Feed{
		ID:           ID(r.ID),
		Handle:       r.Handle,
		Name:         r.Name,
		Kind:         Kind(r.Kind),
		Mode:         Mode(r.Mode),
		Item:         Item(r.Item),
		Location:     inventory.LocationID(r.LocationID),
		URL:          r.URL,
		EveryMinutes: r.EveryMinutes,
		Active:       r.Active,
		LastSequence: r.LastSequence,
		LastAsOf:     r.LastAsOf,
		NextPullAt:   r.NextPullAt,
		Version:      r.Version,
		CreatedAt:    r.CreatedAt,
		UpdatedAt:    r.UpdatedAt,
	}
}

func runOf(r *ent.StockFeedRun) (Run, error) {
	run := Run{
		ID:        RunID(r.ID),
		Feed:      ID(r.FeedID),
		State:     RunState(r.State),
		Message:   r.Message,
		Sequence:  r.Sequence,
		AsOf:      r.AsOf,
		Lines:     r.Lines,
		Changed:   r.Changed,
		Unchanged: r.Unchanged,
		Unknown:   r.Unknown,
		Refused:   r.Refused,
		Reason:    r.Reason,
		At:        r.At,
	}
	if len(r.Problems) > 0 {
		if err := json.Unmarshal(r.Problems, &run.Problems); err != nil {
			return run, fmt.Errorf("read problems of a run: %w", err)
		}
	}
	return run, nil
}
