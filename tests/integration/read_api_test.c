/* Questions to the record over HTTP: every route, what it answers and what it refuses. */

#include <math.h>

#include "historian/series.h"
#include "historian/write.h"
#include "support/chunks.h"
#include "support/house.h"

#include "base/banned.h"

/* 2026-05-28T20:26:40Z */
#define NOW (INT64_C(1780000000) * OQ_SECOND)
/* A whole day in Riyadh and in UTC+3 alike: 2026-05-20T21:00:00Z. */
#define T0    (INT64_C(1779310800) * OQ_SECOND)

#define ONE   "5e0a0000-0000-7000-8000-000000000001"
#define TWO   "5e0a0000-0000-7000-8000-000000000002"
#define THREE "5e0a0000-0000-7000-8000-000000000003"

static http_route_list routes = {series_routes, NULL};

static void put_samples(house *h, int32_t no, oq_us from, oq_us step, size_t count, double first)
{
    samples s = samples_make(h->arena, count, true, false);
    for (size_t i = 0; i < count; i++) {
        s.time[i] = from + (oq_us)i * step;
        s.value[i] = first + (double)i / 4;
    }
    s.count = count;
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_A, .no = no}, &s);
}

/* One: a minute each over four hours, 0, 0.25, ... Two: a state, three samples. Three: none. */
static int reset(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "TRUNCATE series, series_counters, series_batches, series_chunks,"
                       " series_open, series_last, series_history CASCADE");
    house_reset(state);
    oq_clock_set(NOW);
    house_serve(h, &routes);
    chunks_series(h->db, HOUSE_A, 1, "P-1.flow", (aggregate_rule){0});
    chunks_series(h->db, HOUSE_A, 2, "=P-2,x.on", (aggregate_rule){.is_state = true});
    chunks_series(h->db, HOUSE_A, 3, "P-3.none", (aggregate_rule){0});
    put_samples(h, 1, T0, OQ_MINUTE, 240, 0);
    put_samples(h, 2, T0 + OQ_MINUTE / 2, OQ_HOUR, 3, 7);
    return 0;
}

static void write_one(house *h, int32_t no, oq_us at, double value, quality q)
{
    batch_row row = {at, value, no, q};
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(hist_write(s, &row, 1, NULL));
    house_commit(s);
}

static oq_str body_of(house *h, const char *path)
{
    seen s = house_get(h, VIEWER_A, path);
    if (s.status != 200)
        fail_msg("%s: %d %.*s", path, s.status, OQ_FMT(s.body));
    return s.body;
}

#define CHECK_BODY(path, wanted) CHECK_STR(path, body_of(h, path), wanted)

/* --- one series --------------------------------------------------------------------------------*/

#define HEAD1 "{\"id\":\"" ONE "\",\"key\":\"P-1.flow\",\"unit\":\"bar\","

static void test_points(void **state)
{
    house *h = *state;
    CHECK_BODY("/api/series/" ONE "/points?from=2026-05-20T21:00:00Z&to=1779310920",
               HEAD1 "\"items\":[{\"time\":\"2026-05-20T21:00:00Z\",\"value\":0,\"quality\":0},"
                     "{\"time\":\"2026-05-20T21:01:00Z\",\"value\":0.25,\"quality\":0}],"
                     "\"next\":null}");
    CHECK_BODY("/api/series/" ONE "/points?from=1779310800000&to=1779310920&format=columns",
               HEAD1 "\"times\":[1779310800000,1779310860000],\"values\":[0,0.25],"
                     "\"qualities\":null,\"next\":null}");
    oq_str first = body_of(h, "/api/series/" ONE
                              "/points?from=1779310800&to=1779311100&limit=2&format=columns");
    CHECK("two, and more", oq_str_find(first, OQ_STR("[1779310800000,1779310860000]")) != SIZE_MAX);
    seen s = {.body = first};
    oq_str cursor = house_between(h, &s, "\"next\":\"", "\"");
    oq_str path = oq_strf(h->arena,
                          "/api/series/" ONE "/points?from=1779310800&to=1779311100&limit=9"
                          "&format=columns&cursor=%.*s",
                          OQ_FMT(cursor));
    CHECK_STR("the rest", body_of(h, path.ptr),
              HEAD1 "\"times\":[1779310920000,1779310980000,1779311040000],"
                    "\"values\":[0.5,0.75,1],\"qualities\":null,\"next\":null}");
    CHECK_BODY("/api/series/" ONE "/points?from=1779310830&to=1779310840&format=columns&bounds=1",
               HEAD1 "\"times\":[1779310800000,1779310860000],\"values\":[0,0.25],"
                     "\"qualities\":null,\"next\":null}");
    CHECK_BODY("/api/series/" THREE "/points",
               "{\"id\":\"" THREE "\",\"key\":\"P-3.none\",\"unit\":\"bar\",\"items\":[],"
               "\"next\":null}");
}

