package job

import (
	"context"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// Subscriber does something outside of the database because of an event: a
// mail, a call. Each event is a job of its own, retried alone; their order is
// not kept.
type Subscriber struct {
	Name   string // stays: it is in the arguments of waiting jobs
	Topics []string
	Queue  string // "" is Default
	Handle func(ctx context.Context, e event.Envelope) error
}

// effect is one event for one subscriber.
type effect struct {
	Subscriber string         `json:"subscriber"`
	Event      event.Envelope `json:"event"`
}

// Kind of the job.
func (effect) Kind() string { return "effect" }

// Effects gives the consumer that turns events into the subscribers' jobs. The
// jobs and the cursor commit together, so that there is exactly one for each
// event and subscriber.
func (j *Jobs) Effects(subscribers ...Subscriber) event.Consumer {
	var topics []string
	for _, s := range subscribers {
		j.effects[s.Name] = s
		topics = append(topics, s.Topics...)
	}
	return event.Consumer{Name: "effects", Topics: topics, Transactional: true,
		Handle: func(ctx context.Context, batch []event.Envelope) error {
			for _, s := range subscribers {
				if err := j.InsertMany(ctx, s.jobs(batch), Options{Queue: s.Queue}); err != nil {
					return err
				}
			}
			return nil
		}}
}

func (s Subscriber) jobs(batch []event.Envelope) []Args {
	var all []Args
	for _, e := range batch {
		if slices.Contains(s.Topics, e.Topic) {
			all = append(all, effect{Subscriber: s.Name, Event: e})
		}
	}
	return all
}

func (j *Jobs) runEffect(ctx context.Context, e effect) error {
	s, ok := j.effects[e.Subscriber]
	if !ok {
		return fault.Newf(fault.Internal, "unknown_subscriber", "nobody called %q subscribes to events", e.Subscriber)
	}
	return s.Handle(actor.WithSystem(ctx, s.Name), e.Event)
}
