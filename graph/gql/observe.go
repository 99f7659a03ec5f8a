package gql

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Traces is an extension that makes a span of each operation, by its name, on
// the global OpenTelemetry provider.
type Traces struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.ResponseInterceptor
} = Traces{}

// ExtensionName names the extension.
func (Traces) ExtensionName() string { return "Traces" }

// Validate has nothing to check.
func (Traces) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse wraps the execution in a span. Variables are not recorded:
// they may hold secrets and personal data.
func (Traces) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	name := "graphql"
	if op.Operation != nil {
		name += " " + string(op.Operation.Operation)
	}
	if op.OperationName != "" {
		name += " " + op.OperationName
	}
	ctx, span := otel.Tracer("souk/graphql").Start(ctx, name, trace.WithSpanKind(trace.SpanKindInternal))
	defer span.End()
	response := next(ctx)
	if response != nil && len(response.Errors) > 0 {
		span.SetStatus(codes.Error, "answered with errors")
		span.SetAttributes(attribute.Int("graphql.errors", len(response.Errors)))
	}
	return response
}

// Statements is an extension that reports in extensions.database what an
// operation cost the database. It is for development.
type Statements struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.ResponseInterceptor
} = Statements{}

// ExtensionName names the extension.
func (Statements) ExtensionName() string { return "Statements" }

// Validate has nothing to check.
func (Statements) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse counts round trips and statements.
func (Statements) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	counting, counter := postgres.CountStatements(ctx)
	response := next(counting)
	if response == nil {
		return nil
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["database"] = map[string]int{
		"roundTrips": counter.RoundTrips(), "statements": counter.Statements(),
	}
	return response
}
