package app

import (
	"path/filepath"
	"strings"

	"github.com/souk-commerce/souk/internal/adapter/mail/smtp"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/config"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/internal/platform/job"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/platform/telemetry"
)

// Config is everything that can be configured; each part is declared by the
// package that uses it.
type Config struct {
	Env           string `env:"SOUK_ENV" oneof:",dev,production" doc:"dev or production; empty means production where DATABASE_URL is set, else dev"`
	DataDir       string `env:"SOUK_DATA_DIR" default:".souk" doc:"where files are kept: pictures, and in dev the private database and its keys"`
	Playground    bool   `env:"SOUK_PLAYGROUND" doc:"serve the playground and answer introspection in production, too"`
	MediaCache    int64  `env:"SOUK_MEDIA_CACHE_MB" default:"512" min:"16" doc:"how many megabytes of resized pictures are kept on disk"`
	AdminPassword string `env:"SOUK_ADMIN_PASSWORD" secret:"true" doc:"the password that souk admin create gives; empty makes one and prints it"`
	Sandbox       bool   `env:"SOUK_SANDBOX_PAYMENTS" doc:"take play money in production, too, for a shop on trial"`
	Failpoint     string `env:"SOUK_FAILPOINT" doc:"for tests in dev: the point of the code at which the process kills itself"`
	Database      Database
	Redis         redis.Config
	HTTP          httpd.Config
	Secret        secret.Config
	Jobs          job.Config
	Telemetry     telemetry.Config
	Carts         cart.Config
	Holds         inventory.HoldCaps
	Stock         inventory.Combining
	Checkouts     checkout.Config
	Payments      payment.Config
	Mail          notify.Config
	SMTP          smtp.Config
	Search        Search
}

// Database says where the data is.
type Database struct {
	URL       string `env:"DATABASE_URL" secret:"url" doc:"the PostgreSQL database, postgres://user:password@host:5432/name; empty means a private one in the data directory"`
	DirectURL string `env:"DATABASE_DIRECT_URL" secret:"url" doc:"the same database past the pooler, for migrations and notifications; empty means DATABASE_URL"`
	Pooler    bool   `env:"DATABASE_POOLER" doc:"DATABASE_URL leads to a pooler in transaction mode, such as PgBouncer"`
	MaxConns  int    `env:"DATABASE_MAX_CONNS" default:"20" min:"4" max:"1000" doc:"connections of this process at most"`
	Archive   string `env:"SOUK_PG_ARCHIVE" doc:"base address of a Maven repository, such as Maven Central's, to fetch PostgreSQL from where there is none on this machine; empty fetches nothing"`
	Binaries  string `env:"SOUK_PG_BIN" doc:"where the programs initdb and postgres are, for the private database; empty looks around"`
}

// LoadConfig reads the configuration from the environment and reports all that
// is wrong with it at once.
func LoadConfig(environ []string) (Config, error) {
	var cfg Config
	if err := config.Load(&cfg, environ); err != nil {
		return cfg, err
	}
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return cfg, err
	}
	cfg.DataDir, cfg.Env = dir, cfg.env()
	return cfg, nil
}

// env is what this is, said or not.
func (c Config) env() string {
	switch {
	case c.Env != "":
		return c.Env
	case c.Database.URL == "":
		return "dev"
	}
	return "production"
}

// Dev reports whether this is a developer's machine.
func (c Config) Dev() bool { return c.Env == "dev" }

// Validate says what production lacks.
func (c Config) Validate() error {
	var faults fault.List
	if c.env() != "production" {
		return nil
	}
	if c.Database.URL == "" {
		faults.Add(fault.New(fault.Invalid, "required", "DATABASE_URL is needed in production: the address of a PostgreSQL database.").At("DATABASE_URL"))
	}
	if len(c.Secret.Key) < secret.MinLength {
		faults.Add(fault.Newf(fault.Invalid, "required", "SOUK_SECRET_KEY is needed in production: at least %d random characters, such as `openssl rand -hex 32` gives.", secret.MinLength).At("SOUK_SECRET_KEY"))
	}
	return faults.Err()
}

// publicURL is how the API is reached from outside, without a slash at its end.
func (c Config) publicURL() string {
	if c.HTTP.PublicURL != "" {
		return strings.TrimRight(c.HTTP.PublicURL, "/")
	}
	return "http://" + c.HTTP.Addr
}
