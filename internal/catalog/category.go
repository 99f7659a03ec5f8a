package catalog

import (
	"time"

	"github.com/souk-commerce/souk/internal/media"
)

// CategoryID is a category's identity.
type CategoryID int64

// MaxDepth is how deep the tree may go below its roots.
const MaxDepth = 20

// Category is a node of the category tree.
type Category struct {
	ID          CategoryID
	Handle      string
	Title       string
	Description string
	ParentID    *CategoryID  // none: a root
	Path        []CategoryID // from the root to itself
	Depth       int          // 0 for a root
	Position    int          // among its siblings
	MediaID     *media.ID
	ArchivedAt  *time.Time
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// NewCategory is a category to make; without a position it comes last.
type NewCategory struct {
	Handle      string // empty: made of the title
	Title       string
	Description string
	ParentID    *CategoryID
	Position    *int
	MediaID     *media.ID
}

// CategoryChange changes what is not nil; a zero media id takes the picture
// away. Another parent is a move.
type CategoryChange struct {
	Handle      *string // the old one keeps leading here
	Title       *string
	Description *string
	Position    *int
	MediaID     *media.ID
}

// CategoryFilter narrows a list; zero fields do not.
type CategoryFilter struct {
	Root     bool       // only those without a parent
	Parent   CategoryID // only its children
	Within   CategoryID // its whole subtree, itself included
	Text     string     // part of the title or the handle
	Archived bool       // archived ones too
}

// CategorySort names an order of categories.
type CategorySort string

// The orders. The zero value goes level by level and there by position.
const (
	CategoriesByPosition CategorySort = "position"
	CategoriesByTitle    CategorySort = "title"
	CategoriesByUpdate   CategorySort = "updated_at"
)
