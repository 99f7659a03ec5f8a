package insight

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// keep writes what is proposed now. What people decided stays; an open proposal
// that nothing speaks for any more goes.
func (s *Service) keep(ctx context.Context, found []Proposal) error {
	var languages, queries, kinds, targets, contents, evidences []string
	var sessions []int64
	for _, p := range found {
		content, err := json.Marshal(p.Content)
		if err != nil {
			return fmt.Errorf("write what is proposed: %w", err)
		}
		evidence, err := json.Marshal(p.Evidence)
		if err != nil {
			return fmt.Errorf("write what is proposed: %w", err)
		}
		languages, queries, kinds = append(languages, string(p.Language)), append(queries, p.Query), append(kinds, string(p.Kind))
		targets, sessions = append(targets, p.Target), append(sessions, p.Sessions)
		contents, evidences = append(contents, string(content)), append(evidences, string(evidence))
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		WITH found AS (
			SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]::jsonb[], $6::text[]::jsonb[], $7::bigint[])
				AS f(language, query, kind, target, content, evidence, sessions)
		), gone AS (
			DELETE FROM query_proposal p WHERE state = 'open' AND NOT EXISTS (
				SELECT FROM found f WHERE (f.language, f.query, f.kind, f.target) = (p.language, p.query, p.kind, p.target))
		)
		INSERT INTO query_proposal AS p (language, query, kind, target, content, evidence, sessions, created_at, updated_at)
		SELECT language, query, kind, target, content, evidence, sessions, $8::timestamptz, $8 FROM found ORDER BY language, query, kind, target
		ON CONFLICT (language, query, kind, target) DO UPDATE SET content = excluded.content, evidence = excluded.evidence,
			sessions = excluded.sessions, updated_at = excluded.updated_at
		WHERE p.state = 'open' AND (p.content, p.evidence, p.sessions) IS DISTINCT FROM (excluded.content, excluded.evidence, excluded.sessions)`,
		languages, queries, kinds, targets, contents, evidences, sessions, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("write what is proposed: %w", postgres.Fault(err))
	}
	return nil
}

const proposalColumns = `p.id, p.language, p.query, p.kind, p.target, p.content, p.evidence, p.sessions, p.state, COALESCE(p.item_id, 0),
	p.decided_by, p.decided_at, p.created_at, p.updated_at`

func scanProposal(r pgx.CollectableRow) (p Proposal, err error) {
	var content, evidence json.RawMessage
	err = r.Scan(&p.ID, &p.Language, &p.Query, &p.Kind, &p.Target, &content, &evidence, &p.Sessions, &p.State, &p.Item,
		&p.DecidedBy, &p.DecidedAt, &p.CreatedAt, &p.UpdatedAt)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(evidence, &p.Evidence); err != nil {
		return p, fmt.Errorf("read the evidence of proposal %d: %w", p.ID, err)
	}
	if p.Content, err = merchandising.Parse(merchandising.Kind(p.Kind), content); err != nil {
		return p, fmt.Errorf("read the content of proposal %d: %w", p.ID, err)
	}
	return p, nil
}

func (s *Service) readProposals(ctx context.Context, where string, args ...any) ([]Proposal, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+proposalColumns+` FROM query_proposal p WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read proposals: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanProposal)
	if err != nil {
		return nil, fmt.Errorf("read proposals: %w", postgres.Fault(err))
	}
	return found, nil
}

