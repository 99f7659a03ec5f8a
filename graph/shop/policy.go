package shop

import "github.com/99designs/gqlgen/graphql"

// Cacheable reports whether a root field of the schema answers the same to
// everybody in the same market and language. Whatever is about one visitor is
// not among them.
func Cacheable(rootField string) bool {
	switch rootField {
	case "node", "nodes", "eventsTrack", "cart", "currentCart", "checkout", "orderByAccessToken", "trackOrder", "recommendationsForCart":
		return false
	}
	return true
}

// Private reports that an operation is asked for one buyer, though nobody is
// signed in.
func Private(op *graphql.OperationContext) bool {
	return contextArgs(op)["buyer"] != nil
}