static void test_qualities(void **state)
{
    house *h = *state;
    write_one(h, 1, T0 + OQ_MINUTE, 5, QUALITY_UNCERTAIN);
    write_one(h, 1, T0 + 2 * OQ_MINUTE, (double)NAN, QUALITY_BAD);
    write_one(h, 1, T0 + OQ_MINUTE / 2 + 125, 1e-7, QUALITY_GOOD);
    const char *span = "from=1779310800&to=1779311040&format=columns";
    oq_str good = oq_strf(h->arena, "/api/series/" ONE "/points?%s", span);
    oq_str all = oq_strf(h->arena, "/api/series/" ONE "/points?%s&quality=all", span);
    CHECK_STR("good alone", body_of(h, good.ptr),
              HEAD1 "\"times\":[1779310800000,1779310830000.125,1779310980000],"
                    "\"values\":[0,0.0000001,0.75],\"qualities\":null,\"next\":null}");
    CHECK_STR("all", body_of(h, all.ptr),
              HEAD1 "\"times\":[1779310800000,1779310830000.125,1779310860000,1779310920000,"
                    "1779310980000],\"values\":[0,0.0000001,5,null,0.75],"
                    "\"qualities\":[[0,0],[2,1073741824],[3,2147483648],[4,0]],\"next\":null}");
}

static void test_plot(void **state)
{
    house *h = *state;
    oq_str body = body_of(h, "/api/series/" ONE "/plot?from=1779310800&to=1779325200&points=20");
    CHECK("of all", oq_str_ends(body, OQ_STR("\"of\":240}")));
    oq_str times = oq_str_sub(body, oq_str_find(body, OQ_STR("[")), SIZE_MAX);
    size_t count = 1;
    for (size_t i = 0; i < times.len && times.ptr[i] != ']'; i++)
        count += times.ptr[i] == ',';
    CHECK("at most twenty", count <= 20 && count > 2);
    CHECK("first and last", oq_str_find(body, OQ_STR("[1779310800000,")) != SIZE_MAX &&
                                oq_str_find(body, OQ_STR(",1779325140000]")) != SIZE_MAX);
}

static void test_at(void **state)
{
    house *h = *state;
    CHECK_BODY("/api/series/" ONE "/at?time=1779310830",
               HEAD1 "\"time\":\"2026-05-20T21:00:30Z\",\"value\":0.125,\"quality\":0,"
                     "\"sample_time\":\"2026-05-20T21:00:00Z\"}");
    CHECK_BODY("/api/series/" ONE "/at?time=1779310000",
               HEAD1 "\"time\":\"2026-05-20T20:46:40Z\",\"value\":null,\"quality\":2157641728,"
                     "\"sample_time\":null}");
    oq_str body = body_of(h, "/api/series/at?ids=" ONE "," TWO "," THREE "&time=1779316000");
    CHECK("a state holds", oq_str_find(body, OQ_STR("\"value\":7.25,")) != SIZE_MAX);
    CHECK("a slope", oq_str_find(body, OQ_STR("\"value\":21.666666666666668,")) != SIZE_MAX);
    CHECK("none", oq_str_find(body, OQ_STR("\"value\":null,")) != SIZE_MAX);
}

