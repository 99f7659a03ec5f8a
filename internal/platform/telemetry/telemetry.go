// Package telemetry is how the shop tells what it does: structured logs that
// carry the request and trace ids and never a secret, metrics for Prometheus,
// and traces for OpenTelemetry when the environment names a collector.
package telemetry

// Config says how much to tell, and to whom.
type Config struct {
	Level    string  `env:"SOUK_LOG_LEVEL" default:"info" oneof:"debug,info,warn,error" doc:"the least important lines to log"`
	Format   string  `env:"SOUK_LOG_FORMAT" oneof:",json,text" doc:"json or text; empty means text in dev and json in production"`
	Endpoint string  `env:"OTEL_EXPORTER_OTLP_ENDPOINT" doc:"an OpenTelemetry collector (OTLP over HTTP) for traces, such as http://127.0.0.1:4318; empty sends none"`
	Headers  string  `env:"OTEL_EXPORTER_OTLP_HEADERS" secret:"true" doc:"headers for the collector, such as its API key: name=value,name=value"`
	Service  string  `env:"OTEL_SERVICE_NAME" default:"souk" doc:"what this process is called in traces"`
	Ratio    float64 `env:"OTEL_TRACES_SAMPLER_ARG" default:"0.1" doc:"the part of traces that is kept, 0 to 1; a caller's own decision goes first"`
}
