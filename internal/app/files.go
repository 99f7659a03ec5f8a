package app

import (
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/souk-commerce/souk/internal/adapter/media/disk"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/media/render"
)

// files is where pictures lie: originals, and copies that can be made again.
type files struct {
	originals *disk.Store
	copies    *disk.Cache
	renderer  *render.Renderer
}

func openFiles(cfg Config, c clock.Clock, log *slog.Logger) (f files, err error) {
	if f.originals, err = disk.Open(filepath.Join(cfg.DataDir, "media"), c); err != nil {
		return f, err
	}
	if f.copies, err = disk.OpenCache(filepath.Join(cfg.DataDir, "media-copies"), cfg.MediaCache<<20, c); err != nil {
		return f, err
	}
	f.renderer, err = render.New(f.originals, f.copies, log)
	return f, err
}

func (f files) close() error {
	var errs []error
	if f.originals != nil {
		errs = append(errs, f.originals.Close())
	}
	if f.copies != nil {
		errs = append(errs, f.copies.Close())
	}
	return errors.Join(errs...)
}
