package media

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"net/url"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/mediaasset"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// ErrNotFound refuses an id that names no asset.
var ErrNotFound = fault.New(fault.NotFound, "media_not_found", "There is no such picture.")

// Service holds the use cases.
type Service struct {
	db    *postgres.DB
	store Store
	audit *audit.Log
}

// NewService wires the room.
func NewService(db *postgres.DB, store Store, log *audit.Log) *Service {
	return &Service{db: db, store: store, audit: log}
}

// Upload takes a picture in. Its content, not its name, says what it is; what
// is no JPEG, PNG, GIF or WebP of a bounded size is refused. The same bytes
// under the same name are one asset.
func (s *Service) Upload(ctx context.Context, name, alt string, r io.Reader) (Asset, error) {
	if err := s.db.Refuse(ctx, "storing a file"); err != nil {
		return Asset{}, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return Asset{}, fmt.Errorf("read upload: %w", err)
	}
	info, err := Inspect(raw)
	if err != nil {
		return Asset{}, err
	}
	thumbhash, err := placeholder(raw)
	if err != nil {
		return Asset{}, err
	}
	key := Key(raw, name, info.ContentType)
	if err := s.store.Put(ctx, key, bytes.NewReader(raw)); err != nil {
		return Asset{}, fmt.Errorf("store picture: %w", err)
	}
	a := Asset{Kind: Image, StorageKey: &key, ContentType: info.ContentType, Width: &info.Width, Height: &info.Height,
		Alt: alt, Thumbhash: thumbhash, Bytes: int64(len(raw))}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		a, err = s.insert(ctx, a)
		return err
	})
	return a, err
}

// placeholder gives the thumbhash of a picture. A file that begins like one but
// cannot be decoded is none: no size of it could be made.
func placeholder(raw []byte) (string, error) {
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return "", ErrNotPicture
	}
	return Thumbhash(img), nil
}

// Link makes an asset of a picture or video that stays where it is. Nothing is
// fetched.
func (s *Service) Link(ctx context.Context, kind Kind, address, alt string) (Asset, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return Asset{}, fault.New(fault.Invalid, "invalid_url", "This is no http or https address.").At("url")
	}
	a := Asset{Kind: kind, OriginURL: &address, Alt: alt}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		a, err = s.insert(ctx, a)
		return err
	})
	return a, err
}

func (s *Service) insert(ctx context.Context, a Asset) (Asset, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).MediaAsset.Create().SetKind(string(a.Kind)).
		SetNillableStorageKey(a.StorageKey).SetNillableOriginURL(a.OriginURL).SetContentType(a.ContentType).
		SetNillableWidth(a.Width).SetNillableHeight(a.Height).SetAlt(a.Alt).SetThumbhash(a.Thumbhash).
		SetBytes(a.Bytes).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return Asset{}, fmt.Errorf("create media asset: %w", postgres.Fault(err))
	}
	saved := assetOf(row)
	return saved, s.audit.Record(ctx, audit.Entry{Action: "media.create", SubjectKind: "media", SubjectID: row.ID, After: saved})
}

// ByIDs gives assets by id; those that are gone are missing.
func (s *Service) ByIDs(ctx context.Context, ids []ID) (map[ID]Asset, error) {
	rows, err := s.db.Ent(ctx).MediaAsset.Query().Where(postgres.Any(mediaasset.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read media: %w", postgres.Fault(err))
	}
	out := make(map[ID]Asset, len(rows))
	for _, r := range rows {
		out[ID(r.ID)] = assetOf(r)
	}
	return out, nil
}

// ByID gives one asset.
func (s *Service) ByID(ctx context.Context, id ID) (Asset, error) {
	row, err := s.db.Ent(ctx).MediaAsset.Get(ctx, int64(id))
	if ent.IsNotFound(err) {
		return Asset{}, ErrNotFound
	}
	if err != nil {
		return Asset{}, fmt.Errorf("read media: %w", postgres.Fault(err))
	}
	return assetOf(row), nil
}

// SetAlt changes the text that stands for the picture.
func (s *Service) SetAlt(ctx context.Context, id ID, alt string) (Asset, error) {
	var after Asset
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.ByID(ctx, id)
		if err != nil {
			return err
		}
		row, err := s.db.Ent(ctx).MediaAsset.UpdateOneID(int64(id)).SetAlt(alt).SetUpdatedAt(s.db.Now(ctx)).Save(ctx)
		if err != nil {
			return fmt.Errorf("update media asset: %w", postgres.Fault(err))
		}
		after = assetOf(row)
		return s.audit.Record(ctx, audit.Entry{Action: "media.update", SubjectKind: "media", SubjectID: int64(id), Before: before, After: after})
	})
	return after, err
}

func assetOf(r *ent.MediaAsset) Asset {
	return Asset{ID: ID(r.ID), Kind: Kind(r.Kind), StorageKey: r.StorageKey, OriginURL: r.OriginURL,
		ContentType: r.ContentType, Width: r.Width, Height: r.Height, Alt: r.Alt, Thumbhash: r.Thumbhash,
		Bytes: r.Bytes, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}
