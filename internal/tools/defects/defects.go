package main

// Where defects are planted.
const (
	room       = "internal/inventory"
	store      = room + "/reservation_store.go"
	decide     = room + "/decide.go"
	combine    = "internal/platform/combine"
	initial    = "migrations/00001_initial.sql"
	logs       = "migrations/00003_logs.sql"
	promises   = "migrations/00006_purchase.sql"
	lockLevels = "WHERE l.variant_id = ANY($1) ORDER BY l.id FOR UPDATE OF l`, raw(variants))"
)

func stock(tests string) suite { return suite{room, "^(" + tests + ")$"} }

// defects are those that are planted. Each takes one thing away that the
// protocol of reservations (internal/inventory/doc.go) stands on.
func defects() []defect {
	return append(locks(), append(guards(), append(together(), schema()...)...)...)
}

func locks() []defect {
	return []defect{
		{"level-lock", "levels are read without a lock before pieces are promised",
			[]edit{{store, lockLevels, "WHERE l.variant_id = ANY($1) ORDER BY l.id`, raw(variants))"}},
			stock("TestStorm_lastPiece|TestStorm_threeLineCartsInOppositeOrders")},
		{"level-order", "levels are locked in any order",
			[]edit{{store, lockLevels, "WHERE l.variant_id = ANY($1) ORDER BY random() FOR UPDATE OF l`, raw(variants))"}},
			stock("TestStorm_threeLineCartsInOppositeOrders")},
		{"checkout-lock", "two holds of one checkout do not wait for each other",
			[]edit{{store, "lockCheckouts = `SELECT pg_advisory_xact_lock(number) FROM", "lockCheckouts = `SELECT number FROM"}},
			stock("TestStorm_oneCheckoutManyTimes|TestReserve_sameCheckoutTwiceAtOnceHoldsOneOfBoth")},
		{"buyer-lock", "holds of one client or customer are summed while others of his are made",
			[]edit{{store, "lockBuyers = `SELECT pg_advisory_xact_lock(number) FROM", "lockBuyers = `SELECT number FROM"}},
			stock("TestDenialOfStock|TestReserve_capsWhatIsHeldUnpaid")},
		{"skip-locked", "who looks for expired holds waits for those that are being paid",
			[]edit{{store, "ORDER BY r.expires_at LIMIT $4 FOR UPDATE SKIP LOCKED`", "ORDER BY r.expires_at LIMIT $4 FOR UPDATE`"}},
			stock("TestExpireDue_passesOverWhatIsBeingCommitted")},
		{"source-lock", "pieces of an order are moved between levels that are not locked",
			[]edit{{room + "/source_store.go", "ORDER BY l.id FOR UPDATE OF l`, raw(variants), int64(m))", "ORDER BY l.id`, raw(variants), int64(m))"}},
			stock("TestSource_whileOthersReserveAndExpire")},
		{"correction-lock", "corrections judge a level that they have not locked",
			[]edit{{room + "/store.go", "` ORDER BY l.id FOR UPDATE OF l`, args...)", "` ORDER BY l.id`, args...)"}},
			stock("TestAdjust_lastPiecesAreWrittenOffOnce|TestStorm_correctionsAmongBuyers")},
	}
}

