package gql

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Streaming says how subscriptions are answered: over Server-Sent Events and
// over WebSocket with the protocol graphql-transport-ws. Zero fields take their
// defaults.
//
// Subscriptions need no cookie and are given none; where they need to know who
// asks, they are told by a bearer token. So a page of any origin may open a
// socket, as it may call by CORS: it can do nothing there that its own server
// could not.
type Streaming struct {
	PerSocket   int           // subscriptions on one socket; 20
	Total       int           // subscriptions and sockets of this process; 5,000 of each
	InitTimeout time.Duration // until a socket must have said connection_init; 5 s
	KeepAlive   time.Duration // between signs of life, which proxies want; 20 s
	WriteWait   time.Duration // how long a client may take to read what it is sent; 10 s

	// Greet learns from the payload of connection_init who opens a socket, since a
	// browser has no headers to say so, and gives the context of everything on it.
	// An error closes the socket. Nil: the payload says nothing.
	Greet func(ctx context.Context, payload map[string]any) (context.Context, error)
	// Still is asked, as often as signs of life are given, whether who subscribed
	// may hear more. An error is told to the client and ends the subscription.
	// Nil: always.
	Still func(context.Context) error
}

func (s Streaming) filled() Streaming {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	if s.PerSocket <= 0 {
		s.PerSocket = 20
	}
	if s.Total <= 0 {
		s.Total = 5_000
	}
	set(&s.InitTimeout, 5*time.Second)
	set(&s.KeepAlive, 20*time.Second)
	set(&s.WriteWait, 10*time.Second)
	return s
}

// The refusals of streams.
var (
	errBusy       = fault.New(fault.Unavailable, "too_many_subscriptions", "There are too many subscriptions; try again later.")
	errTooMany    = fault.New(fault.Exhausted, "too_many_subscriptions", "This connection has too many subscriptions.")
	errNoStream   = fault.New(fault.Invalid, "subscription_only", "Only subscriptions are answered here; send queries and mutations by POST.")
	errNoSockets  = fault.New(fault.Invalid, "subscription_not_supported", "There are no subscriptions here.")
	errStreamOnly = fault.New(fault.Invalid, "not_acceptable", "Accept application/json for queries and mutations.")
)

// streams are the subscriptions that a handler is answering.
type streams struct {
	cfg     Streaming
	sockets atomic.Int64
	open    atomic.Int64
	end     context.CancelFunc
	ended   context.Context //nolint:containedctx // the life of the process's streams, not of a call
	running sync.WaitGroup
}

// newStreams makes the streams of a handler, nil when it has none.
func newStreams(cfg *Streaming) *streams {
	if cfg == nil {
		return nil
	}
	s := &streams{cfg: cfg.filled()}
	s.ended, s.end = context.WithCancel(context.Background())
	return s
}

// take counts one more of something of which there is a most; false when there
// are as many.
func take(count *atomic.Int64, most int) bool {
	if count.Add(1) > int64(most) {
		count.Add(-1)
		return false
	}
	return true
}

// Close ends all subscriptions and waits until they have ended. The server calls
// it when it stops, since they would not end by themselves.
func (h *Handler) Close() {
	if h.streams == nil {
		return
	}
	h.streams.end()
	h.streams.running.Wait()
}

// within gives a context that ends with a request and with the handler.
func (s *streams) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.ended, cancel)
	return ctx, func() { stop(); cancel() }
}

// subscribe runs a subscription until it ends and gives each answer, encoded, to
// send. An answer that cannot be sent ends it.
func (h *Handler) subscribe(ctx context.Context, op *graphql.OperationContext, send func([]byte) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = h.present.recovered(ctx, cause)
		}
	}()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	defer h.streams.mind(ctx, end)()
	responses, ctx := h.engine.DispatchOperation(ctx, op)
	for {
		response := responses(ctx)
		last := response == nil
		if last {
			response = h.farewell(ctx, op)
		}
		if response == nil {
			return nil
		}
		body, err := encode(response)
		if err != nil {
			return err
		}
		if err := send(body); err != nil || last {
			return err
		}
	}
}

