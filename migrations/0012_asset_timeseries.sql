-- asset_timeseries: every sample as a row, for any tool that speaks SQL.
--
-- Samples are stored in two coded forms (src/quant/chunk.c and batch_form.h describe the
-- bytes). The functions here are the decoders once more, in the database's own language: slow, and
-- right. They read a coded text `b` from the byte `at` on and give `at` behind what they read. What is
-- no such text ends with an error. What is not there (NaN) is NULL in the rows.

-- --- numbers -------------------------------------------------------------------------------------

CREATE FUNCTION series_code_number(b bytea, INOUT at integer, OUT number bigint)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    byte integer;
    shift integer := 0;
BEGIN
    number := 0;
    LOOP
        byte := get_byte(b, at);
        at := at + 1;
        number := number | ((byte & 127)::bigint << shift);
        EXIT WHEN byte < 128;
        shift := shift + 7;
        IF shift > 63 THEN
            RAISE EXCEPTION 'these are no coded samples: a number is too long' USING ERRCODE = 'data_corrupted';
        END IF;
    END LOOP;
END
$$;

-- 0 1 2 3 ... is 0 -1 1 -2 ...
CREATE FUNCTION series_code_signed(number bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT ((number >> 1) & 9223372036854775807) # -(number & 1) $$;

-- Eight bytes, the lowest first.
CREATE FUNCTION series_code_int64(b bytea, at integer) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    number bigint := 0;
BEGIN
    FOR i IN 0..7 LOOP
        number := number | (get_byte(b, at + i)::bigint << (8 * i));
    END LOOP;
    RETURN number;
END
$$;

-- The double of these 64 bits; NULL for NaN.
CREATE FUNCTION series_code_float8(bits bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
    SELECT CASE
        WHEN (bits >> 52) & 2047 < 2047 THEN
            CASE WHEN bits < 0 THEN -1 ELSE 1 END
            * ((bits & 4503599627370495)
               + CASE WHEN (bits >> 52) & 2047 > 0 THEN 4503599627370496 ELSE 0 END)::double precision
            * power(2::double precision, greatest(((bits >> 52) & 2047)::integer, 1) - 1075)
        WHEN bits & 4503599627370495 <> 0 THEN NULL
        WHEN bits < 0 THEN '-Infinity'::double precision
        ELSE 'Infinity'::double precision
    END
$$;

-- --- columns -------------------------------------------------------------------------------------

-- What predictions leave (src/quant/code_rest.c): n remainders.
CREATE FUNCTION series_code_rest(b bytea, INOUT at integer, coding integer, n integer, OUT r bigint[])
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    k integer;
    width integer;
    mask bigint;
    is_long boolean;
    pending bigint := 0;
    have integer := 0;
    bit integer;
    zeros bigint;
    number bigint;
    place integer := 0;
    escaped integer[] := '{}';
BEGIN
    r := array_fill(0::bigint, ARRAY[n]);
    IF coding = 0 OR n = 0 THEN
        RETURN;
    END IF;
    IF coding = 2 THEN
        SELECT c.at, c.number INTO at, number FROM series_code_number(b, at) AS c;
        FOR event IN 1..number LOOP
            SELECT c.at, place + c.number + 1 INTO at, place FROM series_code_number(b, at) AS c;
            SELECT c.at, series_code_signed(c.number) INTO at, number FROM series_code_number(b, at) AS c;
            IF place > n THEN
                RAISE EXCEPTION 'these are no coded samples: events' USING ERRCODE = 'data_corrupted';
            END IF;
            r[place] := number;
        END LOOP;
        RETURN;
    END IF;
    k := get_byte(b, at) & 63;
    is_long := get_byte(b, at) & 64 <> 0;
    at := at + 1;
    width := k + CASE WHEN is_long THEN 2 ELSE 0 END;
    mask := (1::bigint << width) - 1;
    FOR i IN 1..n LOOP
        WHILE have < width LOOP
            pending := pending | (get_byte(b, at)::bigint << have);
            at := at + 1;
            have := have + 8;
        END LOOP;
        r[i] := pending & mask;
        have := have - width;
        pending := (pending >> width) & ((1::bigint << have) - 1);
    END LOOP;
    bit := at * 8;
    FOR i IN 1..n LOOP
        CONTINUE WHEN is_long AND r[i] >> k < 3;
        zeros := 0;
        WHILE get_bit(b, bit) = 0 LOOP
            zeros := zeros + 1;
            bit := bit + 1;
        END LOOP;
        bit := bit + 1;
        r[i] := r[i] + (zeros << k);
        IF zeros = 24 THEN
            escaped := escaped || i;
        END IF;
    END LOOP;
    at := (bit + 7) / 8;
    FOREACH place IN ARRAY escaped LOOP
        SELECT c.at, c.number INTO at, number FROM series_code_number(b, at) AS c;
        r[place] := r[place] + (number << k);
    END LOOP;
    FOR i IN 1..n LOOP
        r[i] := (r[i] >> 1) # -(r[i] & 1);
    END LOOP;
END
$$;

-- A column of n integers (src/quant/code_ints.c).
CREATE FUNCTION series_code_ints(b bytea, INOUT at integer, n integer, anchor bigint, OUT x bigint[])
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    head integer;
    prediction integer;
    base bigint;
    step bigint := 0;
    stride bigint := 1;
    weight_1 bigint;
    weight_2 bigint;
    d bigint;
    d1 bigint := 0;
    d2 bigint := 0;
    y bigint := 0;
BEGIN
    x := '{}';
    IF n > 1 THEN
        head := get_byte(b, at);
        at := at + 1;
        IF head = 12 THEN
            FOR i IN 1..n LOOP
                x[i] := series_code_int64(b, at + (i - 1) * 8);
            END LOOP;
            at := at + n * 8;
            RETURN;
        END IF;
    END IF;
    SELECT c.at, anchor + series_code_signed(c.number) INTO at, base FROM series_code_number(b, at) AS c;
    IF n = 1 THEN
        x[1] := base;
        RETURN;
    END IF;
    prediction := head & 3;
    IF head & 16 <> 0 THEN
        SELECT c.at, series_code_signed(c.number) INTO at, step FROM series_code_number(b, at) AS c;
    END IF;
    IF head & 32 <> 0 THEN
        SELECT c.at, c.number INTO at, stride FROM series_code_number(b, at) AS c;
    END IF;
    IF prediction = 2 THEN
        SELECT c.at, series_code_signed(c.number) INTO at, weight_1 FROM series_code_number(b, at) AS c;
        SELECT c.at, series_code_signed(c.number) INTO at, weight_2 FROM series_code_number(b, at) AS c;
    END IF;
    IF prediction = 0 THEN
        SELECT c.at, c.r INTO at, x FROM series_code_rest(b, at, head >> 2 & 3, n) AS c;
        FOR i IN 1..n LOOP
            x[i] := base + stride * (step * (i - 1) + x[i]);
        END LOOP;
        RETURN;
    END IF;
    SELECT c.at, 0 || c.r INTO at, x FROM series_code_rest(b, at, head >> 2 & 3, n - 1) AS c;
    x[1] := base;
    FOR i IN 2..n LOOP
        IF prediction = 1 THEN
            d := step + x[i];
        ELSE
            d := ((weight_1 * d1 + weight_2 * d2 + 512) >> 10) + x[i];
            d2 := d1;
            d1 := d;
        END IF;
        y := y + d;
        x[i] := base + stride * y;
    END LOOP;
END
$$;

-- A column of n values (src/quant/code_values.c).
CREATE FUNCTION series_code_values(b bytea, INOUT at integer, n integer, OUT v double precision[])
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    head integer := get_byte(b, at);
    scale integer := head & 31;
    power_of_ten double precision;
    x bigint[];
    stretches bigint;
    place integer := 0;
    number bigint;
    other double precision;
BEGIN
    SELECT c.at, c.x INTO at, x FROM series_code_ints(b, at + 1, n, 0) AS c;
    v := '{}';
    IF scale = 31 THEN
        FOR i IN 1..n LOOP
            v[i] := series_code_float8(CASE WHEN x[i] < 0 THEN x[i] # 9223372036854775807 ELSE x[i] END);
        END LOOP;
    ELSE
        power_of_ten := (ARRAY[1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
                               1e15]::double precision[])[scale + 1];
        FOR i IN 1..n LOOP
            v[i] := x[i]::double precision / power_of_ten;
        END LOOP;
    END IF;
    IF head & 128 = 0 THEN
        RETURN;
    END IF;
    SELECT c.at, c.number INTO at, stretches FROM series_code_number(b, at) AS c;
    FOR stretch IN 1..stretches LOOP
        SELECT c.at, place + c.number INTO at, place FROM series_code_number(b, at) AS c;
        SELECT c.at, c.number INTO at, number FROM series_code_number(b, at) AS c;
        other := NULL;
        IF number & 1 = 1 THEN
            other := series_code_float8(series_code_int64(b, at));
            at := at + 8;
        END IF;
        FOR i IN 1..(number >> 1) + 1 LOOP
            place := place + 1;
            IF place > n THEN
                RAISE EXCEPTION 'these are no coded samples: exceptions' USING ERRCODE = 'data_corrupted';
            END IF;
            v[place] := other;
        END LOOP;
    END LOOP;
END
$$;

-- Runs of qualities (src/quant/code_runs.c) for n samples.
CREATE FUNCTION series_code_qualities(b bytea, INOUT at integer, n integer, OUT q bigint[])
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    place integer := 0;
    number bigint;
    length bigint;
BEGIN
    q := '{}';
    WHILE place < n LOOP
        SELECT c.at, c.number + 1 INTO at, length FROM series_code_number(b, at) AS c;
        SELECT c.at, c.number INTO at, number FROM series_code_number(b, at) AS c;
        IF length > n - place THEN
            RAISE EXCEPTION 'these are no coded samples: quality' USING ERRCODE = 'data_corrupted';
        END IF;
        FOR i IN 1..length LOOP
            place := place + 1;
            q[place] := ((number & 65535) << 16) | (number >> 16);
        END LOOP;
    END LOOP;
END
$$;

-- Reads over the runs that tell when n samples became known.
CREATE FUNCTION series_code_skip_known(b bytea, at integer, n integer) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    place bigint := 0;
BEGIN
    WHILE place < n LOOP
        SELECT c.at, place + (c.number >> 1) + 1 INTO at, place FROM series_code_number(b, at) AS c;
        SELECT c.at INTO at FROM series_code_number(b, at) AS c;
    END LOOP;
    RETURN at;
END
$$;

-- --- chunks and batches --------------------------------------------------------------------------

CREATE FUNCTION series_code_time(microseconds bigint) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT '1970-01-01T00:00:00Z'::timestamptz + microseconds * interval '1 microsecond' $$;

-- The samples of a chunk (series_chunks.payload, series_open.payload, series_history.payload).
CREATE FUNCTION series_decode(payload bytea)
    RETURNS TABLE ("time" timestamptz, value double precision, quality bigint)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    b bytea := payload || ''::bytea; -- read from its table once, not at each byte
    at integer := 20;
    samples_left integer;
    n integer;
    gives integer;
    last bigint;
    distance bigint := 0;
    carried bigint := 0;
    x bigint[];
    v double precision[];
    q bigint[];
BEGIN
    IF length(b) < 20 OR get_byte(b, 0) <> 1 THEN
        RAISE EXCEPTION 'this is no chunk of samples' USING ERRCODE = 'data_corrupted';
    END IF;
    samples_left := get_byte(b, 2) + get_byte(b, 3) * 256 + 1;
    last := series_code_int64(b, 4);
    WHILE samples_left > 0 LOOP
        n := least(samples_left, 2048);
        gives := get_byte(b, at);
        at := at + 1;
        IF gives & 1 = 1 THEN
            SELECT c.at, c.x INTO at, x FROM series_code_ints(b, at, n, last) AS c;
        ELSE
            x := array_fill(0::bigint, ARRAY[n]);
            FOR i IN 1..n LOOP
                x[i] := last + distance * i;
            END LOOP;
        END IF;
        distance := x[n] - CASE WHEN n > 1 THEN x[n - 1] ELSE last END;
        last := x[n];
        SELECT c.at, c.v INTO at, v FROM series_code_values(b, at, n) AS c;
        IF gives & 2 = 2 THEN
            SELECT c.at, c.q INTO at, q FROM series_code_qualities(b, at, n) AS c;
            carried := q[n];
        END IF;
        IF gives & 4 = 4 THEN
            at := series_code_skip_known(b, at, n);
        END IF;
        FOR i IN 1..n LOOP
            "time" := series_code_time(x[i]);
            value := v[i];
            quality := CASE WHEN gives & 2 = 2 THEN q[i] ELSE carried END;
            RETURN NEXT;
        END LOOP;
        samples_left := samples_left - n;
    END LOOP;
END
$$;

-- The samples of one run of a batch, which begins at the byte `at`.
CREATE FUNCTION series_code_run(b bytea, at integer, newest bigint)
    RETURNS TABLE ("time" timestamptz, value double precision, quality bigint)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
DECLARE
    begun integer := at;
    head bigint;
    back bigint;
    samples_left bigint;
    n integer;
    anchor bigint := newest;
    x bigint[];
    v double precision[];
    q bigint[];
BEGIN
    SELECT c.at, c.number INTO at, head FROM series_code_number(b, at) AS c;
    IF head & 2 = 2 THEN
        SELECT c.at, c.number INTO at, back FROM series_code_number(b, at) AS c;
    END IF;
    samples_left := head >> 2;
    WHILE samples_left > 0 LOOP
        n := least(samples_left, 2048);
        IF head & 2 = 2 THEN
            SELECT c.x INTO x FROM series_code_ints(b, (begun - back)::integer, n, anchor) AS c;
        ELSE
            SELECT c.at, c.x INTO at, x FROM series_code_ints(b, at, n, anchor) AS c;
        END IF;
        SELECT c.at, c.v INTO at, v FROM series_code_values(b, at, n) AS c;
        IF head & 1 = 1 THEN
            SELECT c.at, c.q INTO at, q FROM series_code_qualities(b, at, n) AS c;
        END IF;
        FOR i IN 1..n LOOP
            "time" := series_code_time(x[i]);
            value := v[i];
            quality := CASE WHEN head & 1 = 1 THEN q[i] ELSE 0 END;
            RETURN NEXT;
        END LOOP;
        anchor := x[n];
        samples_left := samples_left - n;
    END LOOP;
END
$$;

-- The samples of one series in a batch (series_batches.payload), or of all for `only_no` NULL.
CREATE FUNCTION series_batch_decode(payload bytea, only_no integer)
    RETURNS TABLE (series_no integer, "time" timestamptz, value double precision, quality bigint)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
DECLARE
    b bytea := payload || ''::bytea;
    no_bytes integer;
    end_bytes integer;
    runs bigint;
    body bigint;
    entry integer;
    number bigint;
    begins bigint := 0;
    ends bigint;
BEGIN
    IF b IS NULL THEN
        RETURN;
    END IF;
    IF length(b) < 30 OR get_byte(b, 0) <> 1 THEN
        RAISE EXCEPTION 'this is no batch of samples' USING ERRCODE = 'data_corrupted';
    END IF;
    no_bytes := get_byte(b, 1) & 15;
    end_bytes := get_byte(b, 1) >> 4;
    runs := series_code_int64(b, 2) & 4294967295;
    body := 22 + runs * (no_bytes + end_bytes);
    FOR k IN 1..runs LOOP
        entry := (22 + (k - 1) * (no_bytes + end_bytes))::integer;
        -- Behind the directory there is the body, so eight bytes can be read everywhere.
        number := series_code_int64(b, entry) & ((1::bigint << (8 * no_bytes)) - 1);
        ends := series_code_int64(b, entry + no_bytes) & ((1::bigint << (8 * end_bytes)) - 1);
        series_no := number + (series_code_int64(b, 10) << 32 >> 32);
        EXIT WHEN series_no > only_no;
        IF only_no IS NULL OR series_no = only_no THEN
            FOR "time", value, quality IN
                SELECT r."time", r.value, r.quality
                  FROM series_code_run(b, (body + begins)::integer, series_code_int64(b, 14)) AS r LOOP
                RETURN NEXT;
            END LOOP;
        END IF;
        begins := ends;
    END LOOP;
END
$$;

CREATE FUNCTION series_batch_decode(payload bytea)
    RETURNS TABLE (series_no integer, "time" timestamptz, value double precision, quality bigint)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT * FROM series_batch_decode(payload, NULL) $$;

-- --- the view ------------------------------------------------------------------------------------

-- One row a sample: of one moment the newest write alone. Whoever asks sees what the walls let
-- through of the tables beneath.
CREATE VIEW asset_timeseries WITH (security_invoker = true) AS
SELECT s.tenant_id, s.asset_id, s.id AS series_id, s.no AS series_no, s.metric, s.unit,
       d."time" AS ts, d.value, d.quality
  FROM series AS s
 CROSS JOIN LATERAL (
    SELECT DISTINCT ON (w."time") w."time", w.value, w.quality
      FROM (
        SELECT r."time", r.value, r.quality, 0 AS seq
          FROM series_chunks AS c CROSS JOIN LATERAL series_decode(c.payload) AS r
         WHERE c.tenant_id = s.tenant_id AND c.series_no = s.no
        UNION ALL
        SELECT r."time", r.value, r.quality, 0
          FROM series_open AS o CROSS JOIN LATERAL series_decode(o.payload) AS r
         WHERE o.tenant_id = s.tenant_id AND o.series_no = s.no
        UNION ALL
        SELECT r."time", r.value, r.quality, p.seq
          FROM series_batches AS p CROSS JOIN LATERAL series_batch_decode(p.payload, s.no) AS r
         WHERE p.tenant_id = s.tenant_id AND s.no BETWEEN p.series_min AND p.series_max
      ) AS w ("time", value, quality, seq)
     ORDER BY w."time", w.seq DESC
 ) AS d;
GRANT SELECT ON asset_timeseries TO optria_app;
