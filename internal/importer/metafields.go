package importer

import (
	"encoding/json"
	"strings"
	"time"
)

// The types that a column of text can have, as storefront clients name them.
const (
	TypeText      = "single_line_text_field"
	TypeMultiline = "multi_line_text_field"
	TypeList      = "list.single_line_text_field"
	TypeBoolean   = "boolean"
	TypeInteger   = "number_integer"
	TypeDecimal   = "number_decimal"
	TypeDate      = "date"
	TypeURL       = "url"
)

// form collects what the values of a column have in common, since a file does
// not say which type a metafield has.
type form struct {
	seen, lists                          int
	notBool, notInt, notDecimal, notDate bool
	notURL, hasLineBreak, hasLong        bool
}

const longText = 255

// One value in this many must look like a list for the column to hold lists; a
// stray semicolon among thousands of texts is just that.
const listShare = 200

func (f *form) see(v string) {
	if v == "" {
		return
	}
	f.seen++
	f.notBool = f.notBool || !fits(TypeBoolean, v)
	f.notInt = f.notInt || !fits(TypeInteger, v)
	f.notDecimal = f.notDecimal || !fits(TypeDecimal, v)
	f.notDate = f.notDate || !fits(TypeDate, v)
	f.notURL = f.notURL || !fits(TypeURL, v)
	f.hasLineBreak = f.hasLineBreak || strings.ContainsAny(v, "\r\n")
	if strings.Contains(v, "; ") || isJSONList(v) {
		f.lists++
	}
	for _, part := range strings.Split(v, ";") {
		f.hasLong = f.hasLong || len(part) > longText
	}
}

// kind gives the narrowest type that all values have. Text that is long or
// broken into lines is prose, in which a semicolon parts no list.
func (f *form) kind() string {
	switch {
	case f.seen == 0:
		return TypeText
	case !f.notBool:
		return TypeBoolean
	case !f.notInt:
		return TypeInteger
	case !f.notDecimal:
		return TypeDecimal
	case !f.notDate:
		return TypeDate
	case f.hasLineBreak:
		return TypeMultiline
	case f.lists > 0 && f.lists*listShare >= f.seen && !f.hasLong:
		return TypeList
	case !f.notURL:
		return TypeURL
	}
	return TypeText
}

// fits reports whether the text of a cell is a value of the type.
func fits(kind, v string) bool {
	switch kind {
	case TypeBoolean:
		return strings.EqualFold(v, "true") || strings.EqualFold(v, "false")
	case TypeInteger:
		return canonicalNumber(v) && !strings.Contains(v, ".")
	case TypeDecimal:
		return canonicalNumber(v)
	case TypeDate:
		_, err := time.Parse(time.DateOnly, v)
		return err == nil
	case TypeURL:
		return strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://")
	case TypeText:
		return !strings.ContainsAny(v, "\r\n")
	case TypeList, TypeMultiline:
		return true
	}
	return false
}

// canonicalNumber keeps codes with leading zeros, and numbers too long to
// count with, from being taken for numbers.
func canonicalNumber(v string) bool {
	v = strings.TrimPrefix(v, "-")
	whole, frac, dotted := strings.Cut(v, ".")
	return digitsOnly(whole) && (!dotted || digitsOnly(frac)) && (whole == "0" || whole[0] != '0') && len(v) <= 15 && len(frac) <= 9
}

func isJSONList(v string) bool {
	var list []string
	return strings.HasPrefix(v, "[") && json.Unmarshal([]byte(v), &list) == nil
}

// storedValue turns the text of a cell into the form the shop stores.
func storedValue(kind, cell string) string {
	switch kind {
	case TypeBoolean:
		return strings.ToLower(cell)
	case TypeList:
		return listJSON(splitList(cell))
	}
	return cell
}

// splitList parts a list at semicolons. A list whose values hold semicolons
// stands in the file as JSON.
func splitList(cell string) []string {
	var list []string
	if strings.HasPrefix(cell, "[") && json.Unmarshal([]byte(cell), &list) == nil {
		return list
	}
	for part := range strings.SplitSeq(cell, ";") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func listJSON(list []string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if list == nil {
		list = []string{}
	}
	_ = enc.Encode(list) // strings always encode
	return strings.TrimSuffix(b.String(), "\n")
}

// cellText is the text that storedValue turns into value.
func cellText(kind, value string) string {
	switch kind {
	case TypeBoolean:
		return strings.ToUpper(value)
	case TypeList:
		var list []string
		if json.Unmarshal([]byte(value), &list) != nil {
			return value
		}
		joined := strings.Join(list, "; ")
		if listJSON(splitList(joined)) != listJSON(list) {
			return listJSON(list)
		}
		return joined
	}
	return value
}

// typeOf chooses the type of a value: the shop's own, if the value has it, else
// the column's.
func (f *File) typeOf(column int, v string) string {
	if known, ok := f.settings.Types[f.header.metafields[column].MetafieldKey]; ok && (fits(known, v) || !knownType(known)) {
		return known
	}
	return f.forms[column].kind()
}

// knownType reports whether fits can judge the type; of others the shop says
// that they are right.
func knownType(kind string) bool {
	switch kind {
	case TypeText, TypeMultiline, TypeList, TypeBoolean, TypeInteger, TypeDecimal, TypeDate, TypeURL:
		return true
	}
	return false
}
