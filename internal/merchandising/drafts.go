package merchandising

import "context"

// VersionsByDrafts gives the versions that are there, by what was asked for;
// none for the version 0.
func (s *Service) VersionsByDrafts(ctx context.Context, drafts []Draft) (map[Draft]Version, error) {
	items, numbers := make([]int64, len(drafts)), make([]int, len(drafts))
	for i, d := range drafts {
		items[i], numbers[i] = int64(d.Item), d.Version
	}
	found, err := collect(ctx, s, scanVersion, "read versions", `SELECT `+versionColumns+` FROM unnest($1::bigint[], $2::bigint[]) AS d(item, number)
		JOIN merchandising_item i ON i.id = d.item
		JOIN merchandising_version v ON v.item_id = i.id AND v.number = d.number`, items, numbers)
	if err != nil {
		return nil, err
	}
	out := make(map[Draft]Version, len(found))
	for _, v := range found {
		out[Draft{Item: v.Item, Version: v.Number}] = v
	}
	return out, nil
}
