package gql

import (
	"context"
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/souk-commerce/souk/graph/gql/access"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// engine is gqlgen's executor behind the guards. Every transport goes through
// it, so a WebSocket is guarded like a POST.
type engine struct {
	*executor.Executor
	es            graphql.ExecutableSchema
	limits        guard.Limits
	policy        *access.Policy
	introspection func(context.Context) bool
	development   bool
	documents     *store[*document]
	persisted     *store[string]
}

// The bounds of what is kept for clients.
const (
	documentEntries  = 2_000
	documentBytes    = 4 << 20 // of text; a parsed document takes some 20 times that
	persistedEntries = 10_000
	persistedBytes   = 16 << 20
)

func newEngine(cfg HandlerConfig, policy *access.Policy, p *presenter) *engine {
	e := &engine{
		Executor:      executor.New(cfg.Schema),
		es:            cfg.Schema,
		limits:        cfg.Limits,
		policy:        policy,
		introspection: cfg.Introspection,
		development:   cfg.Development,
		documents:     newStore[*document](documentEntries, documentBytes),
		persisted:     newStore[string](persistedEntries, persistedBytes),
	}
	e.SetQueryCache(handover{})
	e.SetErrorPresenter(p.present)
	e.SetRecoverFunc(p.recovered)
	for _, ext := range cfg.Extensions {
		e.Use(ext)
	}
	return e
}

// CreateOperationContext prepares and judges one operation. Nothing of it has
// run when it is refused.
func (e *engine) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	none := &graphql.OperationContext{Headers: params.Headers}
	hash, err := persistedHash(params.Extensions)
	if err != nil {
		return none, refusal(err)
	}
	if params.Query, err = e.persistedText(hash, params.Query); err != nil {
		return none, refusal(err)
	}
	doc, errs := e.prepare(params.Query)
	if len(errs) > 0 {
		return none, errs
	}
	e.persist(hash, params.Query)
	op, errs := e.Executor.CreateOperationContext(context.WithValue(ctx, documentKey{}, doc), params)
	if len(errs) > 0 {
		return op, errs
	}
	op.DisableIntrospection = false // judge decides
	if err := e.judge(ctx, doc, op); err != nil {
		return op, refusal(err)
	}
	return op, nil
}

// DispatchOperation runs an operation within its budget of rows. A subscription
// has one for each of its answers.
func (e *engine) DispatchOperation(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	ctx = withRows(ctx, e.limits.Rows)
	responses, ctx := e.Executor.DispatchOperation(ctx, op)
	if op.Operation.Operation != ast.Subscription {
		return responses, ctx
	}
	return func(ctx context.Context) *graphql.Response {
		defer Rows(ctx).renew()
		return responses(ctx)
	}, ctx
}

// judge refuses what costs too much or is not the actor's to select.
func (e *engine) judge(ctx context.Context, doc *document, op *graphql.OperationContext) error {
	if doc.shape(op.Operation).Introspects && !e.introspection(ctx) {
		return errNoIntrospection
	}
	who := actor.From(ctx)
	var denied fault.List
	weight, err := guard.Weigh(doc.ast, op.Operation, op.Variables, e.limits, func(f *ast.Field) {
		if err := e.policy.Of(f).Allows(who); err != nil && len(denied) == 0 {
			denied = fault.All(err)
			denied[0] = denied[0].At(f.ObjectDefinition.Name, f.Name)
		}
	})
	if len(denied) > 0 {
		return denied
	}
	op.Stats.SetExtension(costExtension, weight)
	return err
}

const costExtension = "cost"

// refusal makes errors of faults that were found before execution.
func refusal(err error) gqlerror.List {
	var list gqlerror.List
	for _, f := range fault.All(err) {
		list = append(list, &gqlerror.Error{Err: f, Message: f.Message})
	}
	return list
}

func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case float64: // transports of gqlgen decode numbers so
		return int64(v), v == float64(int64(v))
	}
	return 0, false
}