// mind asks now and then whether a subscription may go on, and ends it if not.
// It gives the function that waits until nobody asks any more.
func (s *streams) mind(ctx context.Context, end context.CancelCauseFunc) func() {
	if s.cfg.Still == nil {
		return func() {}
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		tick := time.NewTicker(s.cfg.KeepAlive)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := s.cfg.Still(ctx); err != nil {
					end(err)
					return
				}
			}
		}
	})
	return func() { end(nil); asking.Wait() }
}

// farewell says why a subscription was ended that might have gone on; nil when
// it came to its end.
func (h *Handler) farewell(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	why := refusal(context.Cause(ctx))
	if len(why) == 0 {
		return nil
	}
	return h.engine.DispatchError(graphql.WithOperationContext(ctx, op), why)
}

// prepare makes the operation of a subscription; what is none is refused.
func (h *Handler) prepare(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	op, errs := h.engine.CreateOperationContext(ctx, params)
	if len(errs) == 0 && op.Operation.Operation != ast.Subscription {
		errs = refusal(errNoStream)
	}
	if len(errs) > 0 {
		return nil, h.engine.DispatchError(graphql.WithOperationContext(ctx, op), errs).Errors
	}
	return op, nil
}

const typeEvents = "text/event-stream"

// wantsEvents reports whether a client takes Server-Sent Events.
func wantsEvents(r *http.Request) bool {
	return strings.Contains(strings.Join(r.Header.Values("Accept"), ","), typeEvents)
}

type lifeKey struct{}

// withLife keeps the context of a request as it is before the time of an answer
// is limited: a stream lives as long as its client.
func withLife(ctx context.Context) context.Context {
	return context.WithValue(ctx, lifeKey{}, ctx)
}

// events answers a subscription over Server-Sent Events, in the «distinct
// connections» mode of the GraphQL over SSE protocol.
func (h *Handler) events(w http.ResponseWriter, r *http.Request, op *graphql.OperationContext) {
	s := h.streams
	life, _ := r.Context().Value(lifeKey{}).(context.Context)
	if !take(&s.open, s.cfg.Total) {
		w.Header().Set("Retry-After", "5")
		h.refuse(w, r, &refused{status: http.StatusServiceUnavailable, fault: errBusy})
		return
	}
	defer s.open.Add(-1)
	s.running.Add(1)
	defer s.running.Done()
	ctx, cancel := s.within(graphql.StartOperationTrace(life))
	defer cancel()

	w.Header().Set("Content-Type", typeEvents+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	out := &eventWriter{w: w, flush: http.NewResponseController(w), wait: s.cfg.WriteWait}
	_ = out.flush.SetReadDeadline(time.Time{})
	if out.write(":\n\n") != nil {
		return
	}
	var alive sync.WaitGroup
	alive.Go(func() { out.keepAlive(ctx, cancel, s.cfg.KeepAlive) })
	err := h.subscribe(ctx, op, func(body []byte) error { return out.write("event: next\ndata: " + string(body) + "\n\n") })
	cancel()
	alive.Wait()
	if err == nil && life.Err() == nil {
		_ = out.write("event: complete\ndata:\n\n")
	}
}

// eventWriter writes events, one at a time, each to a deadline of its own.
type eventWriter struct {
	mu    sync.Mutex
	w     http.ResponseWriter
	flush *http.ResponseController
	wait  time.Duration
}

func (e *eventWriter) write(text string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.flush.SetWriteDeadline(deadline(e.wait))
	if _, err := fmt.Fprint(e.w, text); err != nil {
		return err
	}
	return e.flush.Flush()
}

// deadline gives when the kernel gives a write up. It knows only the machine's
// own clock.
func deadline(wait time.Duration) time.Time {
	return clock.System().Now().Add(wait)
}

// keepAlive writes a comment now and then; it ends the stream of a client that is
// gone.
func (e *eventWriter) keepAlive(ctx context.Context, end func(), every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if e.write(":\n\n") != nil {
				end()
				return
			}
		}
	}
}
