package gql

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// The two media types of answers.
const (
	typeJSON     = "application/json"
	typeResponse = "application/graphql-response+json"
)

// refused is a request that is no GraphQL request: it has an HTTP status of its
// own whatever the answer's media type.
type refused struct {
	status int
	allow  string // the methods that would do, for 405
	fault  *fault.Error
}

func refuse(status int, kind fault.Kind, reason, message string) *refused {
	return &refused{status: status, fault: fault.New(kind, reason, message)}
}

// Error gives the sentence for people.
func (r *refused) Error() string { return r.fault.Message }

// answerType picks the media type of the answer. application/json wins wherever
// it is acceptable: known clients reject anything else even though they name
// both.
func answerType(accept []string) (string, bool) {
	joined := strings.Join(accept, ",")
	if strings.TrimSpace(joined) == "" || acceptable(joined, typeJSON) {
		return typeJSON, true
	}
	return typeResponse, acceptable(joined, typeResponse)
}

// acceptable applies RFC 9110: the most specific range that fits a type decides
// by its weight.
func acceptable(accept, typ string) bool {
	best, weight := -1, 0.0
	for _, part := range strings.Split(accept, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		rank := map[string]int{typ: 2, "application/*": 1, "*/*": 0}
		r, fits := rank[name]
		if !fits || r < best {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				q = 0
			}
		}
		best, weight = r, q
	}
	return weight > 0
}

// read gives the parameters of a request, or says why it is none.
func (h *Handler) read(r *http.Request) (*graphql.RawParams, *refused) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return h.readQuery(r)
	case http.MethodPost:
		return h.readBody(r)
	}
	no := refuse(http.StatusMethodNotAllowed, fault.Invalid, "method_not_allowed", "Use GET for queries and POST for everything.")
	no.allow = allowed
	return nil, no
}

const allowed = "GET, HEAD, POST, OPTIONS"

// readBody takes application/json alone: a form of another site cannot send it
// without asking first, so no page can make a visitor's browser act here.
func (h *Handler) readBody(r *http.Request) (*graphql.RawParams, *refused) {
	typ, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || typ != typeJSON || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, refuse(http.StatusUnsupportedMediaType, fault.Invalid, "unsupported_media_type", "Send the request as application/json in UTF-8.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, h.engine.limits.Body))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuse(http.StatusRequestEntityTooLarge, fault.Exhausted, "body_too_large", "The request is too large.")
	case err != nil:
		return nil, refuse(http.StatusBadRequest, fault.Invalid, "bad_request", "The request could not be read to its end.")
	case bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")):
		return nil, refuse(http.StatusBadRequest, fault.Invalid, "batch_not_supported", "Send one operation in each request.")
	}
	p := &graphql.RawParams{Headers: r.Header}
	if err := decode(body, p); err != nil {
		return nil, refuse(http.StatusBadRequest, fault.Invalid, "bad_request", "The body is not a GraphQL request in JSON.")
	}
	return complete(p)
}

func (h *Handler) readQuery(r *http.Request) (*graphql.RawParams, *refused) {
	if int64(len(r.URL.RawQuery)) > h.engine.limits.Body {
		return nil, refuse(http.StatusRequestURITooLong, fault.Exhausted, "body_too_large", "The request is too large.")
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, fault.Invalid, "bad_request", "The query string is malformed.")
	}
	p := &graphql.RawParams{Headers: r.Header, Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, to := range map[string]*map[string]any{"variables": &p.Variables, "extensions": &p.Extensions} {
		if text := values.Get(name); text != "" {
			if err := decode([]byte(text), to); err != nil {
				return nil, refuse(http.StatusBadRequest, fault.Invalid, "bad_request", "The parameter "+name+" is not a JSON object.")
			}
		}
	}
	return complete(p)
}

// complete refuses a request without a document; a persisted one has its hash.
func complete(p *graphql.RawParams) (*graphql.RawParams, *refused) {
	if p.Query == "" && p.Extensions["persistedQuery"] == nil {
		return nil, refuse(http.StatusBadRequest, fault.Invalid, "bad_request", "The request has no query.")
	}
	return p, nil
}

var errTrailing = errors.New("more than one JSON value")

// decode reads exactly one JSON value, numbers with all their digits.
func decode(body []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

// headerRequestID names the header that carries the id of a request.
const headerRequestID = "X-Request-Id"

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

type requestIDKey struct{}

// RequestID gives the id of the request, empty outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// requestID takes the id that an outer handler answers with, else the one that
// the client or a proxy sent, else a new one.
func requestID(w http.ResponseWriter, r *http.Request) string {
	for _, id := range []string{w.Header().Get(headerRequestID), r.Header.Get(headerRequestID)} {
		if requestIDForm.MatchString(id) {
			return id
		}
	}
	return newID()
}