static void test_gaps(void **state)
{
    house *h = *state;
    write_one(h, 1, T0 + 300 * OQ_MINUTE, 1, QUALITY_BAD);
    write_one(h, 1, T0 + 400 * OQ_MINUTE, 1, QUALITY_GOOD);
    CHECK_BODY("/api/series/" ONE "/gaps?from=1779310800&to=1779334860&longer_than=5m",
               "{\"id\":\"" ONE "\",\"key\":\"P-1.flow\",\"longer_than_s\":300,\"items\":["
               "{\"from\":\"2026-05-21T00:59:00Z\",\"to\":\"2026-05-21T03:40:00Z\","
               "\"seconds\":9660,\"is_bad\":true}],\"next\":null}");
    oq_str usual = body_of(h, "/api/series/" ONE "/gaps?from=1779307200&to=1779325200");
    CHECK("by their rhythm", oq_str_find(usual, OQ_STR("\"longer_than_s\":300,")) != SIZE_MAX);
    CHECK("before the first",
          oq_str_find(usual, OQ_STR("\"from\":\"2026-05-20T20:00:00Z\"")) != SIZE_MAX);
}

/* What came late was not known at the moment asked for, so the first slices hold nothing: the
 * rhythm is that of the first which holds something. */
static void test_gaps_behind_empty_slices(void **state)
{
    house *h = *state;
    enum { LATE = 3000, COUNT = 2 * LATE, STEP_S = 10, SLICE_CHUNKS = 16 };
    samples s = samples_make(h->arena, COUNT, true, true);
    for (size_t i = 0; i < COUNT; i++) {
        s.time[i] = T0 + (oq_us)i * STEP_S * OQ_SECOND;
        s.value[i] = sqrt((double)(i * 7919 % 10007)) / 1e3;
        s.known[i] = i < LATE ? NOW - OQ_HOUR : s.time[i];
    }
    s.count = COUNT;
    chunks_put(h->db, &(chunks_order){.tenant_id = HOUSE_A, .no = 3, .bytes_max = 600}, &s);
    CHECK("more than a slice is late",
          testdb_number(h->db,
                        "SELECT count(*) FROM series_chunks WHERE series_no = 3"
                        " AND time_last < to_timestamp(1779310800 + 30000)") > 2 * SLICE_CHUNKS);
    CHECK_BODY("/api/series/" THREE "/gaps?from=1779310800&to=1779370800&known_at=1779990000",
               "{\"id\":\"" THREE "\",\"key\":\"P-3.none\",\"longer_than_s\":50,\"items\":["
               "{\"from\":\"2026-05-20T21:00:00Z\",\"to\":\"2026-05-21T05:20:00Z\","
               "\"seconds\":30000,\"is_bad\":false}],\"next\":null}");
}

/* --- aggregates --------------------------------------------------------------------------------*/

