package event

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// Consumer is somebody who must know.
type Consumer struct {
	// Name is the cursor's: it stays the same for as long as the consumer is to
	// go on where it stood.
	Name string
	// Topics narrows what is handed over; none means all.
	Topics []string
	// Handle takes events in their order. After an error it gets them again.
	Handle func(ctx context.Context, batch []Envelope) error
	// Transactional runs Handle in the transaction that moves the cursor, so
	// that what it writes happens once. Such a handler is brief and does not
	// leave the database.
	Transactional bool
	// Broadcast runs Handle in each process, for events that commit after Add.
	Broadcast bool
	// Rebuild starts over from the present state, where the history that the
	// consumer has not seen is no longer whole. Without it the consumer goes on
	// with what is left. Ordered consumers only.
	Rebuild func(ctx context.Context) error
	// Batch bounds how many events come at once; 0 means 500.
	Batch int
	// Timeout bounds one Handle; 0 means 30 seconds, and it stays below the
	// minute after which the server ends an idle transaction.
	Timeout time.Duration
}

const (
	defaultBatch   = 500
	defaultTimeout = 30 * time.Second
	longestTimeout = 50 * time.Second
)

func (c Consumer) validate() error {
	var all fault.List
	refuse := func(when bool, message string) {
		if when {
			all.Add(fault.New(fault.Internal, "consumer_refused", message).At(c.Name))
		}
	}
	refuse(c.Name == "" || c.Name == sweptMark, "a consumer has a name of its own")
	refuse(c.Handle == nil, "a consumer handles events")
	refuse(c.Broadcast && (c.Transactional || c.Rebuild != nil), "a broadcast consumer keeps nothing in the database")
	refuse(c.Timeout > longestTimeout, "a handler ends within 50 seconds")
	return all.Err()
}

func (c Consumer) withDefaults() Consumer {
	if c.Batch <= 0 {
		c.Batch = defaultBatch
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	return c
}

// call hands over what the consumer wants of a batch.
func (c Consumer) call(ctx context.Context, batch []Envelope) error {
	wanted := batch
	if len(c.Topics) > 0 {
		wanted = slices.DeleteFunc(slices.Clone(batch), func(e Envelope) bool { return !slices.Contains(c.Topics, e.Topic) })
	}
	if len(wanted) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	return c.Handle(actor.WithSystem(ctx, c.Name), wanted)
}