// ProposalsByIDs gives proposals; those that are gone are missing.
func (s *Service) ProposalsByIDs(ctx context.Context, ids []ProposalID) (map[ProposalID]Proposal, error) {
	found, err := s.readProposals(ctx, `p.id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ProposalID]Proposal, len(found))
	for _, p := range found {
		out[p.ID] = p
	}
	return out, nil
}

// ProposalsFor gives the open proposals for queries of a language, those with
// the most sessions first.
func (s *Service) ProposalsFor(ctx context.Context, language locale.Language, queries []string) (map[string][]Proposal, error) {
	found, err := s.readProposals(ctx, `p.state = 'open' AND p.language = $1 AND p.query = ANY($2) ORDER BY p.sessions DESC, p.id`, string(language), queries)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]Proposal, len(queries))
	for _, p := range found {
		out[p.Query] = append(out[p.Query], p)
	}
	return out, nil
}

// Proposals gives one page of proposals, those with the most sessions first.
func (s *Service) Proposals(ctx context.Context, f ProposalFilter, args page.Args) (page.Slice[Proposal], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Proposal]{}, err
	}
	ids, err := f.list().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "-p.sessions", Type: "bigint", ID: "p.id"})
	if err != nil {
		return page.Slice[Proposal]{}, err
	}
	found, err := s.ProposalsByIDs(ctx, keyset.IDs[ProposalID](ids))
	return keyset.Fill(ids, found), err
}

// CountProposals tells how many there are.
func (s *Service) CountProposals(ctx context.Context, f ProposalFilter) (int64, error) {
	return f.list().Count(ctx, s.db.Conn(ctx))
}

func (f ProposalFilter) list() *keyset.Query {
	q := keyset.From("query_proposal p")
	for column, value := range map[string]string{"state": string(f.State), "kind": string(f.Kind), "language": string(f.Language), "query": f.Query} {
		if value != "" {
			q.Where("p."+column+" = ?", value)
		}
	}
	return q
}

// Accept makes what a proposal says and publishes it at once. To accept it again
// changes nothing.
func (s *Service) Accept(ctx context.Context, id ProposalID) (Proposal, error) {
	return s.decide(ctx, id, Accepted, func(ctx context.Context, p *Proposal) error {
		item, err := s.items.Save(ctx, merchandising.Save{Name: p.name(), Content: p.Content,
			Note: fmt.Sprintf("Proposed by the shop: %d of %d visits did so within %d days.", p.Evidence.Did, p.Evidence.Visits, p.Evidence.Days)})
		if err != nil {
			return fmt.Errorf("make what is proposed: %w", err)
		}
		if item, err = s.items.Publish(ctx, item.ID, item.Latest, item.Version); err != nil {
			return fmt.Errorf("publish what is proposed: %w", err)
		}
		p.Item = item.ID
		return nil
	})
}

// Dismiss puts a proposal away for good: it is not made again. To dismiss it
// again changes nothing.
func (s *Service) Dismiss(ctx context.Context, id ProposalID) (Proposal, error) {
	return s.decide(ctx, id, Dismissed, func(context.Context, *Proposal) error { return nil })
}

// decide takes an open proposal to its end.
func (s *Service) decide(ctx context.Context, id ProposalID, as ProposalState, do func(context.Context, *Proposal) error) (Proposal, error) {
	var after Proposal
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		found, err := s.readProposals(ctx, `p.id = $1 FOR UPDATE`, int64(id))
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrProposal
		}
		after = found[0]
		if after.State == as {
			return nil
		}
		if after.State != Open {
			return ErrDecided
		}
		before := after
		if err := do(ctx, &after); err != nil {
			return err
		}
		now := s.db.Now(ctx)
		after.State, after.DecidedBy, after.DecidedAt, after.UpdatedAt = as, actor.From(ctx).Name, &now, now
		_, err = s.db.Conn(ctx).Exec(ctx, `UPDATE query_proposal SET state = $2, item_id = NULLIF($3::bigint, 0), decided_by = $4, decided_at = $5, updated_at = $5
			WHERE id = $1`, int64(id), string(as), int64(after.Item), after.DecidedBy, now)
		if err != nil {
			return fmt.Errorf("decide a proposal: %w", postgres.Fault(err))
		}
		return s.audit.Record(ctx, audit.Entry{Action: "query_proposal." + string(as), SubjectKind: "query_proposal", SubjectID: int64(id),
			Before: before, After: after})
	})
	if err != nil {
		return Proposal{}, err
	}
	return after, nil
}

// longestName is how much of a query an item is called by, in characters.
const longestName = 80

func (p Proposal) name() string {
	shown := func(words string) string {
		if r := []rune(words); len(r) > longestName {
			return string(r[:longestName]) + "…"
		}
		return words
	}
	switch p.Kind {
	case ProposeSynonym:
		return shown(p.Query) + " → " + shown(p.Target)
	case ProposeRedirect:
		return "Redirect «" + shown(p.Query) + "» to " + shown(p.Target)
	}
	return "Pin for «" + shown(p.Query) + "»"
}
