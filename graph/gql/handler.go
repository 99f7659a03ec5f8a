package gql

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql/access"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// DefaultTimeout is how long an answer may take.
const DefaultTimeout = 5 * time.Second

// HandlerConfig says what a Handler serves, and how.
type HandlerConfig struct {
	Schema graphql.ExecutableSchema
	Limits guard.Limits

	// Introspection decides by request whether the schema may be asked for; nil
	// means never.
	Introspection func(context.Context) bool

	// Development adds suggestions to errors and the cost to extensions.
	Development bool

	Cache      CachePolicy
	Streaming  *Streaming    // nil: subscriptions are not answered
	Timeout    time.Duration // DefaultTimeout if zero; a subscription has none
	Extensions []graphql.HandlerExtension
	Logger     *slog.Logger // slog's default if nil
}

// Handler answers GraphQL over HTTP as its specification says: POST with
// application/json, GET for queries. It never answers in several parts.
// Subscriptions it answers over Server-Sent Events and WebSocket.
type Handler struct {
	engine  *engine
	cache   CachePolicy
	timeout time.Duration
	present *presenter
	streams *streams // nil: none
}

// NewHandler makes a handler. A schema in which some field has no access rule is
// refused: the error lists the holes.
func NewHandler(cfg HandlerConfig) (*Handler, error) {
	policy, err := access.New(cfg.Schema.Schema())
	if err != nil {
		return nil, err
	}
	if cfg.Limits == (guard.Limits{}) {
		return nil, errors.New("graphql handler without limits")
	}
	if cfg.Introspection == nil {
		cfg.Introspection = func(context.Context) bool { return false }
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	p := &presenter{log: cfg.Logger}
	return &Handler{engine: newEngine(cfg, policy, p), cache: cfg.Cache, timeout: cfg.Timeout, present: p,
		streams: newStreams(cfg.Streaming)}, nil
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID(w, r)
	life := context.WithValue(r.Context(), requestIDKey{}, id)
	if upgrades(r) {
		h.socket(w, r.WithContext(life))
		return
	}
	ctx, cancel := context.WithTimeout(withLife(life), h.timeout)
	defer cancel()
	r = r.WithContext(graphql.StartOperationTrace(ctx))
	w.Header().Set(headerRequestID, id)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept")
	defer h.recover(w, r)

	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", allowed)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	typ, ok := answerType(r.Header.Values("Accept"))
	if !ok && h.streams != nil && wantsEvents(r) {
		typ, ok = typeEvents, true
	}
	if !ok {
		w.Header().Set("Content-Type", typeJSON)
		h.refuse(w, r, refuse(http.StatusNotAcceptable, fault.Invalid, "not_acceptable", "Accept application/json or application/graphql-response+json."))
		return
	}
	if w.Header().Set("Content-Type", typ+"; charset=utf-8"); typ == typeEvents {
		w.Header().Set("Content-Type", typeJSON+"; charset=utf-8") // of a refusal
	}
	params, no := h.read(r)
	if no != nil {
		h.refuse(w, r, no)
		return
	}
	h.execute(w, r, params, typ)
}

// execute runs one operation and answers it.
func (h *Handler) execute(w http.ResponseWriter, r *http.Request, params *graphql.RawParams, typ string) {
	ctx := r.Context()
	op, errs := h.engine.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		resp := h.engine.DispatchError(graphql.WithOperationContext(ctx, op), errs)
		h.answer(w, r, resp, statusOf(typ, resp.Errors))
		return
	}
	if op.Operation.Operation == ast.Subscription && h.streams != nil && wantsEvents(r) {
		h.events(w, r, op)
		return
	}
	if no := misplaced(r, op, typ); no != nil {
		h.refuse(w, r, no)
		return
	}
	ctx, storable := withStorable(ctx)
	responses, ctx := h.engine.DispatchOperation(ctx, op)
	resp := responses(ctx)
	if resp == nil { // the time was up before anything ran, so trying again is safe
		h.refuse(w, r, &refused{status: http.StatusServiceUnavailable, fault: errTimeout})
		return
	}
	h.report(ctx, op, resp)
	h.finish(w, r, resp, h.cache.allows(r, op) && storable.Load())
}

// misplaced refuses what this transport does not carry.
func misplaced(r *http.Request, op *graphql.OperationContext, typ string) *refused {
	switch {
	case op.Operation.Operation == ast.Subscription:
		return refuse(http.StatusBadRequest, fault.Invalid, "subscription_not_supported", "Subscriptions are answered as text/event-stream or over WebSocket.")
	case typ == typeEvents:
		return &refused{status: http.StatusNotAcceptable, fault: errStreamOnly}
	case op.Operation.Operation == ast.Mutation && r.Method != http.MethodPost:
		no := refuse(http.StatusMethodNotAllowed, fault.Invalid, "method_not_allowed", "Mutations are sent by POST.")
		no.allow = http.MethodPost
		return no
	}
	return nil
}

// report adds what the operation cost, for developers.
func (h *Handler) report(ctx context.Context, op *graphql.OperationContext, resp *graphql.Response) {
	weight, ok := op.Stats.GetExtension(costExtension).(guard.Weight)
	if !h.engine.development || !ok {
		return
	}
	if resp.Extensions == nil {
		resp.Extensions = map[string]any{}
	}
	limits := h.engine.limits
	resp.Extensions[costExtension] = map[string]any{
		"requested": weight.Cost, "limit": limits.Cost,
		"rows": Rows(ctx).Spent(), "rowsLimit": limits.Rows,
	}
}

// finish answers an executed operation, with the headers of caches where the
// answer may be kept.
func (h *Handler) finish(w http.ResponseWriter, r *http.Request, resp *graphql.Response, storable bool) {
	if !storable || len(resp.Errors) > 0 {
		h.answer(w, r, resp, http.StatusOK)
		return
	}
	body, err := encode(resp)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if h.cache.mark(w, r, body) {
		w.Header().Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	send(w, http.StatusOK, body)
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, resp *graphql.Response, status int) {
	body, err := encode(resp)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	send(w, status, body)
}

// refuse answers a request that is not executed as what it claims to be.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, no *refused) {
	if no.allow != "" {
		w.Header().Set("Allow", no.allow)
	}
	h.answer(w, r, &graphql.Response{Errors: gqlerror.List{h.shown(r, no.fault)}}, no.status)
}

// fail answers a failure of our own.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	shown := h.shown(r, fault.New(fault.Internal, "", somethingWrong).Wrap(err))
	h.answer(w, r, &graphql.Response{Errors: gqlerror.List{shown}}, http.StatusInternalServerError)
}

func (h *Handler) shown(r *http.Request, f *fault.Error) *gqlerror.Error {
	return &gqlerror.Error{Message: f.Message, Extensions: h.present.extensions(r.Context(), f)}
}

// recover answers for a panic outside of any resolver.
func (h *Handler) recover(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	err := h.present.recovered(r.Context(), cause)
	h.fail(w, r, fmt.Errorf("handler: %w", err))
}