func guards() []defect {
	return []defect{
		{"late-commit", "a hold whose time is over can be paid",
			[]edit{{store, "r.state = 'held' AND r.expires_at > $2) RETURNING", "r.state = 'held') RETURNING"}},
			stock("TestCommit_tooLate|TestModel_theShopAgreesWithThePaper")},
		{"exact-commit", "what is paid need not be what is held",
			[]edit{{room + "/hold.go", "		if !all {\n			return ErrNotHeld\n		}\n", "		_ = all\n"}},
			stock("TestCommit_onlyExactlyWhatIsHeld|TestModel_theShopAgreesWithThePaper")},
		{"expired-first", "expired holds stand in the way of the next buyer",
			[]edit{{store, "	for _, r := range due {\n		book.giveBack(r, Expired, ExpiredHold)\n	}\n	return book, nil", "	return book, nil"}},
			stock("TestReserve_givesBackExpiredHoldsFirst|TestModel_theShopAgreesWithThePaper")},
		{"all-or-nothing", "a refused cart keeps what it could get",
			[]edit{{decide, "		d.book.undo(before)\n", "		_ = before\n"}},
			stock("TestReserve_countsEqualItemsTogether|TestStorm_threeLineCartsInOppositeOrders")},
		{"below-nothing", "a correction may leave less than nothing on hand, and the database takes it",
			[]edit{
				{room + "/service.go", "if refusal == nil && now.OnHand+delta < 0 {", "if false {"},
				{initial, ` AND safety >= 0 AND on_hand >= 0))`, ` AND safety >= 0))`}},
			stock("TestAdjust_neverBelowNothing|TestModel_theShopAgreesWithThePaper")},
		{"once-per-key", "a correction sent twice under one key is made twice",
			[]edit{{room + "/service.go", "	ids, _, err := idempotency.Do(ctx, s.keys, request, do)\n",
				"	_ = request\n	var ids []LevelID\n	err := s.db.InTx(ctx, func(ctx context.Context) (err error) { ids, err = do(ctx); return err })\n"}},
			stock("TestAdjust_sameKeyOnce|TestAdjust_sameKeyAtOnceIsOneCorrection")},
		{"ledger-entry", "a level changes without its movement",
			[]edit{{store, "WITH ORDINALITY AS m(variant_id, location_id, taken, checkout, kind, reason, actor_kind, actor_id, place)\n",
				"WITH ORDINALITY AS m(variant_id, location_id, taken, checkout, kind, reason, actor_kind, actor_id, place) WHERE m.kind <> 'expire'\n"}},
			stock("TestModel_theShopAgreesWithThePaper|TestExpireDue_givesEverythingBack")},
	}
}

func together() []defect {
	return []defect{
		{"answer-before-commit", "holds that are decided together are promised before they are durable",
			[]edit{
				{decide, "	err = s.db.InTx(ctx, func(ctx context.Context) error {\n		in, err := s.enterAll(ctx, asks, alone)\n",
					"	early, outer := make(chan error, 2), context.WithoutCancel(ctx)\n	go func() { early <- s.db.InTx(outer, func(ctx context.Context) error {\n		in, err := s.enterAll(ctx, asks, alone)\n"},
				{decide, "		return s.save(ctx, d.book)\n	})\n", "		err = s.save(ctx, d.book)\n		early <- err\n		return err\n	}) }()\n	err = <-early\n"}},
			stock("TestStorm_answersAreDurable|TestStorm_failedCommits")},
		{"one-of-a-checkout", "a batch holds two requests of one checkout",
			[]edit{{combine + "/combine.go", "		case len(batch) == c.cfg.Batch || keys[w.key]:\n", "		case len(batch) == c.cfg.Batch:\n"}},
			stock("TestStorm_oneCheckoutTwiceInABatch")},
		{"innocent-in-batch", "one request that fails takes its batch along",
			[]edit{{combine + "/combine.go", "	if err != nil && !c.cfg.Shared(err) {\n", "	if err != nil && len(batch) == 0 {\n"}},
			stock("TestStorm_failedCommits")},
		{"share-of-batch", "requests of a batch, and lines of a cart, do not see what the ones before them got",
			[]edit{{room + "/book.go", "{ return p.OnHand - p.Taken - p.taken - p.Safety }", "{ return p.OnHand - p.Taken - p.Safety }"}},
			stock("TestStorm_lastPiece|TestReserve_countsEqualItemsTogether")},
	}
}

func schema() []defect {
	const backstop = "TestSchema_refusesWhatMustNotBe"
	return []defect{
		{"one-active", "the database takes two promises of one part of a line",
			[]edit{{promises, `CREATE UNIQUE INDEX "reservation_one_active"`, `CREATE INDEX "reservation_one_active"`}}, stock(backstop)},
		{"counts", "the database takes less than nothing",
			[]edit{{initial, ` CHECK (taken >= 0 AND incoming >= 0 AND safety >= 0 AND on_hand >= 0)`, ` CHECK (true)`}}, stock(backstop)},
		{"append-only", "the ledger can be rewritten",
			[]edit{{logs, "CREATE TRIGGER raw_append_only BEFORE UPDATE OR DELETE ON stock_movement", "CREATE TRIGGER raw_append_only BEFORE DELETE ON stock_movement"}},
			stock(backstop)},
		{"one-level", "a variant can have two levels at one place",
			[]edit{{initial, `CREATE UNIQUE INDEX "stocklevel_variant_id_location_id"`, `CREATE INDEX "stocklevel_variant_id_location_id"`}}, stock(backstop)},
	}
}
