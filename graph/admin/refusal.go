package admin

import (
	"strings"
	"sync"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// settle makes the payload of a change to one thing. It is the one place where
// an expected refusal becomes data; what remains an error is for malformed,
// unauthenticated, forbidden and broken.
func settle[T any](thing T, err error) (answer.Payload[T], error) {
	refused, err := refusals(err)
	if err != nil || len(refused) > 0 {
		return answer.Payload[T]{UserErrors: refused}, err
	}
	return answer.Payload[T]{Thing: &thing}, nil
}

// settleAll makes the payload of a change to several things.
func settleAll[T any](things []T, err error) (answer.ListPayload[T], error) {
	refused, err := refusals(err)
	if err != nil || len(refused) > 0 {
		return answer.ListPayload[T]{UserErrors: refused}, err
	}
	if things == nil {
		things = []T{}
	}
	return answer.ListPayload[T]{Thing: things}, nil
}

// gone makes the payload of taking the thing with an id away.
func gone(id string, err error) (answer.DeletePayload, error) {
	p, err := settle(id, err)
	return answer.DeletePayload{DeletedID: p.Thing, UserErrors: p.UserErrors}, err
}

// one gives a thing that may not be there: what is not found is null.
func one[T any](thing T, err error) (*T, error) {
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &thing, nil
}

// refusals gives what of an error a person can act on. If any part of it is
// something else, it stays an error as a whole.
func refusals(err error) ([]answer.UserError, error) {
	faults := fault.All(err)
	if len(faults) == 0 {
		return nil, err
	}
	out := make([]answer.UserError, len(faults))
	for i, f := range faults {
		if !expected(f.Kind) {
			return nil, err
		}
		out[i] = answer.UserError{Field: f.Path, Code: codeOf(f), Message: f.Message}
	}
	return out, nil
}

func expected(k fault.Kind) bool {
	return k == fault.Invalid || k == fault.NotFound || k == fault.Conflict || k == fault.Exhausted
}

// codes are the values of UserErrorCode, as the schema documents them.
var codes = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for _, v := range Schema().Types["UserErrorCode"].EnumValues {
		known[v.Name] = true
	}
	return known
})

// codeOf gives the code of a refusal: its reason where that is documented, else
// its kind.
func codeOf(f *fault.Error) answer.Code {
	if code := strings.ToUpper(f.Reason); codes()[code] {
		return answer.Code(code)
	}
	if f.Kind == fault.Exhausted {
		return "LIMIT_EXCEEDED"
	}
	return answer.Code(strings.ToUpper(string(f.Kind)))
}