static void test_aggregate(void **state)
{
    house *h = *state;
    CHECK_BODY("/api/series/" ONE "/aggregate?from=1779310800&to=1779318000&bucket=PT1H",
               HEAD1 "\"items\":["
                     "{\"start\":\"2026-05-20T21:00:00Z\",\"mean\":7.5,\"mean_samples\":7.375,"
                     "\"min\":0,\"max\":14.75,\"first\":0,\"last\":14.75,\"count\":60,"
                     "\"stddev\":4.36606229914324,\"percent_good\":100},"
                     "{\"start\":\"2026-05-20T22:00:00Z\",\"mean\":22.5,\"mean_samples\":22.375,"
                     "\"min\":15,\"max\":29.75,\"first\":15,\"last\":29.75,\"count\":60,"
                     "\"stddev\":4.36606229914324,\"percent_good\":100}],\"next\":null}");
    CHECK_BODY("/api/series/" ONE "/aggregate?from=1779310800&to=1779310801&bucket=30s"
               "&values=mean,count,first&format=columns",
               HEAD1 "\"starts\":[1779310800000],\"mean\":[0.0625],\"first\":[0],\"count\":[1],"
                     "\"next\":null}");
    CHECK_BODY("/api/series/aggregate?ids=" ONE "," TWO "&from=1779310800&to=1779314400"
               "&values=max&format=columns",
               "{\"starts\":[1779310800000],\"items\":["
               "{\"id\":\"" ONE "\",\"key\":\"P-1.flow\",\"unit\":\"bar\",\"max\":[14.75]},"
               "{\"id\":\"" TWO "\",\"key\":\"=P-2,x.on\",\"unit\":\"bar\",\"max\":[7]}],"
               "\"next\":null}");
    oq_str all =
        body_of(h, "/api/series/aggregate?q=p-&from=1779310800&to=1779314400&values=count");
    CHECK("found by a part of the name",
          oq_str_find(all,
                      OQ_STR("\"buckets\":[{\"start\":\"2026-05-20T21:00:00Z\",\"count\":60}]")) !=
              SIZE_MAX);
    CHECK_BODY("/api/series/aggregate?ids=" ONE "&from=1779310800&to=1779310800",
               "{\"items\":[{\"id\":\"" ONE
               "\",\"key\":\"P-1.flow\",\"unit\":\"bar\",\"buckets\":[]}],"
               "\"next\":null}");
}

