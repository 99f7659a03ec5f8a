package content

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound = fault.New(fault.NotFound, "content_not_found", "There is no such content.")
	ErrStale    = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
)

var taken = fault.New(fault.Conflict, "already_exists", "Something else has this handle already.").At("handle")

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"menu_handle":               taken,
	"page_handle":               taken,
	"blog_handle":               taken,
	"article_blog_id_handle":    taken,
	"shoppolicy_kind":           fault.New(fault.Conflict, "already_exists", "The shop has this policy already.").At("kind"),
	"urlredirect_path":          fault.New(fault.Conflict, "already_exists", "This path is redirected already.").At("path"),
	"article_blog_blog":         fault.New(fault.Invalid, "blog_not_found", "There is no such blog.").At("blogId"),
	"article_media_asset_media": fault.New(fault.Invalid, "media_not_found", "There is no such picture.").At("mediaId"),
}
