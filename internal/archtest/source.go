package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// module is the import path of the house.
const module = "github.com/souk-commerce/souk"

// source is one parsed Go file.
type source struct {
	pkg  string // directory, relative to the module
	name string
	set  *token.FileSet
	file *ast.File
}

// finding is one broken rule.
type finding struct{ at, rule string }

func (f finding) String() string { return f.at + ": " + f.rule }

// load parses every Go file of the tree but tests, which may break the rules.
// Of generated files only the imports are read: nobody writes SQL there.
func load(root string) ([]source, error) {
	var all []source
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipped(root, file)
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		src, err := parse(filepath.ToSlash(rel), file)
		all = append(all, src)
		return err
	})
	return all, err
}

func skipped(root, dir string) error {
	name := filepath.Base(dir)
	if dir != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
		return filepath.SkipDir
	}
	return nil
}

// parse reads a file; text, when given, stands in for what is on the disk.
func parse(rel, file string, text ...string) (source, error) {
	src := source{pkg: path.Dir(rel), name: rel, set: token.NewFileSet()}
	var content any
	if len(text) > 0 {
		content = text[0]
	}
	head, err := parser.ParseFile(src.set, file, content, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return src, fmt.Errorf("parse %s: %w", rel, err)
	}
	if src.file = head; ast.IsGenerated(head) {
		return src, nil
	}
	src.file, err = parser.ParseFile(src.set, file, content, parser.SkipObjectResolution)
	if err != nil {
		return src, fmt.Errorf("parse %s: %w", rel, err)
	}
	return src, nil
}

// imports gives the packages of the house that the file imports, relative to
// the module, with the place of each import.
func (s source) imports() map[string]token.Pos {
	all := map[string]token.Pos{}
	for _, spec := range s.file.Imports {
		full, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if full == module {
			all["."] = spec.Pos()
		}
		if rel, ours := strings.CutPrefix(full, module+"/"); ours {
			all[rel] = spec.Pos()
		}
	}
	return all
}

func (s source) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", s.name, s.set.Position(pos).Line)
}
