package admin

const zeroResults = `# What shoppers searched for in vain in the last 28 days, with what the shop proposes to do about it.
query ZeroResults {
  searchTotals {
    queries
    figures {
      searches
      zeroRate
      rescuedRate
      clickRate
    }
  }
  searchReport(kind: ZERO_RESULTS, first: 50) {
    totalCount
    nodes {
      query
      language
      figures {
        searches
        zero
        refinedRate
      }
      proposals {
        id
        kind
        target
        product {
          title
        }
        evidence {
          visits
          did
          share
        }
      }
    }
  }
}
`

const acceptProposal = `# Makes the item that is proposed and makes it live.
mutation AcceptProposal($id: ID!) {
  searchProposalAccept(id: $id) {
    proposal {
      state
      item {
        id
        name
        state
      }
    }
    userErrors {
      code
      message
    }
  }
}
`

const newSearchRule = `# A draft: nothing changes for buyers. Look at it with "Preview a search", then publish it.
mutation NewSearchRule($input: MerchandisingItemCreateInput!) {
  merchandisingItemCreate(input: $input) {
    item {
      id
      version
      state
      pending
    }
    userErrors {
      field
      code
      message
    }
  }
}
`

const newSearchRuleVariables = `{
  "input": {
    "name": "Blue teapots first",
    "note": "For the tea week",
    "content": {
      "rule": {
        "trigger": {
          "query": {"match": "CONTAINS", "words": "teapot"},
          "startsAt": "2026-12-01T00:00:00Z",
          "endsAt": "2026-12-08T00:00:00Z"
        },
        "priority": 10,
        "acts": [
          {"do": "PIN", "product": "gid://souk/Product/1", "position": 1},
          {"do": "BOOST", "filter": {"variantOption": {"name": "Color", "value": "Blue"}}, "strength": 40},
          {"do": "IN_STOCK_FIRST"}
        ]
      }
    }
  }
}`

const previewSearch = `# What is live beside what would be, in one shopper's place. Put drafts in, such as
# [{"item": "gid://souk/MerchandisingItem/1"}]: without a number it is the latest content.
query PreviewSearch($input: SearchPreviewInput!, $drafts: [SearchDraftInput!]) {
  live: searchPreview(input: $input, first: 24) {
    ...Preview
  }
  draft: searchPreview(input: $input, drafts: $drafts, first: 24) {
    ...Preview
  }
}

fragment Preview on SearchPreview {
  totalCount
  degraded
  rescue {
    stage
    usedQuery
    dropped
  }
  redirect
  banners {
    title
  }
  applied {
    name
    number
    lost {
      act
      reason
      by {
        name
      }
    }
  }
  facets {
    id
    label
    values {
      label
      count
      input
    }
  }
  nodes {
    title
    available
    minPrice {
      amount
      currency
    }
    explain {
      engineRank
      finalRank
      rules {
        name
      }
    }
  }
}
`

const previewSearchVariables = `{
  "input": {"query": "teapot"},
  "drafts": []
}`

const publishItem = `# It acts everywhere within 3 seconds. To go back: merchandisingItemRollback, or merchandisingItemUnpublish.
mutation PublishItem($id: ID!, $version: Int!, $number: Int) {
  merchandisingItemPublish(id: $id, version: $version, number: $number) {
    item {
      version
      state
      live {
        number
        author
      }
    }
    userErrors {
      code
      message
    }
  }
}
`

const queryFunnel = `# What became of one query.
query QueryFunnel($query: String!, $language: LanguageCode!) {
  searchQueryFunnel(query: $query, language: $language) {
    query {
      hits
      figures {
        searches
        tracked
        clicked
        carts
        orders
        meanPosition
      }
    }
    days {
      day
      figures {
        searches
        clickRate
      }
    }
    products {
      impressions
      clicks
      product {
        title
      }
    }
    next {
      next
      sessions
    }
  }
}
`

const searchIndex = `# How the search index is. To build it anew: mutation { searchReindex { generation { id } } }
query SearchIndex {
  searchStatus {
    engine
    ready
    error
    documents
    pending
    oldestMilliseconds
    lagP50Milliseconds
    lagP99Milliseconds
    checkedAt
    drift
    deadLetters
    live {
      id
      liveAt
    }
  }
  searchGenerations {
    id
    instance
    state
    done
    documents
    dead
    requestedBy
    createdAt
  }
  searchDeadLetters(first: 20) {
    nodes {
      id
      error
      attempts
      product {
        title
      }
    }
  }
}
`
