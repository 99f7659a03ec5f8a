package admin

import "github.com/souk-commerce/souk/graph/gql/playground"

func Examples() []playground.Example { return nil }
