package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/souk-commerce/souk/internal/platform/telemetry"
)

func TestLogger_linesCarryTheirIDsAndNoSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := telemetry.NewLogger(&out, telemetry.Config{Level: "info", Format: "json"})
	ctx := telemetry.WithRequestID(context.Background(), "req-1")
	ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}}))
	log.With("customer_token", "hunter2").InfoContext(ctx, "login", "Password", "hunter2", "shop", "luma")
	log.DebugContext(ctx, "too small to mention")

	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("a secret is in the log: %s", out.String())
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("not one line of JSON: %v: %s", err, out.String())
	}
	if line["request_id"] != "req-1" || line["shop"] != "luma" || !strings.HasPrefix(line["trace_id"].(string), "01") {
		t.Errorf("line = %v", line)
	}
}

func TestMetricsHandler_servesTheRegistry(t *testing.T) {
	t.Parallel()
	answer := httptest.NewRecorder()
	telemetry.MetricsHandler(telemetry.NewRegistry()).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(answer.Body.String(), "go_goroutines") {
		t.Errorf("answer = %q", answer.Body.String())
	}
}
