package meilisearch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	upstream "github.com/meilisearch/meilisearch-go"

	"github.com/souk-commerce/souk/internal/search"
)

// call asks the server something, within a time limit, and translates what
// goes wrong.
func (e *Engine) call(ctx context.Context, what string, limit time.Duration, ask func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := ask(limited)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
	return e.translate(what, err)
}

func (e *Engine) translate(what string, err error) error {
	var api *upstream.Error
	if !errors.As(err, &api) {
		return search.ErrUnavailable.Wrap(fmt.Errorf("%s: %w", what, err))
	}
	if api.MeilisearchApiError.Code != "" || api.StatusCode == http.StatusRequestEntityTooLarge {
		return e.kind(what, api.StatusCode, api.MeilisearchApiError.Code, api.MeilisearchApiError.Message)
	}
	// The library's own sentence repeats requests and answers at full length.
	return search.ErrUnavailable.Wrap(fmt.Errorf("%s: status %d: %w", what, api.StatusCode, errors.Join(api.OriginError)))
}

// kind sorts what the server says by whose fault it is.
func (e *Engine) kind(what string, status int, code, message string) error {
	if e.cfg.Key != "" {
		message = strings.ReplaceAll(message, e.cfg.Key, "(key)")
	}
	cause := fmt.Errorf("%s: status %d, %s: %.300s", what, status, code, message)
	switch {
	case code == "index_not_found":
		return search.ErrNoIndex.Wrap(cause)
	case status == http.StatusRequestEntityTooLarge, refusals()[code]:
		return search.ErrRefused.Wrap(cause)
	}
	return search.ErrUnavailable.Wrap(cause)
}

// refusals are the codes with which the server finds fault with a document.
func refusals() map[string]bool {
	return map[string]bool{
		"payload_too_large": true, "malformed_payload": true, "missing_document_id": true, "invalid_document_id": true,
		"invalid_document_fields": true, "document_fields_limit_reached": true, "max_fields_limit_exceeded": true,
		"invalid_document_geo_field": true, "invalid_document_geojson_field": true,
	}
}

// follow hands something over and waits until it is done.
func (e *Engine) follow(ctx context.Context, what string, hand func(context.Context) (*upstream.TaskInfo, error)) error {
	task, err := e.hand(ctx, what, hand)
	if err != nil {
		return err
	}
	return task.Wait(ctx)
}

func (e *Engine) hand(ctx context.Context, what string, hand func(context.Context) (*upstream.TaskInfo, error)) (task, error) {
	handed := task{engine: e, what: what}
	err := e.call(ctx, what, e.cfg.WriteTimeout, func(ctx context.Context) error {
		info, err := hand(ctx)
		if err == nil {
			handed.numbers = []int64{info.TaskUID}
		}
		return err
	})
	return handed, err
}

// task is writes that the server has taken over.
type task struct {
	engine  *Engine
	what    string
	numbers []int64
}

// Pauses between two questions about a task grow from first to longest.
const (
	firstPause   = 4 * time.Millisecond
	longestPause = 400 * time.Millisecond
)

// Wait implements search.Task.
func (t task) Wait(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, t.engine.cfg.TaskTimeout)
	defer cancel()
	for _, number := range t.numbers {
		err := t.wait(limited, number)
		if err != nil && ctx.Err() == nil && limited.Err() != nil {
			err = search.ErrUnavailable.Wrap(fmt.Errorf("%s: task %d was not done within %s", t.what, number, t.engine.cfg.TaskTimeout))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t task) wait(ctx context.Context, number int64) error {
	for pause := firstPause; ; pause = min(pause*3/2, longestPause) {
		over, err := t.over(ctx, number)
		if over || err != nil {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// over tells whether a task has come to an end, and to which. One that the
// server does not know any more is lost.
func (t task) over(ctx context.Context, number int64) (bool, error) {
	var now *upstream.Task
	err := t.engine.call(ctx, t.what, t.engine.cfg.ReadTimeout, func(ctx context.Context) (err error) {
		now, err = t.engine.server.GetTaskWithContext(ctx, number)
		return err
	})
	if err != nil {
		return false, err
	}
	switch now.Status {
	case upstream.TaskStatusSucceeded:
		return true, nil
	case upstream.TaskStatusFailed:
		return true, t.engine.kind(t.what, http.StatusOK, now.Error.Code, now.Error.Message)
	case upstream.TaskStatusCanceled:
		return true, search.ErrUnavailable.Wrap(fmt.Errorf("%s: task %d was canceled", t.what, number))
	}
	return false, nil
}
