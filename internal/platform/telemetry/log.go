package telemetry

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// NewLogger gives a logger whose lines carry the request and trace ids of their
// context. Values under names that sound like a secret are masked.
func NewLogger(w io.Writer, cfg Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.Level)) // the configuration was validated; else info
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: mask}
	if cfg.Format == "json" {
		return slog.New(located{slog.NewJSONHandler(w, opts)})
	}
	return slog.New(located{slog.NewTextHandler(w, opts)})
}

// secretWords are parts of names whose values stay out of the logs.
var secretWords = []string{"password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "apikey", "dsn"}

func mask(_ []string, a slog.Attr) slog.Attr {
	name := strings.ToLower(a.Key)
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return slog.String(a.Key, "[masked]")
		}
	}
	return a
}

// located adds to each line where it comes from.
type located struct{ slog.Handler }

// Handle adds the ids of the context.
func (l located) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return l.Handler.Handle(ctx, r)
}

// WithAttrs keeps the ids.
func (l located) WithAttrs(attrs []slog.Attr) slog.Handler {
	return located{l.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the ids.
func (l located) WithGroup(name string) slog.Handler { return located{l.Handler.WithGroup(name)} }
