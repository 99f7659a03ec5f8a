// Package meilisearch is the search engine outside the program: a Meilisearch
// server that all processes share, and that other shops may use besides.
//
// Meilisearch is asked for words and for nothing else. It corrects nothing,
// joins and splits nothing: each word is quoted, but for the unfinished one,
// and written in letters that it has no opinion about (spell.go). So it finds
// exactly what the contract of search.Engine says; the order is its own, by its
// ranking rules and then by id.
package meilisearch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	upstream "github.com/meilisearch/meilisearch-go"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/search"
)

// Kind names this engine.
const Kind = "meilisearch"

// Config says which server is used and how long it is waited for.
type Config struct {
	URL    string `env:"SOUK_MEILISEARCH_URL" default:"http://127.0.0.1:7700" doc:"the Meilisearch server, where that is the search engine"`
	Key    string `env:"SOUK_MEILISEARCH_KEY" secret:"true" doc:"a key that may do all with indexes, documents, tasks and settings; empty for a server without keys"`
	Prefix string `env:"SOUK_MEILISEARCH_PREFIX" default:"souk" doc:"begins the names of this shop's indexes, so that shops can share a server"`
	// ReadTimeout limits a search, WriteTimeout the handing over of documents,
	// TaskTimeout the time until documents that were handed over can be found.
	// Defaults: 2 s, 30 s, 2 min.
	ReadTimeout  time.Duration
	WriteTimeout time.Duration
	TaskTimeout  time.Duration
}

// Validate tells what is wrong with a configuration.
func (c Config) Validate() error {
	var faults fault.List
	if !strings.HasPrefix(c.URL, "http://") && !strings.HasPrefix(c.URL, "https://") {
		faults.Add(fault.New(fault.Invalid, "search_url_invalid", "The address of Meilisearch has to begin with http:// or https://.").At("url"))
	}
	if !goodName(c.Prefix) {
		faults.Add(fault.New(fault.Invalid, "search_prefix_invalid", "The prefix of search indexes has to be of lower-case letters, digits and hyphens.").At("prefix"))
	}
	return faults.Err()
}

// Engine implements search.Engine.
type Engine struct {
	cfg    Config
	server upstream.ServiceManager
	http   *http.Client
}

var _ search.Engine = (*Engine)(nil)

// New makes an engine. The server need not be there yet.
func New(cfg Config) (*Engine, error) {
	if cfg.Prefix == "" {
		cfg.Prefix = "souk"
	}
	for _, limit := range []struct {
		set *time.Duration
		to  time.Duration
	}{{&cfg.ReadTimeout, 2 * time.Second}, {&cfg.WriteTimeout, 30 * time.Second}, {&cfg.TaskTimeout, 2 * time.Minute}} {
		if *limit.set <= 0 {
			*limit.set = limit.to
		}
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // documented to be one
	transport.MaxIdleConnsPerHost = 64
	client := &http.Client{Transport: transport}
	server := upstream.New(strings.TrimRight(cfg.URL, "/"), upstream.WithAPIKey(cfg.Key), upstream.WithCustomClient(client), upstream.DisableRetries())
	return &Engine{cfg: cfg, server: server, http: client}, nil
}

// Kind implements search.Engine.
func (e *Engine) Kind() string { return Kind }

// Shared implements search.Engine: all processes use the same server.
func (e *Engine) Shared() bool { return true }

// Close lets go of the connections.
func (e *Engine) Close() error {
	e.http.CloseIdleConnections()
	return nil
}

// Create implements search.Engine.
func (e *Engine) Create(ctx context.Context, name string, language locale.Language) (search.Index, error) {
	if err := e.Drop(ctx, name); err != nil {
		return nil, err
	}
	uid := e.uid(name)
	err := e.follow(ctx, "create index", func(ctx context.Context) (*upstream.TaskInfo, error) {
		return e.server.CreateIndexWithContext(ctx, &upstream.IndexConfig{Uid: uid, PrimaryKey: fieldID})
	})
	if err != nil {
		return nil, err
	}
	// The mark is one of the settings, so an index without them does not open.
	err = e.follow(ctx, "set up index", func(ctx context.Context) (*upstream.TaskInfo, error) {
		return e.server.Index(uid).UpdateSettingsWithContext(ctx, settings(language))
	})
	if err != nil {
		return nil, err
	}
	return &index{engine: e, uid: uid, manager: e.server.Index(uid)}, nil
}

// Open implements search.Engine.
func (e *Engine) Open(ctx context.Context, name string, language locale.Language) (search.Index, error) {
	uid, err := e.checked(name)
	if err != nil {
		return nil, err
	}
	manager := e.server.Index(uid)
	var words *[]string
	err = e.call(ctx, "open index", e.cfg.ReadTimeout, func(ctx context.Context) error {
		got, err := manager.GetDictionaryWithContext(ctx)
		words = &got
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(*words) != 1 || (*words)[0] != mark(language) {
		return nil, search.ErrNoIndex.Wrap(fmt.Errorf("search index %s has other settings", uid))
	}
	return &index{engine: e, uid: uid, manager: manager}, nil
}

// Drop implements search.Engine.
func (e *Engine) Drop(ctx context.Context, name string) error {
	uid, err := e.checked(name)
	if err != nil {
		return err
	}
	err = e.follow(ctx, "drop index", func(ctx context.Context) (*upstream.TaskInfo, error) {
		return e.server.DeleteIndexWithContext(ctx, uid)
	})
	if errors.Is(err, search.ErrNoIndex) {
		return nil
	}
	return err
}

// Names implements search.Engine.
func (e *Engine) Names(ctx context.Context) ([]string, error) {
	const size = 100
	names := []string{}
	for offset := int64(0); ; offset += size {
		var page *upstream.IndexesResults
		err := e.call(ctx, "list indexes", e.cfg.ReadTimeout, func(ctx context.Context) (err error) {
			page, err = e.server.ListIndexesWithContext(ctx, &upstream.IndexesQuery{Offset: offset, Limit: size})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, found := range page.Results {
			if name, ours := strings.CutPrefix(found.UID, e.uid("")); ours {
				names = append(names, name)
			}
		}
		if len(page.Results) < size {
			return names, nil
		}
	}
}

// uid is an index's name on the server. Neither part has an underscore, so
// that no shop's prefix begins another's.
func (e *Engine) uid(name string) string { return e.cfg.Prefix + "_" + name }

func (e *Engine) checked(name string) (uid string, err error) {
	if !goodName(name) {
		return "", fault.Newf(fault.Invalid, "search_index_name", "%q cannot name a search index.", name)
	}
	return e.uid(name), nil
}

func goodName(name string) bool {
	ok, err := regexp.MatchString(`^[a-z0-9][a-z0-9-]{0,59}$`, name)
	return ok && err == nil
}
