-- Made by hand: see 00002.

-- +goose Up

-- what a transfer, a purchase order, a count, a feed or an import moved; the
-- references of reservations are left out, since nobody looks for them by it
CREATE INDEX raw_stock_movement_cause ON stock_movement (reference_kind, reference_id)
    WHERE reference_kind <> '' AND reference_kind <> 'checkout';
