package archtest

import (
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// looksLikeSQL tells statements and their pieces from prose: "update product:
// %w" is a sentence, "UPDATE product SET" is not. Capitals alone are enough,
// since statements here are written so.
var looksLikeSQL = regexp.MustCompile(`(?s)\b(FROM|JOIN|INTO|UPDATE|TRUNCATE|LOCK TABLE)\s|` +
	`(?i)\b(select\b.*\bfrom|insert\s+into|update\b.*\bset|delete\s+from|join\b.*\bon|lock\s+table)\b`)

// words splits SQL into names and the punctuation that matters here.
var words = regexp.MustCompile(`"?[A-Za-z_][A-Za-z0-9_$]*"?|[(),.;']`)

// comment matches an SQL comment, in which words are prose.
var comment = regexp.MustCompile(`--[^\n]*`)

// tablesIn gives the tables that SQL names after from, join, into, update and
// the like. Names that WITH makes are left out.
func tablesIn(statement string, pos token.Pos) []use {
	if !looksLikeSQL.MatchString(statement) {
		return nil
	}
	statement = comment.ReplaceAllString(statement, "")
	tokens := words.FindAllString(statement, -1)
	var all []use
	add := func(reads bool, tables ...string) {
		for _, table := range tables {
			all = append(all, use{table: table, pos: pos, reads: reads})
		}
	}
	previous := ""
	for i, word := range tokens {
		verb := strings.ToLower(word)
		switch {
		case verb == "from" && previous == "delete":
			add(false, tableList(tokens[i+1:])...)
		case (verb == "from" && previous != "distinct") || verb == "join" || verb == "using":
			add(true, tableList(tokens[i+1:])...)
		case writes[verb]:
			name, _ := tableName(tokens[i+1:])
			add(false, name)
		}
		previous = verb
	}
	made := madeNames(statement)
	return slices.DeleteFunc(all, func(u use) bool { return made[u.table] })
}

// writes holds the words after which one table follows that is written.
var writes = map[string]bool{"into": true, "update": true, "table": true, "truncate": true, "copy": true}

// withName matches a name that WITH makes: `page AS (`, `page(id) AS MATERIALIZED (`.
var withName = regexp.MustCompile(`(?i)\b([a-z_][a-z0-9_]*)\s*(?:\([^()]*\)\s*)?as\s+(?:not\s+)?(?:materialized\s*)?\(`)

func madeNames(statement string) map[string]bool {
	made := map[string]bool{}
	for _, match := range withName.FindAllStringSubmatch(statement, -1) {
		made[strings.ToLower(match[1])] = true
	}
	return made
}

// tableList reads `a`, `public.a`, `a AS x, b y` from the tokens after a verb.
func tableList(tokens []string) []string {
	var tables []string
	for len(tokens) > 0 {
		name := ""
		name, tokens = tableName(tokens)
		if name == "" {
			break
		}
		tables = append(tables, name)
		for len(tokens) > 0 && isName(tokens[0]) && !isClause[strings.ToLower(tokens[0])] {
			tokens = tokens[1:] // AS and the alias
		}
		if len(tokens) == 0 || tokens[0] != "," {
			break
		}
		tokens = tokens[1:]
	}
	return tables
}

// tableName reads one name, its schema and words like ONLY left out.
func tableName(tokens []string) (name string, rest []string) {
	for len(tokens) > 0 && (strings.EqualFold(tokens[0], "only") || strings.EqualFold(tokens[0], "lateral")) {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 || !isName(tokens[0]) {
		return "", tokens
	}
	if len(tokens) > 2 && tokens[1] == "." {
		tokens = tokens[2:]
	}
	return strings.ToLower(strings.Trim(tokens[0], `"`)), tokens[1:]
}

func isName(token string) bool { return !strings.ContainsAny(token, "(),.;'") }

// isClause holds the words that end a list of tables.
var isClause = map[string]bool{
	"where": true, "join": true, "left": true, "right": true, "inner": true, "outer": true, "cross": true, "full": true,
	"natural": true, "on": true, "using": true, "group": true, "order": true, "limit": true, "offset": true,
	"union": true, "except": true, "intersect": true, "for": true, "set": true, "values": true, "returning": true,
	"having": true, "window": true, "fetch": true, "select": true, "tablesample": true,
}
