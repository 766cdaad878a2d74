-- The budgets of rate limits. A budget that is not there is full. The table is not in
-- the write-ahead log: a crash makes budgets full again, and calls are cheaper.
CREATE UNLOGGED TABLE IF NOT EXISTS crud_limits (
  budget bytea PRIMARY KEY,
  -- log: the times of the calls of the last period, in microseconds.
  -- slots: the numbers of the parts of a period that have calls; counts are those.
  -- bucket: the time at which the bucket is full again, in nanoseconds.
  state bigint[] NOT NULL,
  counts bigint[],
  -- The row can go from then on. It is the end of a period, not the exact time, so that
  -- it changes rarely: most updates then need no change of an index.
  expire_time timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX IF NOT EXISTS crud_limits_expire_time_idx ON crud_limits (expire_time);

-- crud_limits_take charges a call to all budgets or to none. algorithms are log, slots
-- or bucket, periods are nanoseconds. It returns a row for each budget, in their order:
-- whether it has no room, the calls that remain, and the nanoseconds until there are
-- more.
CREATE OR REPLACE FUNCTION crud_limits_take(
  budgets bytea[], algorithms text[], calls bigint[], periods bigint[], bursts bigint[]
) RETURNS TABLE (refused boolean, remaining bigint, reset bigint)
LANGUAGE plpgsql AS $$
DECLARE
  clock bigint;
  b bytea;
  i int;
  r crud_limits;
  p bigint;                  -- the period in microseconds
  last bigint;               -- the time of the last call in microseconds
  ats bigint[] := '{}';      -- the time at which each budget is charged, in microseconds
  width double precision;    -- of a slot, in microseconds
  slot bigint;
  used bigint;
  first bigint;
  each bigint;               -- the nanoseconds in which a token comes
  missing bigint;            -- the nanoseconds until the bucket is full
  refusals boolean[] := '{}';
  remainings bigint[] := '{}';
  resets bigint[] := '{}';
BEGIN
  -- Rows are locked in one order, so that no two calls wait for each other.
  FOR b IN SELECT DISTINCT t.b FROM unnest(budgets) AS t(b) ORDER BY t.b LOOP
    LOOP
      PERFORM 1 FROM crud_limits AS l WHERE l.budget = b FOR UPDATE;
      EXIT WHEN FOUND;
      INSERT INTO crud_limits (budget, state, expire_time) VALUES (b, '{}', '-infinity') ON CONFLICT DO NOTHING;
      -- Each new row takes two old ones away.
      DELETE FROM crud_limits AS l WHERE l.budget IN (
        SELECT o.budget FROM crud_limits AS o
        WHERE o.expire_time < clock_timestamp() AND o.budget <> ALL (budgets)
        ORDER BY o.expire_time LIMIT 2 FOR UPDATE SKIP LOCKED);
    END LOOP;
  END LOOP;

  clock := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  FOR i IN 1 .. cardinality(budgets) LOOP
    SELECT * INTO r FROM crud_limits AS l WHERE l.budget = budgets[i];
    p := periods[i] / 1000;
    width := p / 128.0;
    last := CASE algorithms[i]
      WHEN 'log' THEN r.state[cardinality(r.state)]
      WHEN 'slots' THEN (r.state[cardinality(r.state)] * width)::bigint
    END;
    -- A clock that has gone back stands still meanwhile, for a period at most.
    IF last - clock >= p THEN
      UPDATE crud_limits AS l SET state = '{}', counts = NULL WHERE l.budget = budgets[i] RETURNING * INTO r;
      last := NULL;
    END IF;
    ats[i] := greatest(clock, last);

    CASE algorithms[i]
    WHEN 'log' THEN
      SELECT count(*), min(t) INTO used, first FROM unnest(r.state) AS t WHERE t + p > ats[i];
      refusals[i] := used >= calls[i];
      remainings[i] := calls[i] - used;
      resets[i] := coalesce(first + p - ats[i], 0) * 1000;
    WHEN 'slots' THEN
      slot := greatest(floor(ats[i] / width)::bigint, r.state[cardinality(r.state)]);
      SELECT coalesce(sum(s.n), 0), min(s.k) INTO used, first
      FROM unnest(r.state, r.counts) AS s(k, n) WHERE s.k >= slot - 128;
      refusals[i] := used >= calls[i];
      remainings[i] := calls[i] - used;
      resets[i] := ceil(greatest(coalesce((first + 129) * width - ats[i], 0), 0) * 1000)::bigint;
    ELSE
      each := (periods[i] - 1) / calls[i] + 1;
      missing := greatest(coalesce(r.state[1], 0) - clock * 1000, 0);
      IF missing > each * bursts[i] THEN missing := each * bursts[i]; END IF;
      used := (missing + each - 1) / each;
      refusals[i] := used >= bursts[i];
      remainings[i] := bursts[i] - used;
      resets[i] := CASE WHEN used > 0 THEN missing - (used - 1) * each ELSE 0 END;
    END CASE;
  END LOOP;

  IF NOT (true = ANY (refusals)) THEN
    FOR i IN 1 .. cardinality(budgets) LOOP
      p := periods[i] / 1000;
      remainings[i] := remainings[i] - 1;
      CASE algorithms[i]
      WHEN 'log' THEN
        IF resets[i] = 0 THEN resets[i] := p * 1000; END IF;
        UPDATE crud_limits AS l SET
          state = array(SELECT t FROM unnest(l.state) AS t WHERE t + p > ats[i] ORDER BY t) || ats[i],
          expire_time = to_timestamp((ats[i] / p + 2) * p / 1000000.0)
        WHERE l.budget = budgets[i];
      WHEN 'slots' THEN
        width := p / 128.0;
        SELECT greatest(floor(ats[i] / width)::bigint, l.state[cardinality(l.state)]) INTO slot
        FROM crud_limits AS l WHERE l.budget = budgets[i];
        IF resets[i] = 0 THEN resets[i] := ceil(((slot + 129) * width - ats[i]) * 1000)::bigint; END IF;
        UPDATE crud_limits AS l SET
          (state, counts) = (
            SELECT array_agg(a.k ORDER BY a.k), array_agg(a.n ORDER BY a.k) FROM (
              SELECT s.k, sum(s.n)::bigint AS n
              FROM (SELECT * FROM unnest(l.state, l.counts) UNION ALL SELECT slot, 1) AS s(k, n)
              WHERE s.k >= slot - 128 GROUP BY s.k
            ) AS a),
          expire_time = to_timestamp((ats[i] / p + 3) * p / 1000000.0)
        WHERE l.budget = budgets[i];
      ELSE
        each := (periods[i] - 1) / calls[i] + 1;
        IF resets[i] = 0 THEN resets[i] := each; END IF;
        UPDATE crud_limits AS l SET
          state = ARRAY[clock * 1000 + least(greatest(coalesce(l.state[1], 0) - clock * 1000, 0), each * bursts[i]) + each],
          expire_time = to_timestamp((clock / p + 2) * p / 1000000.0 + each * bursts[i] / 1000000000.0)
        WHERE l.budget = budgets[i];
      END CASE;
    END LOOP;
  END IF;

  FOR i IN 1 .. cardinality(budgets) LOOP
    refused := refusals[i];
    remaining := greatest(remainings[i], 0);
    reset := resets[i];
    RETURN NEXT;
  END LOOP;
END
$$;
