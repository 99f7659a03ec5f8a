package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// api asks servers of one shop, over a bounded number of connections.
type api struct {
	urls   []string
	client *http.Client
	busy   atomic.Int64 // how often somebody was asked to come again
}

func newAPI(urls []string, connections int, patience time.Duration) *api {
	per := (connections + len(urls) - 1) / len(urls)
	return &api{urls: urls, client: &http.Client{Timeout: patience,
		Transport: &http.Transport{MaxConnsPerHost: per, MaxIdleConnsPerHost: per, IdleConnTimeout: time.Minute}}}
}

// request is one operation, of somebody at an address.
type request struct {
	path      string
	server    int    // which of the servers, by the number of them
	from      string // the address that the buyer says he has
	bearer    string
	field     string // of the answer that counts
	query     string
	variables map[string]any
}

// payload is an answer of any of them.
type payload struct {
	Cart struct {
		ID             string
		DeliveryGroups struct {
			Nodes []struct {
				ID              string
				DeliveryOptions []struct{ Handle string }
			}
		}
	}
	Checkout struct {
		ID, Token, State, QuoteHash string
		Problems                    []refusal
	}
	Order      struct{ OrderNumber int64 }
	UserErrors []refusal
}

type refusal struct{ Code, Message string }

// fails is an error list of GraphQL.
type fails []struct {
	Message    string
	Extensions struct{ Code, Kind string }
}

func (f fails) Error() string {
	all := make([]string, len(f))
	for i, e := range f {
		all[i] = e.Extensions.Code + ": " + e.Message
	}
	return strings.Join(all, "; ")
}

// busy reports whether the shop asks to come again.
func (f fails) busy() bool {
	return len(f) > 0 && f[0].Extensions.Kind == "SERVICE_UNAVAILABLE" && f[0].Extensions.Code != "TIMEOUT"
}

// How often an operation is asked for while the shop is busy, and how long one
// waits before.
const (
	tries = 60
	pause = 250 * time.Millisecond
)

// ask gives the field of the answer. Refusals are part of it; errors are not
// expected, save that the shop is busy.
func (a *api) ask(ctx context.Context, r request, into any) error {
	for try := 1; ; try++ {
		err := a.post(ctx, r, into)
		var f fails
		if !errors.As(err, &f) || !f.busy() || try == tries {
			return err
		}
		a.busy.Add(1)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func (a *api) post(ctx context.Context, r request, into any) error {
	body, err := json.Marshal(map[string]any{"query": r.query, "variables": r.variables})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.urls[r.server%len(a.urls)]+r.path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if r.from != "" {
		req.Header.Set("X-Forwarded-For", r.from)
	}
	if r.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+r.bearer)
	}
	res, err := a.client.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", r.field, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s: %w", r.field, err)
	}
	return read(r.field, res.StatusCode, text, into)
}

// read takes an answer apart. Also what comes with another status may be an
// answer of GraphQL.
func read(field string, status int, text []byte, into any) error {
	var got struct {
		Data   map[string]json.RawMessage
		Errors fails
	}
	if err := json.Unmarshal(text, &got); err != nil {
		return fmt.Errorf("%s answered %d: %.200s", field, status, text)
	}
	if len(got.Errors) > 0 {
		return fmt.Errorf("%s answered %d: %w", field, status, got.Errors)
	}
	if status != http.StatusOK || got.Data[field] == nil {
		return fmt.Errorf("%s answered %d: %.200s", field, status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(got.Data[field], into)
}
