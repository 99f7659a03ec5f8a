package gql

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/search"
)

// MarshalMerchandisingItemID writes the public id of a merchandising item.
func MarshalMerchandisingItemID(id merchandising.ItemID) graphql.Marshaler {
	return MarshalGID("MerchandisingItem", int64(id))
}

// UnmarshalMerchandisingItemID reads the public id of a merchandising item.
func UnmarshalMerchandisingItemID(v any) (merchandising.ItemID, error) {
	return read[merchandising.ItemID](v, "MerchandisingItem")
}

// MarshalDeadLetterID writes the public id of a document that the search engine
// would not take.
func MarshalDeadLetterID(id search.DeadLetterID) graphql.Marshaler {
	return MarshalGID("SearchDeadLetter", int64(id))
}

// UnmarshalDeadLetterID reads the public id of a document that the search
// engine would not take.
func UnmarshalDeadLetterID(v any) (search.DeadLetterID, error) {
	return read[search.DeadLetterID](v, "SearchDeadLetter")
}

// MarshalProposalID writes the public id of a proposal.
func MarshalProposalID(id insight.ProposalID) graphql.Marshaler {
	return MarshalGID("SearchProposal", int64(id))
}

// UnmarshalProposalID reads the public id of a proposal.
func UnmarshalProposalID(v any) (insight.ProposalID, error) {
	return read[insight.ProposalID](v, "SearchProposal")
}