/* Days begin where the plant is. */
static void test_days_of_a_zone(void **state)
{
    house *h = *state;
    const char *ask =
        "/api/series/" ONE "/aggregate?from=1779310800&to=1779312000&values=count&format=columns";
    static const struct {
        const char *more, *wanted;
    } row[] = {
        {"&bucket=1d&tz=Asia/Riyadh", "\"starts\":[1779310800000],\"count\":[240]"},
        {"&bucket=1d&tz=UTC", "\"starts\":[1779235200000],\"count\":[180]"},
        {"&bucket=P1W&tz=Asia/Riyadh", "\"starts\":[1779051600000],\"count\":[240]"},
        {"&bucket=1mo&tz=Asia/Riyadh", "\"starts\":[1777582800000],\"count\":[240]"},
        {"&bucket=1y&tz=UTC", "\"starts\":[1767225600000],\"count\":[240]"},
        {"&bucket=6h&tz=Asia/Kolkata", "\"starts\":[1779301800000],\"count\":[210]"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str body = body_of(h, oq_strf(h->arena, "%s%s", ask, row[i].more).ptr);
        if (oq_str_find(body, oq_cstr(row[i].wanted)) == SIZE_MAX)
            fail_msg("%s: %.*s", row[i].more, OQ_FMT(body));
    }
    testdb_exec(h->db,
                "INSERT INTO sites (tenant_id, id, code, name, time_zone, created_at, updated_at)"
                " VALUES ('0a000000-0000-0000-0000-000000000000',"
                " '0a000000-0000-0000-0000-000000000051', 'S', 'S', 'Asia/Riyadh', now(), now());"
                "INSERT INTO assets (tenant_id, id, site_id, code, name, created_at, updated_at)"
                " VALUES ('0a000000-0000-0000-0000-000000000000',"
                " '0a000000-0000-0000-0000-000000000071', '0a000000-0000-0000-0000-000000000051',"
                " 'P-1', 'P', now(), now());"
                "UPDATE series SET asset_id = '0a000000-0000-0000-0000-000000000071' WHERE no = 1");
    oq_str body = body_of(h, oq_strf(h->arena, "%s&bucket=1d", ask).ptr);
    CHECK("of the site", oq_str_find(body, OQ_STR("[1779310800000]")) != SIZE_MAX);
    body = body_of(h, "/api/series?asset_id=0a000000-0000-0000-0000-000000000071");
    CHECK("of the asset", oq_str_find(body, OQ_STR("P-1.flow")) != SIZE_MAX &&
                              oq_str_find(body, OQ_STR("P-3")) == SIZE_MAX);
    testdb_exec(h->db, "TRUNCATE series, assets, sites CASCADE");
}

/* --- many --------------------------------------------------------------------------------------*/

static void test_last(void **state)
{
    house *h = *state;
    write_one(h, 1, T0 + 500 * OQ_MINUTE + 1, -0.5, QUALITY_UNCERTAIN);
    CHECK_BODY("/api/series/last",
               "{\"items\":[{\"id\":\"" TWO "\",\"key\":\"=P-2,x.on\",\"unit\":\"bar\","
               "\"time\":\"2026-05-20T23:00:30Z\",\"value\":7.5,\"quality\":0},"
               "{\"id\":\"" ONE "\",\"key\":\"P-1.flow\",\"unit\":\"bar\","
               "\"time\":\"2026-05-21T05:20:00.000001Z\",\"value\":-0.5,\"quality\":1073741824},"
               "{\"id\":\"" THREE "\",\"key\":\"P-3.none\",\"unit\":\"bar\","
               "\"time\":null,\"value\":null,\"quality\":null}],\"next\":null}");
    oq_str page = body_of(h, "/api/series/last?limit=2");
    seen s = {.body = page};
    oq_str cursor = house_between(h, &s, "\"next\":\"", "\"");
    page = body_of(h, oq_strf(h->arena, "/api/series/last?cursor=%.*s", OQ_FMT(cursor)).ptr);
    CHECK("the third", oq_str_find(page, OQ_STR("P-3.none")) != SIZE_MAX &&
                           oq_str_find(page, OQ_STR("P-1")) == SIZE_MAX);
    page = body_of(h, "/api/series/last?ids=" ONE "," ONE);
    CHECK("by id", oq_str_find(page, OQ_STR("P-1.flow")) != SIZE_MAX);
    oq_str list = body_of(h, "/api/series?limit=1&q=P-1");
    CHECK("a list with newest values",
          oq_str_find(list, OQ_STR("\"last_time\":\"2026-05-21T05:20:00.000001Z\",\"last_value\":"
                                   "-0.5,\"last_quality\":1073741824}],\"next\":null")) !=
              SIZE_MAX);
}

/* --- definitions -------------------------------------------------------------------------------*/

static void test_definitions(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "INSERT INTO series_counters VALUES"
                       " ('0a000000-0000-0000-0000-000000000000', 3)");
    seen s =
        house_send(h, ADMIN_A, "POST", "/api/series",
                   "{\"key\":\"T-9.level\",\"metric\":\"level\",\"unit\":\"m\",\"name\":\"Level\","
                   "\"gap_max_us\":60000000,\"instrument_max\":12}");
    assert_int_equal(s.status, 201);
    oq_str id = house_between(h, &s, "{\"id\":\"", "\"");
    oq_str path = oq_strf(h->arena, "/api/series/%.*s", OQ_FMT(id));
    s = house_send(h, ADMIN_A, "PATCH", path.ptr,
                   "{\"version\":1,\"name_ar\":\"المنسوب\",\"is_state\":true,"
                   "\"clear\":[\"gap_max_us\",\"name\"]}");
    CHECK("what is not given stays, what is cleared goes",
          s.status == 200 && seen_has(&s, "\"name_ar\":\"المنسوب\"") &&
              seen_has(&s, "\"instrument_max\":12") && seen_has(&s, "\"is_state\":true") &&
              seen_has(&s, "\"gap_max_us\":null") && seen_has(&s, "\"name\":null") &&
              seen_has(&s, "\"unit\":\"m\"") && seen_has(&s, "\"version\":2"));
    CHECK_REFUSED("stale", house_send(h, ADMIN_A, "PATCH", path.ptr, "{\"version\":1}"), 409,
                  "series.version_stale");
    CHECK_REFUSED("no boolean",
                  house_send(h, ADMIN_A, "PATCH", path.ptr, "{\"version\":2,\"is_active\":7}"), 422,
                  "field.type");
    CHECK_REFUSED("viewers", house_send(h, VIEWER_A, "PATCH", path.ptr, "{\"version\":2}"), 403,
                  "access.forbidden");
    CHECK("one", house_get(h, VIEWER_A, path.ptr).status == 200);
}

