package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// entities maps the type names of ent/schema to their tables, as read from the
// schema itself.
type entities map[string]string

// readEntities finds `func (Product) Annotations() … { return table("product", …) }`.
func readEntities(sources []source) entities {
	found := entities{}
	for _, src := range sources {
		if src.pkg != "ent/schema" {
			continue
		}
		for _, decl := range src.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Name.Name != "Annotations" || fn.Recv == nil {
				continue
			}
			typ, isNamed := fn.Recv.List[0].Type.(*ast.Ident)
			if table := tableCall(fn.Body); isNamed && table != "" {
				found[typ.Name] = table
			}
		}
	}
	return found
}

func tableCall(body *ast.BlockStmt) string {
	table := ""
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		if fn, ok := call.Fun.(*ast.Ident); ok && fn.Name == "table" {
			table = text(call.Args[0])
		}
		return true
	})
	return table
}

// ownerOf gives the owner of a table, "" when nobody does.
func ownerOf(table string) string {
	for owner, tables := range tableOwners {
		if slices.Contains(tables, table) {
			return owner
		}
	}
	return ""
}

// checkTables gives the uses of tables that belong to somebody else.
func checkTables(src source, known entities) []finding {
	from := placeOf(src.pkg)
	if from.level == beside || from.level == nowhere || floors[from.level].name == "ent" {
		return nil
	}
	user := strings.TrimPrefix(from.unit, "internal/")
	var all []finding
	for _, u := range append(entUses(src, known), sqlUses(src)...) {
		owner := ownerOf(u.table)
		mayRead := slices.Contains(mayRead, user) || filepath.Base(src.name) == checksFile
		if owner == "" || owner == user || u.reads && mayRead {
			continue
		}
		all = append(all, finding{src.at(u.pos), fmt.Sprintf("%s uses the table %s of %s", user, u.table, owner)})
	}
	return all
}

// use is one mention of a table.
type use struct {
	table string
	pos   token.Pos
	reads bool // in SQL that only reads it
}

// builders are the methods of ent's per-entity clients, by which
// `db.Ent(ctx).Product.Query()` is told from any other chain of names.
var builders = []string{
	"Create", "CreateBulk", "MapCreateBulk", "Query", "Get", "GetX", "Update", "UpdateOne", "UpdateOneID",
	"Delete", "DeleteOne", "DeleteOneID",
}

// entUses finds entities by import (ent/product), by ent's own names
// (ent.Product, ent.ProductQuery) and by the client (.Product.Query()).
func entUses(src source, known entities) []use {
	var all []use
	for pkg, pos := range src.imports() {
		for entity, table := range known {
			if pkg == "ent/"+strings.ToLower(entity) {
				all = append(all, use{table: table, pos: pos})
			}
		}
	}
	_, importsEnt := src.imports()["ent"]
	ast.Inspect(src.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "ent" && importsEnt {
			if table := known.of(sel.Sel.Name); table != "" {
				all = append(all, use{table: table, pos: sel.Pos()})
			}
		}
		if client, ok := sel.X.(*ast.SelectorExpr); ok && slices.Contains(builders, sel.Sel.Name) {
			if table := known[client.Sel.Name]; table != "" {
				all = append(all, use{table: table, pos: sel.Pos()})
			}
		}
		return true
	})
	return all
}

// generatedSuffixes are what ent appends to an entity's name.
var generatedSuffixes = regexp.MustCompile(`(s|Client|Create|CreateBulk|Query|Select|GroupBy|Update|UpdateOne|Upsert|UpsertOne|UpsertBulk|Delete|DeleteOne|Edges)$`)

// of gives the table of an identifier of package ent.
func (known entities) of(name string) string {
	if table := known[name]; table != "" {
		return table
	}
	return known[generatedSuffixes.ReplaceAllString(name, "")]
}

// sqlUses finds tables in the file's string literals, those joined by + taken
// as one, in pgx.Identifier{"…"}, and in keyset.From("…").
func sqlUses(src source) []use {
	var all []use
	ast.Inspect(src.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BinaryExpr:
			all = append(all, tablesIn(joined(n), n.Pos())...)
			return false
		case *ast.BasicLit:
			all = append(all, tablesIn(text(n), n.Pos())...)
		case *ast.CallExpr:
			if isKeyset(n) {
				all = append(all, tablesIn("FROM "+joined(n.Args[0]), n.Pos())...)
			}
		case *ast.CompositeLit:
			if name, ok := n.Type.(*ast.SelectorExpr); ok && name.Sel.Name == "Identifier" {
				for _, e := range n.Elts {
					all = append(all, use{table: text(e), pos: e.Pos()})
				}
			}
		}
		return true
	})
	return all
}

// isKeyset reports whether the call begins a list of platform/keyset, whose
// tables stand without a FROM.
func isKeyset(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "From" || len(call.Args) != 1 {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "keyset"
}

// joined gives the literals of a sum in order; what is not one is left a blank.
func joined(e ast.Expr) string {
	if sum, ok := e.(*ast.BinaryExpr); ok {
		return joined(sum.X) + joined(sum.Y)
	}
	var parts strings.Builder
	ast.Inspect(e, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok {
			parts.WriteString(text(lit))
		}
		return true
	})
	return parts.String() + " "
}

func text(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}
