package listing

import "context"

// OptionsByIDs reads axes of products on sale; those that are not are missing.
func (s *Service) OptionsByIDs(ctx context.Context, at Context, ids []OptionID, need Need) (map[OptionID]*Option, error) {
	found, err := s.withOptions(ctx, at, "p.id IN (SELECT product_id FROM product_option WHERE id = ANY(?))", ids, need)
	if err != nil {
		return nil, err
	}
	out := map[OptionID]*Option{}
	for _, p := range found {
		for _, o := range p.Options {
			out[o.ID] = o
		}
	}
	return only(out, ids), nil
}

// OptionValuesByIDs reads choices of products on sale; those that are not are
// missing.
func (s *Service) OptionValuesByIDs(ctx context.Context, at Context, ids []OptionValueID, need Need) (map[OptionValueID]*OptionValue, error) {
	found, err := s.withOptions(ctx, at, `p.id IN (SELECT o.product_id FROM product_option o JOIN product_option_value c ON c.option_id = o.id
 WHERE c.id = ANY(?))`, ids, need)
	if err != nil {
		return nil, err
	}
	out := map[OptionValueID]*OptionValue{}
	for _, p := range found {
		for _, o := range p.Options {
			for _, v := range o.Values {
				out[v.ID] = v
			}
		}
	}
	return only(out, ids), nil
}

func (s *Service) withOptions(ctx context.Context, at Context, condition string, ids any, need Need) ([]*Product, error) {
	need.Fields |= FieldOptions
	return s.some(ctx, at, func(st *statement) (source, error) {
		return source{owners: ownerless, where: []string{st.bind(condition, ids)}}, nil
	}, MaxPage, need)
}

func only[K comparable, V any](all map[K]V, keys []K) map[K]V {
	out := make(map[K]V, len(keys))
	for _, k := range keys {
		if v, ok := all[k]; ok {
			out[k] = v
		}
	}
	return out
}