/* --- files -------------------------------------------------------------------------------------*/

#define BOM "\xef\xbb\xbf"

static void test_export(void **state)
{
    house *h = *state;
    write_one(h, 1, T0 + OQ_MINUTE, -5, QUALITY_UNCERTAIN);
    const char *ask = "/api/series/export.csv?ids=" ONE "," TWO "&from=1779310800&to=1779310980";
    static const struct {
        const char *more, *wanted;
    } row[] = {
        {"", BOM "time (UTC),series,unit,value,quality\r\n"
                 "2026-05-20T21:00:00Z,P-1.flow,bar,0,0\r\n"
                 "2026-05-20T21:02:00Z,P-1.flow,bar,0.5,0\r\n"
                 "2026-05-20T21:00:30Z,\"'=P-2,x.on\",bar,7,0\r\n"},
        {"&quality=all&tz=Asia/Riyadh",
         BOM "time (Asia/Riyadh),series,unit,value,quality\r\n"
             "2026-05-21T00:00:00+03:00,P-1.flow,bar,0,0\r\n"
             "2026-05-21T00:01:00+03:00,P-1.flow,bar,-5,1073741824\r\n"
             "2026-05-21T00:02:00+03:00,P-1.flow,bar,0.5,0\r\n"
             "2026-05-21T00:00:30+03:00,\"'=P-2,x.on\",bar,7,0\r\n"},
        {"&form=wide&times=sheet", BOM "time (UTC),P-1.flow [bar],\"'=P-2,x.on [bar]\"\r\n"
                                       "2026-05-20 21:00:00,0,\r\n"
                                       "2026-05-20 21:00:30,,7\r\n"
                                       "2026-05-20 21:02:00,0.5,\r\n"},
        {"&form=wide&quality=all", BOM "time (UTC),P-1.flow [bar],P-1.flow quality,\"'=P-2,x.on "
                                       "[bar]\",\"'=P-2,x.on quality\"\r\n"
                                       "2026-05-20T21:00:00Z,0,0,,\r\n"
                                       "2026-05-20T21:00:30Z,,,7,0\r\n"
                                       "2026-05-20T21:01:00Z,-5,1073741824,,\r\n"
                                       "2026-05-20T21:02:00Z,0.5,0,,\r\n"},
        {"&form=wide&bucket=1h&values=max,count",
         BOM "time (UTC),P-1.flow max [bar],P-1.flow count [bar],"
             "\"'=P-2,x.on max [bar]\",\"'=P-2,x.on count [bar]\"\r\n"
             "2026-05-20T21:00:00Z,14.75,60,7,1\r\n"},
        {"&bucket=2m&values=first", BOM "time (UTC),series,unit,first\r\n"
                                        "2026-05-20T21:00:00Z,P-1.flow,bar,0\r\n"
                                        "2026-05-20T21:02:00Z,P-1.flow,bar,0.5\r\n"
                                        "2026-05-20T21:00:00Z,\"'=P-2,x.on\",bar,7\r\n"
                                        "2026-05-20T21:02:00Z,\"'=P-2,x.on\",bar,\r\n"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].more, body_of(h, oq_strf(h->arena, "%s%s", ask, row[i].more).ptr),
                  row[i].wanted);
    seen s = house_get(h, VIEWER_A, ask);
    CHECK("a file", oq_str_find(s.head, OQ_STR("filename=\"series-2026-05-28.csv\"")) != SIZE_MAX);
    CHECK_BODY("/api/series/export.csv?ids=" ONE "&from=1779310800&to=1779310800",
               BOM "time (UTC),series,unit,value,quality\r\n");
}

