// Package feeds is where suppliers, warehouses and back-office systems post
// what they know of stock: POST /feeds/<handle>, signed by the Standard Webhooks
// specification (see stockfeed.Envelope). The answer says what became of it, as
// JSON:
//
//	200  taken; the counts say how far, the problems which lines were not
//	401  not signed as this feed's messages are, or there is no such feed
//	409  repeated (the run is the earlier one), stale, or the feed is inactive
//	413  too large
//	415  compressed
//	422  cannot be read; the problems say why
//	429  too many wrong signatures from this address
//	503  try again, after Retry-After seconds; nothing was changed
//
// Everything but 429 and 503 is final: sending the same again changes nothing.
package feeds

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/stockfeed"
)

const (
	// atOnce bounds the deliveries that this process holds in memory.
	atOnce = 16
	// bodyTime is how long a delivery may take to arrive: whoever sends drop by
	// drop does not keep the others out.
	bodyTime = 15 * time.Second
)

// retryAfter is how many seconds a sender is asked to wait.
const retryAfter = "5"

// Receiver takes in what is posted.
type Receiver interface {
	Receive(ctx context.Context, handle string, e stockfeed.Envelope, read func() ([]byte, error)) (stockfeed.Receipt, error)
}

// Config says what the endpoint is made with.
type Config struct {
	Feeds    Receiver
	Attempts *redis.Attempts // wrong signatures by address; nil: they are not counted
	Clock    clock.Clock     // nil is the system's
	Log      *slog.Logger    // nil is silent
}

var (
	errTooLarge = fault.Newf(fault.Invalid, "too_large", "A delivery has at most %d bytes.", stockfeed.MaxBytes)
	errPacked   = fault.New(fault.Invalid, "compressed", "A delivery is sent as it is, not compressed.")
	errBusy     = fault.New(fault.Unavailable, "busy", "Too many deliveries arrive at once.")
	errCut      = fault.New(fault.Unavailable, "body_unreadable", "The delivery did not arrive whole.")
)

type endpoint struct {
	Config
	room chan struct{}
}

// New gives the handler of POST /feeds/<handle>.
func New(cfg Config) http.Handler {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System()
	}
	e := &endpoint{Config: cfg, room: make(chan struct{}, atOnce)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /feeds/{handle}", e.post)
	return mux
}

func (e *endpoint) post(w http.ResponseWriter, r *http.Request) {
	select {
	case e.room <- struct{}{}:
		defer func() { <-e.room }()
	default:
		e.refuse(w, r, errBusy)
		return
	}
	receipt, err := e.receive(w, r)
	if err != nil {
		e.refuse(w, r, err)
		return
	}
	answer(w, statusOf(receipt), reportOf(receipt))
}

// receive counts every message as a wrong one before it is judged, and takes
// the count back of those that are signed.
func (e *endpoint) receive(w http.ResponseWriter, r *http.Request) (stockfeed.Receipt, error) {
	from := httpd.Client(r.Context()).String()
	if e.Attempts != nil {
		if err := e.Attempts.Take(r.Context(), from); err != nil {
			return stockfeed.Receipt{}, err
		}
	}
	envelope := stockfeed.Envelope{ID: only(r, "Webhook-Id"), Timestamp: only(r, "Webhook-Timestamp"), Signature: only(r, "Webhook-Signature")}
	receipt, err := e.Feeds.Receive(r.Context(), r.PathValue("handle"), envelope, func() ([]byte, error) { return e.body(w, r) })
	if err == nil && e.Attempts != nil {
		if err := e.Attempts.Forget(r.Context(), from); err != nil {
			e.Log.WarnContext(r.Context(), "attempts were not forgotten", "err", err)
		}
	}
	return receipt, err
}

// only gives a header that is sent once.
func only(r *http.Request, name string) string {
	if values := r.Header.Values(name); len(values) == 1 {
		return values[0]
	}
	return ""
}

// body reads what was sent, never more than a delivery may have.
func (e *endpoint) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, errPacked
	}
	if r.ContentLength > stockfeed.MaxBytes {
		return nil, errTooLarge
	}
	// Where it cannot be set, the server's own holds. Once all is here it is taken
	// away, since its end would end the request.
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(e.Clock.Now().Add(bodyTime))
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, stockfeed.MaxBytes))
	_ = connection.SetReadDeadline(time.Time{})
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, errTooLarge
	case err != nil:
		return nil, errCut.Wrap(err)
	}
	return text, nil
}

// report is the answer to a delivery that was judged.
type report struct {
	Run       string              `json:"run"`
	State     stockfeed.RunState  `json:"state"`
	Repeated  bool                `json:"repeated,omitempty"`
	Reason    string              `json:"reason,omitempty"`
	Lines     int                 `json:"lines"`
	Changed   int                 `json:"changed"`
	Unchanged int                 `json:"unchanged"`
	Unknown   int                 `json:"unknown"`
	Refused   int                 `json:"refused"`
	Problems  []stockfeed.Problem `json:"problems,omitempty"`
}

func reportOf(r stockfeed.Receipt) report {
	out := report{Run: gid.Format("StockFeedRun", int64(r.Run.ID)), State: r.Run.State, Repeated: r.Repeated, Reason: r.Run.Reason,
		Lines: r.Run.Lines, Changed: r.Run.Changed, Unchanged: r.Run.Unchanged, Unknown: r.Run.Unknown, Refused: r.Run.Refused,
		Problems: r.Run.Problems}
	if r.Repeated {
		out.Reason = "repeated"
	}
	return out
}

func statusOf(r stockfeed.Receipt) int {
	switch {
	case r.Repeated, r.Run.Reason == "stale", r.Run.Reason == "feed_inactive":
		return http.StatusConflict
	case r.Run.State == stockfeed.Refused:
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// refuse answers what was not judged. Our own failures are logged and not told.
func (e *endpoint) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := fault.As(err)
	status := http.StatusInternalServerError
	switch {
	case !ok || f.Kind == fault.Internal:
		f = fault.New(fault.Internal, "internal", "The delivery could not be taken; nothing was changed.")
		e.Log.ErrorContext(r.Context(), "stock feed failed", "feed", r.PathValue("handle"), "err", err)
	case f.Kind == fault.Unauthenticated:
		status = http.StatusUnauthorized
	case errors.Is(f, errTooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(f, errPacked):
		status = http.StatusUnsupportedMediaType
	case f.Kind == fault.Exhausted:
		status = http.StatusTooManyRequests
	case f.Kind == fault.Unavailable:
		status = http.StatusServiceUnavailable
	case f.Kind == fault.Invalid:
		status = http.StatusUnprocessableEntity
	case f.Kind == fault.Conflict:
		status = http.StatusConflict
	}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", retryAfter)
	}
	answer(w, status, map[string]string{"reason": f.Reason, "message": f.Message})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a sender who went away
}
