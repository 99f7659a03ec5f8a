package gql

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/kernel/gid"
)

// MarshalGID writes the public id of the thing number n of a type.
func MarshalGID(typ string, n int64) graphql.Marshaler {
	return graphql.MarshalString(gid.Format(typ, n))
}

// UnmarshalGID reads the public id of a thing of one type. An id of another
// type, or text that is no id, answers as not found: that is what it is to the
// client.
func UnmarshalGID(v any, typ string) (int64, error) {
	id, err := UnmarshalAnyGID(v)
	if err != nil {
		return 0, err
	}
	if id.Type != typ {
		return 0, gid.ErrMalformed
	}
	return id.Number, nil
}

// UnmarshalAnyGID reads a public id whose type the caller decides on, as
// node(id:) does, or one that carries a secret.
func UnmarshalAnyGID(v any) (gid.ID, error) {
	switch v := v.(type) {
	case string:
		return gid.Parse(v)
	case json.Number:
		return gid.Parse(v.String())
	}
	return gid.ID{}, gid.ErrMalformed
}