/* A file of many pieces has every row once, whatever its form. */
static void test_export_of_many_pieces(void **state)
{
    house *h = *state;
    chunks_series(h->db, HOUSE_A, 4, "a", (aggregate_rule){0});
    chunks_series(h->db, HOUSE_A, 5, "b", (aggregate_rule){0});
    put_samples(h, 4, T0, OQ_SECOND, 60000, 0);
    put_samples(h, 5, T0 + OQ_SECOND * 20000 + OQ_MS * 500, OQ_SECOND / 2, 70000, 0);
    static const char *const form[] = {"long", "wide"};
    static const size_t rows[] = {130000, 60000 + 35000 + 35000 - 0};
    for (int i = 0; i < 2; i++) {
        oq_str path = oq_strf(h->arena,
                              "/api/series/export.csv?ids=5e0a0000-0000-7000-8000-000000000004,"
                              "5e0a0000-0000-7000-8000-000000000005&from=1779310800&to=1779400000"
                              "&form=%s",
                              form[i]);
        seen s = house_get(h, VIEWER_A, path.ptr);
        CHECK("chunked", oq_str_eq(seen_header(&s, "Transfer-Encoding"), OQ_STR("chunked")));
        oq_str line, rest = s.body, before = OQ_STR("");
        size_t lines = 0, values = 0;
        while (oq_str_cut(&rest, '\n', &line)) {
            if (i == 1 && lines > 1)
                CHECK("rising",
                      oq_str_cmp(oq_str_sub(before, 0, 19), oq_str_sub(line, 0, 19)) <= 0);
            before = line;
            if (lines++ && i == 1) {
                oq_str cell, cells = oq_str_sub(line, 0, line.len - 1);
                for (int k = 0; oq_str_cut(&cells, ',', &cell); k++)
                    values += k > 0 && cell.len > 0;
            }
        }
        if (i == 0)
            assert_int_equal(lines - 1, rows[0]);
        else
            assert_int_equal(values, 130000);
    }
    oq_str path = oq_strf(h->arena, "/api/series/export.csv?ids=5e0a0000-0000-7000-8000-"
                                    "000000000004&from=1779310800&to=1779370800&bucket=1s"
                                    "&values=count&form=wide");
    oq_str body = body_of(h, path.ptr);
    size_t ones = 0;
    for (size_t i = 2; i < body.len; i++)
        ones += body.ptr[i] == '\r' && body.ptr[i - 1] == '1' && body.ptr[i - 2] == ',';
    assert_int_equal(ones, 60000);
}

/* --- what is refused ---------------------------------------------------------------------------*/

