package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/admin/generated"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
)

// once makes mutations safe to repeat: under a key in the header Idempotency-Key
// each root field is done once. Asked again with the same arguments it answers
// what it answered then, nested fields read anew; with other arguments it is
// refused. A refusal leaves the key free.
type once struct {
	keys     *idempotency.Keys
	payloads map[string]reflect.Type // by root field
}

// newOnce learns from the generated interface what each mutation answers.
func newOnce(keys *idempotency.Keys) once {
	o := once{keys: keys, payloads: map[string]reflect.Type{}}
	resolvers := reflect.TypeFor[generated.MutationResolver]()
	for i := range resolvers.NumMethod() {
		m := resolvers.Method(i)
		o.payloads[strings.ToLower(m.Name)] = m.Type.Out(0)
	}
	return o
}

// ExtensionName names the extension for gqlgen.
func (once) ExtensionName() string { return "Once" }

// Validate accepts every schema.
func (once) Validate(graphql.ExecutableSchema) error { return nil }

// errRefused rolls the transaction of a refused change back.
var errRefused = errors.New("refused")

// unkept are the mutations that are not wrapped: their answers carry tokens, or
// may be large and are kept by their room under the same key, or they ask
// another server or take their time, which must not take place in a transaction.
var unkept = map[string]bool{"staffLogin": true, "staffRefresh": true, "staffLogout": true,
	"stockAdjustMany": true, "stockAdjustCsv": true, "stockFeedPull": true, "searchCheck": true, "searchDeadLetterRetry": true}

// InterceptField wraps the root fields of mutations that come under a key.
func (o once) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	who := actor.From(ctx)
	if field.Object != "Mutation" || o.keys == nil || idempotency.Key(ctx) == "" || who.Kind != actor.Staff || unkept[field.Field.Name] {
		return next(ctx)
	}
	var answered any
	stored, again, err := idempotency.Do(ctx, o.keys, o.request(ctx, field, who), func(ctx context.Context) (json.RawMessage, error) {
		var err error
		if answered, err = next(ctx); err != nil {
			return nil, err
		}
		if refused(answered) {
			return nil, errRefused
		}
		return json.Marshal(answered)
	})
	switch {
	case errors.Is(err, errRefused):
		return answered, nil
	case err != nil:
		return o.refusal(field.Field.Name, err)
	case again:
		return o.read(field.Field.Name, stored)
	}
	return answered, nil
}

func (o once) request(ctx context.Context, field *graphql.FieldContext, who actor.Actor) idempotency.Request {
	return idempotency.Request{
		Scope:     string(who.Kind) + ":" + strconv.FormatInt(who.ID, 10),
		Operation: "admin." + field.Field.Name + "." + field.Field.Alias,
		Key:       idempotency.Key(ctx),
		Input:     field.Field.ArgumentMap(graphql.GetOperationContext(ctx).Variables),
	}
}

// refused reports whether a payload says that nothing was written.
func refused(payload any) bool {
	errs := reflect.ValueOf(payload).FieldByName("UserErrors")
	return errs.IsValid() && errs.Len() > 0
}

// refusal makes the field's payload of a key that cannot be used.
func (o once) refusal(field string, err error) (any, error) {
	errs, err := refusals(err)
	if err != nil {
		return nil, err
	}
	payload := reflect.New(o.payloads[strings.ToLower(field)]).Elem()
	payload.FieldByName("UserErrors").Set(reflect.ValueOf(errs))
	return payload.Interface(), nil
}

// read gives the field's payload as it was answered.
func (o once) read(field string, stored json.RawMessage) (any, error) {
	payload := reflect.New(o.payloads[strings.ToLower(field)])
	if err := json.Unmarshal(stored, payload.Interface()); err != nil {
		return nil, fmt.Errorf("read what was answered: %w", err)
	}
	return payload.Elem().Interface(), nil
}
