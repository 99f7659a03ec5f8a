package pgserver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const advice = "install PostgreSQL (for example `apt-get install postgresql`), or set SOUK_PG_BIN to the directory of its programs, or SOUK_PG_ARCHIVE to a Maven repository to fetch them from, or DATABASE_URL to a server of yours"

// binaries finds a directory with initdb and postgres that fit the cluster: the
// one asked for, else the first on the machine, else the fetched one.
func (s *Server) binaries(ctx context.Context) (string, error) {
	made := s.clusterMajor()
	if dir := s.cfg.BinDir; dir != "" {
		major := majorOf(dir)
		if !fits(major, made) {
			return "", fmt.Errorf("%s holds no PostgreSQL %s: %s", dir, wanted(made), advice)
		}
		return dir, nil
	}
	for _, dir := range candidates() {
		if fits(majorOf(dir), made) {
			return dir, nil
		}
	}
	if made != 0 && made != fetchedMajor {
		return "", fmt.Errorf("the database in %s was made by PostgreSQL %d, which is not on this machine: install that version, or move the directory away", s.cluster(), made)
	}
	dir, err := s.fetched(ctx)
	if err != nil {
		return "", fmt.Errorf("there is no PostgreSQL %s on this machine and fetching it did not work (%w): %s", wanted(made), err, advice)
	}
	return dir, nil
}

// fits wants the version that made the cluster, or a new enough one where there
// is no cluster yet.
func fits(major, made int) bool {
	if made != 0 {
		return major == made
	}
	return major >= MinMajor
}

func wanted(made int) string {
	if made != 0 {
		return strconv.Itoa(made)
	}
	return fmt.Sprintf("%d or newer", MinMajor)
}

// clusterMajor is the version that made the cluster, 0 where there is none.
func (s *Server) clusterMajor() int {
	text, _ := os.ReadFile(filepath.Join(s.cluster(), "PG_VERSION"))
	major, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return major
}

// candidates are the usual places, newest version first.
func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if resolved, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(resolved))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",         // Debian, Ubuntu
		"/usr/pgsql-*/bin",                  // Red Hat, from the PostgreSQL project
		"/opt/homebrew/opt/postgresql*/bin", // Homebrew on Apple silicon
		"/usr/local/opt/postgresql*/bin",    // Homebrew on Intel
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/usr/local/pgsql/bin",
	} {
		found, _ := filepath.Glob(pattern)
		slices.SortFunc(found, func(a, b string) int { return majorIn(b) - majorIn(a) })
		dirs = append(dirs, found...)
	}
	return dirs
}

// majorIn reads the version out of a path; newest first need not be exact.
func majorIn(path string) int {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, path)
	n, _ := strconv.Atoi(digits)
	return n
}

// majorOf asks the server's program for its version; 0 where it does not run.
func majorOf(dir string) int {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.18 (Debian …)
	if len(fields) < 3 {
		return 0
	}
	major, _, _ := strings.Cut(fields[2], ".")
	n, _ := strconv.Atoi(major)
	return n
}