static void test_refused(void **state)
{
    house *h = *state;
    static const struct {
        const char *path;
        int status;
        const char *code;
    } row[] = {
        {"/api/series/" ONE "/points?from=1779310920&to=1779310800", 422, "span.reversed"},
        {"/api/series/" ONE "/points?from=1900-01-01T00:00:00Z", 422, "span.too_far"},
        {"/api/series/" ONE "/points?from=2200-01-01T00:00:00Z&to=2200-01-02T00:00:00Z", 422,
         "span.too_far"},
        {"/api/series/" ONE "/points?from=yesterday", 422, "field.type"},
        {"/api/series/" ONE "/points?to=1e99", 422, "field.type"},
        {"/api/series/" ONE "/points?known_at=x", 422, "field.type"},
        {"/api/series/" ONE "/points?limit=0", 422, "field.too_small"},
        {"/api/series/" ONE "/points?limit=99999999", 422, "field.too_large"},
        {"/api/series/" ONE "/points?cursor=x", 400, "list.cursor_malformed"},
        {"/api/series/" ONE "/points?quality=best", 422, "field.not_a_choice"},
        {"/api/series/" ONE "/plot?points=1", 422, "field.too_small"},
        {"/api/series/" ONE "/plot?points=100000", 422, "field.too_large"},
        {"/api/series/" ONE "/aggregate?bucket=0s", 422, "aggregate.width_invalid"},
        {"/api/series/" ONE "/aggregate?bucket=-5m", 422, "aggregate.width_invalid"},
        {"/api/series/" ONE "/aggregate?bucket=5", 422, "aggregate.width_invalid"},
        {"/api/series/" ONE "/aggregate?bucket=P5", 422, "aggregate.width_invalid"},
        {"/api/series/" ONE "/aggregate?bucket=1s&from=0", 422, "aggregate.too_many_buckets"},
        {"/api/series/" ONE "/aggregate?tz=Asia/Nowhere", 422, "field.timezone_unknown"},
        {"/api/series/" ONE "/aggregate?values=median", 422, "field.not_a_choice"},
        {"/api/series/" ONE "/gaps?longer_than=long", 422, "aggregate.width_invalid"},
        {"/api/series/" ONE "/at?time=then", 422, "field.type"},
        {"/api/series/aggregate", 422, "series.none_asked"},
        {"/api/series/at", 422, "series.none_asked"},
        {"/api/series/export.csv", 422, "series.none_asked"},
        {"/api/series/last?ids=nothing", 422, "field.type"},
        {"/api/series/last?limit=100000", 422, "field.too_large"},
        {"/api/series?cursor=%21", 400, "list.cursor_malformed"},
        {"/api/series/5e0a0000-0000-7000-8000-0000000000ff/points", 404, "series.not_found"},
        {"/api/series/5e0a0000-0000-7000-8000-0000000000ff/points?known_at=1779310800", 404,
         "series.not_found"},
        {"/api/series/5e0a0000-0000-7000-8000-0000000000ff/plot", 404, "series.not_found"},
        {"/api/series/5e0a0000-0000-7000-8000-0000000000ff/at", 404, "series.not_found"},
        {"/api/series/5e0a0000-0000-7000-8000-0000000000ff/gaps", 404, "series.not_found"},
        {"/api/series/5e0a0000-0000-7000-8000-0000000000ff/aggregate", 404, "series.not_found"},
        {"/api/series/aggregate?ids=" ONE ",5e0a0000-0000-7000-8000-0000000000ff", 404,
         "series.not_found"},
        {"/api/series/export.csv?ids=5e0a0000-0000-7000-8000-0000000000ff", 404,
         "series.not_found"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_REFUSED(row[i].path, house_get(h, VIEWER_A, row[i].path), row[i].status, row[i].code);
    CHECK_REFUSED("another tenant", house_get(h, ADMIN_B, "/api/series/" ONE "/points"), 404,
                  "series.not_found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_points, reset),
        cmocka_unit_test_setup(test_qualities, reset),
        cmocka_unit_test_setup(test_plot, reset),
        cmocka_unit_test_setup(test_at, reset),
        cmocka_unit_test_setup(test_gaps, reset),
        cmocka_unit_test_setup(test_gaps_behind_empty_slices, reset),
        cmocka_unit_test_setup(test_aggregate, reset),
        cmocka_unit_test_setup(test_days_of_a_zone, reset),
        cmocka_unit_test_setup(test_last, reset),
        cmocka_unit_test_setup(test_definitions, reset),
        cmocka_unit_test_setup(test_export, reset),
        cmocka_unit_test_setup(test_export_of_many_pieces, reset),
        cmocka_unit_test_setup(test_refused, reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
