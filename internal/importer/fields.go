package importer

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// fields reads what the product says of itself, from the row with its title.
func (s *assembly) fields(r *row) {
	d := s.draft
	d.Title = s.title(r)
	d.DescriptionHTML = s.description(r)
	d.Vendor = s.name(r, FieldVendor)
	d.Type = s.name(r, FieldType)
	d.Collection = s.name(r, FieldCollection)
	d.Category = categoryPath(r.text(FieldCategory))
	d.Tags = s.tags(r)
	d.SEOTitle = strings.TrimSpace(r.text(FieldSEOTitle))
	d.SEODescription = strings.TrimSpace(r.text(FieldSEODescription))
	d.GiftCard = s.truth(r, FieldGiftCard, false)
	s.visibility(r)
	d.Metafields = s.metafields(r, false)
	s.inclusion(r)
	if len(d.Category) > 20 {
		r.about(Error, FieldCategory, "category_too_deep", "the category has more than 20 levels")
	}
}

// title collapses white space where a line break or a space at an end shows
// that it came by accident.
func (s *assembly) title(r *row) string {
	raw := r.text(FieldTitle)
	title := trimInvisible(raw)
	if strings.ContainsAny(title, "\r\n\t") {
		title = strings.Join(strings.Fields(title), " ")
	}
	if title != raw {
		r.about(Warning, FieldTitle, "white_space", "white space in the title is collapsed")
	}
	if n := utf8.RuneCountInString(title); n > maxTitle {
		r.about(Error, FieldTitle, "text_too_long", "the title has %d characters; at most %d are taken", n, maxTitle)
	}
	if title == "" {
		r.about(Error, FieldTitle, "title_missing", "a title is required for a new product")
	}
	return title
}

func (s *assembly) description(r *row) string {
	text, out := s.sanitizer.clean(r.text(FieldBody))
	switch {
	case out.active:
		r.about(Warning, FieldBody, "active_content", "active content is taken out of the description, the rest is kept")
	case out.markup:
		r.about(Note, FieldBody, "markup_removed", "some markup of the description is not supported and taken out")
	}
	return text
}

// name reads a short text.
func (s *assembly) name(r *row, f Field) string {
	return s.short(r, s.file.header.at[f])
}

func (s *assembly) short(r *row, column int) string {
	text := trimInvisible(r.at(column))
	if utf8.RuneCountInString(text) > maxName {
		r.say(Error, column, "text_too_long", "the text has more than "+itoa(maxName)+" characters")
	}
	return text
}

// trimmed is short with a warning, for what identifies something.
func (s *assembly) trimmed(r *row, column int) string {
	text := s.short(r, column)
	if text != r.at(column) {
		r.say(Warning, column, "trimmed", "spaces and invisible characters around the value are trimmed")
	}
	return text
}

func categoryPath(text string) []string {
	var path []string
	for part := range strings.SplitSeq(text, ">") {
		if part = trimInvisible(part); part != "" {
			path = append(path, part)
		}
	}
	return path
}

// tags are parted at commas only.
func (s *assembly) tags(r *row) []string {
	var tags []string
	for tag := range strings.SplitSeq(r.text(FieldTags), ",") {
		tag = trimInvisible(tag)
		if utf8.RuneCountInString(tag) > maxName {
			r.about(Error, FieldTags, "text_too_long", "a tag has more than %d characters", maxName)
		}
		if tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	if len(tags) > maxTags {
		r.about(Error, FieldTags, "too_many_tags", "a product may have %d tags", maxTags)
	}
	return tags
}

// truth reads a boolean; blank is FALSE, as the format says. A column that the
// file does not have, or a value that is neither, gives fallback.
func (s *assembly) truth(r *row, f Field, fallback bool) bool {
	text := r.text(f)
	if !s.draft.Given.Has(f) {
		return fallback
	}
	if strings.TrimSpace(text) == "" {
		return false
	}
	value, ok := parseBool(text)
	if !ok {
		r.about(Warning, f, "invalid_boolean", "%q is neither TRUE nor FALSE; %s is taken", clip(text), boolText(fallback))
		return fallback
	}
	return value
}

// visibility reads status and publication. What is not understood is never
// published.
func (s *assembly) visibility(r *row) {
	d := s.draft
	if text := strings.TrimSpace(r.text(FieldPublished)); text != "" {
		value, ok := parseBool(text)
		if !ok {
			r.about(Warning, FieldPublished, "invalid_boolean", "%q is neither TRUE nor FALSE; the product is not published", clip(text))
		}
		d.Published = &value
	}
	switch text := strings.ToLower(strings.TrimSpace(r.text(FieldStatus))); text {
	case "":
	case "active", "draft", "archived":
		d.Status = text
	default:
		r.about(Warning, FieldStatus, "unknown_status", "%q is not active, draft or archived; the product is imported as a draft", clip(text))
		hidden := false
		d.Status, d.Published = "draft", &hidden
	}
}

// metafields reads the metafields of a product or of a variant.
func (s *assembly) metafields(r *row, variant bool) []Metafield {
	var list []Metafield
	for i, c := range s.file.header.metafields {
		text := strings.TrimSpace(r.at(c.at))
		if c.Variant != variant || text == "" {
			continue
		}
		if len(text) > maxMetafield {
			r.say(Error, c.at, "text_too_long", "a metafield holds at most "+itoa(maxMetafield)+" bytes")
		}
		kind := s.file.typeOf(i, text)
		list = append(list, Metafield{Namespace: c.Namespace, Key: c.Key, Label: c.label, Type: kind, Value: storedValue(kind, text)})
	}
	return list
}

func (s *assembly) inclusion(r *row) {
	for _, m := range s.file.header.markets {
		text := r.at(m.included)
		if strings.TrimSpace(text) == "" {
			continue
		}
		value, ok := parseBool(text)
		if !ok {
			r.say(Warning, m.included, "invalid_boolean", "the value is neither TRUE nor FALSE; the product is left out of the market")
		}
		s.draft.Markets = append(s.draft.Markets, Inclusion{m.Name, value})
	}
}

// laterFields notes product fields that stand in another row than the one with
// the title, where they have no effect.
func (s *assembly) laterFields(r *row) {
	if r == s.main || s.main == nil {
		return
	}
	for _, f := range []Field{FieldBody, FieldVendor, FieldCategory, FieldType, FieldTags, FieldSEOTitle, FieldSEODescription, FieldCollection} {
		if text := r.text(f); text != "" && text != s.main.text(f) {
			r.about(Note, f, "not_first_row", "this column counts in the row with the title only")
		}
	}
}

func boolText(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}
