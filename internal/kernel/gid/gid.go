// Package gid writes and reads the ids that the APIs show:
// gid://souk/Product/123, with a secret as ?key=… where knowing the id is the
// right to use it. On input any authority is taken and only the last two parts
// of the path count, since storefront clients rebuild ids under names of their
// own.
package gid

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

const prefix = "gid://souk/"

// maxLength bounds an id before it is parsed; ours are far shorter.
const maxLength = 512

// ErrMalformed refuses text that is no global id.
var ErrMalformed = fault.New(fault.NotFound, "not_found", "There is nothing with this id.")

// ID is a global id, taken apart.
type ID struct {
	Type   string
	Number int64
	Key    string // the secret, if the id carries one
}

// Format gives the id of the thing number n of a type.
func Format(typ string, n int64) string {
	return prefix + typ + "/" + strconv.FormatInt(n, 10)
}

// FormatKey gives an id that carries a secret.
func FormatKey(typ string, n int64, key string) string {
	return Format(typ, n) + "?key=" + url.QueryEscape(key)
}

// Parse takes an id apart. Text that is no id answers as not found, since that
// is what it is to the client.
func Parse(s string) (ID, error) {
	if len(s) > maxLength {
		return ID{}, ErrMalformed
	}
	path, query, _ := strings.Cut(s, "?")
	rest, number, ok := cutLast(path)
	if !ok {
		return ID{}, ErrMalformed
	}
	_, typ, ok := cutLast(rest)
	if !ok {
		return ID{}, ErrMalformed
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || typ == "" {
		return ID{}, ErrMalformed
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ID{}, ErrMalformed
	}
	return ID{Type: typ, Number: n, Key: values.Get("key")}, nil
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
