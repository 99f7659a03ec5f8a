package importer

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// placedImage is an image with the place that its row gives it.
type placedImage struct {
	Image
	position int
}

// image reads the image of a row. One that is not taken leaves the product
// without it.
func (s *assembly) image(r *row) {
	if strings.TrimSpace(r.text(FieldImage)) == "" {
		return
	}
	address, bad := s.picture(r.text(FieldImage))
	if bad != nil {
		r.about(Warning, FieldImage, bad.code, "%s", bad.reason)
		return
	}
	position, err := strconv.Atoi(strings.TrimSpace(r.text(FieldImagePosition)))
	if text := strings.TrimSpace(r.text(FieldImagePosition)); text != "" && err != nil {
		r.about(Warning, FieldImagePosition, "invalid_position", "%q is not a number; the order of the rows is the order of the images", clip(text))
	}
	s.unplaced = s.unplaced || err != nil
	s.place(r, placedImage{Image{address, strings.TrimSpace(r.text(FieldImageAlt))}, position})
}

// picture checks an address. The shop's own ones may well be private, on a
// machine of a developer.
func (s *assembly) picture(text string) (string, *complaint) {
	own, address := s.file.settings.OwnMedia, trimInvisible(text)
	if own != "" && strings.HasPrefix(address, own) && len(address) <= maxURL {
		return address, nil
	}
	return imageURL(address)
}

func (s *assembly) place(r *row, image placedImage) {
	if i, known := s.imageOf[image.URL]; known {
		if s.images[i].Alt == "" {
			s.images[i].Alt = image.Alt
		}
		return
	}
	if len(s.images) >= maxImages {
		r.about(Error, FieldImage, "too_many_images", "a product may have %d images", maxImages)
		return
	}
	s.imageOf[image.URL] = len(s.images)
	s.images = append(s.images, image)
}

// variantImage reads the address of a variant's own image.
func (s *assembly) variantImage(r *row) string {
	if strings.TrimSpace(r.text(FieldVariantImage)) == "" {
		return ""
	}
	address, bad := s.picture(r.text(FieldVariantImage))
	if bad != nil {
		r.about(Warning, FieldVariantImage, bad.code, "%s", bad.reason)
		return ""
	}
	return address
}

// gather puts the images in order: by position where all have one, else as
// their rows stand. A variant's image that the gallery lacks goes to its end.
func (s *assembly) gather() {
	if !s.unplaced {
		slices.SortStableFunc(s.images, func(a, b placedImage) int { return cmp.Compare(a.position, b.position) })
	}
	for _, image := range s.images {
		s.draft.Images = append(s.draft.Images, image.Image)
	}
	for _, v := range s.draft.Variants {
		if _, known := s.imageOf[v.ImageURL]; v.ImageURL != "" && !known {
			s.imageOf[v.ImageURL] = len(s.draft.Images)
			s.draft.Images = append(s.draft.Images, Image{URL: v.ImageURL})
		}
	}
}
