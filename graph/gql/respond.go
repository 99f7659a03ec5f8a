package gql

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/99designs/gqlgen/graphql"
)

// encode writes an answer. An absent list of errors leaves its key out, since
// known clients take any value of it for a failure; absent data leaves its key
// out, which says that nothing was executed. Data is written as gqlgen made it.
func encode(resp *graphql.Response) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(len(resp.Data) + 512)
	b.WriteByte('{')
	if len(resp.Errors) > 0 {
		if err := member(&b, "errors", resp.Errors[:min(len(resp.Errors), maxErrors)]); err != nil {
			return nil, err
		}
	}
	if resp.Data != nil {
		separate(&b)
		b.WriteString(`"data":`)
		b.Write(resp.Data)
	}
	if len(resp.Extensions) > 0 {
		if err := member(&b, "extensions", resp.Extensions); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func member(b *bytes.Buffer, name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	separate(b)
	b.WriteString(`"` + name + `":`)
	b.Write(text)
	return nil
}

func separate(b *bytes.Buffer) {
	if b.Len() > 1 {
		b.WriteByte(',')
	}
}

// send writes a whole answer with its length.
func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// statusOf gives the status of an operation that was refused before it ran.
// Clients of application/json look into the body, and proxies leave a 200 alone;
// the newer media type tells the truth in the status.
func statusOf(typ string, errs gqlerror.List) int {
	if typ == typeJSON {
		return http.StatusOK
	}
	for _, err := range errs {
		switch err.Extensions["kind"] {
		case "UNAUTHENTICATED":
			return http.StatusUnauthorized
		case "FORBIDDEN":
			return http.StatusForbidden
		case "INTERNAL":
			return http.StatusInternalServerError
		case "SERVICE_UNAVAILABLE":
			return http.StatusServiceUnavailable
		}
	}
	return http.StatusBadRequest
}
