/* Files of records: what an import finds, stores and refuses, and that an export is read again as
 * the same, on a real PostgreSQL. */
#include "plant/class.h"
#include "plant/import_api.h"
#include "plant/record_inner.h"
#include "plant/structure.h"
#include "support/house.h"
#include "support/plant_samples.h"
#include "web/page.h"

static http_route_list routes = {plant_routes, web_routes, NULL};

static int reset_and_serve(void **state)
{
    house_reset(state);
    house_serve(*state, &routes);
    return 0;
}

static import_report *import(oq_scope *s, const record_kind *kind, oq_str file,
                             plant_import_options options)
{
    import_report *report;
    options.kind = kind;
    CHECK_CODE("import", plant_import(s, file, &options, &report), NULL);
    return report;
}

/* "line outcome label column:from>to !column:code" of each row, with commas. */
static oq_str told(house *h, const import_report *report)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    for (size_t i = 0; i < report->count; i++) {
        const import_row *row = &report->row[i];
        oq_buf_f(&out, "%s%lld %s %.*s", i ? ", " : "", (long long)row->line,
                 oq_choice_text(import_outcome_choices, row->outcome), OQ_FMT(row->label));
        for (size_t k = 0; k < row->changes; k++)
            oq_buf_f(&out, " %s:%.*s>%.*s", row->change[k].column, OQ_FMT(row->change[k].from),
                     OQ_FMT(row->change[k].to));
        for (const oq_err *e = row->err; e; e = e->next)
            oq_buf_f(&out, " !%s:%s", e->field ? e->field : "", e->code);
    }
    return oq_str_copy(h->arena, oq_buf_view(&out));
}

/* --- round trips ------------------------------------------------------------------------------*/

static oq_str exported(oq_scope *s, const record_kind *kind, plant_format format)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(4 << 20);
    CHECK_CODE(kind ? kind->name : "all", plant_export(s, kind, format, &buf), NULL);
    return oq_str_copy(oq_scope_arena(s), oq_buf_view(&buf));
}

static void test_round_trip_of_each_kind(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    for (const record_kind *const *k = record_kinds; *k; k++) {
        plant_sample(s, *k, "Round");
        plant_sample(s, *k, "Second");
    }
    for (const record_kind *const *k = record_kinds; *k; k++)
        for (int format = PLANT_CSV; format <= PLANT_JSON; format++) {
            oq_str file = exported(s, *k, (plant_format)format);
            import_report *report = import(s, *k, file, (plant_import_options){0});
            if (report->same != 2 || report->count != 2)
                fail_msg("%s as %s: %.*s\n%.*s", (*k)->name,
                         oq_choice_text(plant_format_choices, format), OQ_FMT(told(h, report)),
                         OQ_FMT(file));
        }
    /* All at once, away, and back. */
    oq_str all = exported(s, NULL, PLANT_JSON);
    size_t count = 0;
    while (record_kinds[count])
        count++;
    for (size_t i = count; i--;) {
        oq_scope *own = s;
        CHECK_CODE(record_kinds[i]->name,
                   record_remove(own, record_kinds[i], plant_sample(own, record_kinds[i], "Round"),
                                 OQ_I64_NONE),
                   NULL);
        CHECK_CODE(record_kinds[i]->name,
                   record_remove(own, record_kinds[i], plant_sample(own, record_kinds[i], "Second"),
                                 OQ_I64_NONE),
                   NULL);
    }
    import_report *report = import(s, NULL, all, (plant_import_options){0});
    if (report->added != 2 * (int64_t)count)
        fail_msg("%.*s", OQ_FMT(told(h, report)));
    CHECK("the same file again", oq_str_eq(exported(s, NULL, PLANT_JSON), all));
    oq_scope_close(s);
}

/* --- rows -------------------------------------------------------------------------------------*/

static const char sites_csv[] =
    "\xef\xbb\xbf"
    "code;name;name_ar;country;work_days\r\n"
    "RUH;Riyadh;\xd8\xa7\xd9\x84\xd8\xb1\xd9\x8a\xd8\xa7\xd8\xb6;SA;31\r\n"
    "JED;\"Jeddah; the port\";;SA;\r\n";

static void test_sites(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    import_report *report = import(s, &kind_site, oq_cstr(sites_csv), (plant_import_options){0});
    CHECK_STR("new", told(h, report), "2 added RUH, 3 added JED");
    assert_true(report->is_to_keep);
    report = import(s, &kind_site, oq_cstr(sites_csv), (plant_import_options){0});
    CHECK_STR("again", told(h, report), "2 same RUH, 3 same JED");
    /* A file with fewer columns leaves the others alone; an empty cell takes away. */
    report = import(s, &kind_site, OQ_STR("code,country,name\nRUH,,Riyadh North\nDMM,SA,Dammam\n"),
                    (plant_import_options){0});
    CHECK_STR("some columns", told(h, report),
              "2 changed RUH name:Riyadh>Riyadh North country:SA>, 3 added DMM");
    void *read;
    record_list list;
    CHECK_OK(record_find(s, &kind_site, &(record_query){.q = OQ_STR("الرياض")}, &list));
    assert_int_equal(list.count, 1);
    CHECK_OK(record_get(s, &kind_site, record_id(&kind_site, list.at), &read));
    CHECK_STR("kept", ((site *)read)->name_ar, "الرياض");
    assert_int_equal(((site *)read)->work_days, 31);
    house_commit(s);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action ="
                                          " 'plant.imported'"),
                     2);
}

static void test_references_and_trees(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    import(s, &kind_site, oq_cstr(sites_csv), (plant_import_options){0});
    /* Children may stand above their parents. */
    import_report *report = import(s, &kind_plant_unit,
                                   OQ_STR("code,site,parent,kind,name\n"
                                          "L1,RUH,U1,production_line,Line\n"
                                          "U1,RUH,A1,unit,Unit\n"
                                          "A1,RUH,,area,Area\n"
                                          "X1,JED,A1,unit,Elsewhere\n"
                                          "Y1,RUH,Y2,unit,Circle\n"
                                          "Y2,RUH,Y1,unit,Circle\n"
                                          "Z1,RUH,Z1,unit,Own parent\n"
                                          "Q1,XXX,,unit,No site\n"
                                          "A1,RUH,,area,Twice\n"),
                                   (plant_import_options){.skip_bad = true});
    CHECK_STR("units", told(h, report),
              "2 added L1, 3 added U1, 4 added A1, 5 wrong X1 !parent:plant.reference_elsewhere, "
              "6 wrong Y1 !parent:plant.reference_unknown, "
              "7 wrong Y2 !parent:plant.reference_unknown, "
              "8 wrong Z1 !parent:plant.reference_unknown, 9 wrong Q1 "
              "!site:plant.reference_unknown, 10 wrong A1 !:plant.import_twice");
    assert_true(report->is_to_keep);
    report = import(s, &kind_asset,
                    OQ_STR("code,site,unit,name,criticality,power_rated_kw\n"
                           "P-1,RUH,L1,Pump,high,٢٥٠\n"
                           "P-2,JED,L1,Pump,extreme,12\n"
                           "P-3,RUH,,,low,x\n"),
                    (plant_import_options){.skip_bad = true});
    CHECK_STR("assets", told(h, report),
              "2 added P-1, 3 wrong P-2 !criticality:field.not_a_choice, "
              "4 wrong P-3 !name:field.required !power_rated_kw:field.type");
    report = import(s, &kind_component,
                    OQ_STR("asset,code,parent,name\nP-1,BRG,ROT,Bearing\nP-1,ROT,,Rotor\n"
                           "P-9,ROT,,Rotor\n"),
                    (plant_import_options){.skip_bad = true});
    CHECK_STR("components", told(h, report),
              "2 added BRG, 3 added ROT, 4 wrong ROT !asset:plant.reference_unknown");
    /* A unit does not move to another site. */
    report = import(s, &kind_plant_unit, OQ_STR("code,site\nA1,JED\n"), (plant_import_options){0});
    CHECK_STR("fixed", told(h, report), "2 wrong A1 !site:plant.fixed");
    CHECK("nothing is kept", !report->is_to_keep);
    oq_scope_close(s);
}

static void test_arabic_heads(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    import_report *report =
        import(s, &kind_site,
               OQ_STR("الرمز\tالاسم (إنجليزي)\tالإسم (عربي)\tالدوله\nRUH\tRiyadh\tالرياض\tSA\n"),
               (plant_import_options){0});
    CHECK_STR("Arabic", told(h, report), "2 added RUH");
    oq_scope_close(s);
}

static void test_lines(void **state)
{
    house *h = *state;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    import_report *report = import(s, &kind_skill,
                                   OQ_STR("code,name\n"
                                          "\n"
                                          "a,\"two\nlines\"\n"
                                          "\"b\"x,bad\n"
                                          "c,C,surplus\n"
                                          "d,\n"
                                          "e,E\n"),
                                   (plant_import_options){.skip_bad = true});
    CHECK_STR("lines", told(h, report),
              "3 added a, 5 wrong  !:csv.quote_misplaced, 6 wrong c "
              "!:plant.import_cell_without_column, 7 wrong d !name:field.required, 8 added e");
    report = import(s, &kind_skill,
                    OQ_STR("[\n {\"code\": \"f\", \"name\": \"F\"},\n {\"code\": \"g\",\n"
                           "  \"name\": \"}\\\"]\"},\n {\"code\": \"h\", \"nme\": \"x\"},\n"
                           " {\"code\": 7, \"name\": null}, 12,\n {\"code\" \"x\"}\n]"),
                    (plant_import_options){.skip_bad = true});
    CHECK_STR("JSON", told(h, report),
              "2 added f, 3 added g, 5 wrong h !nme:field.unknown !name:field.required, "
              "6 wrong 7 !code:plant.name_malformed !name:field.required, "
              "6 wrong  !:json.not_an_object, 7 wrong  !:json.malformed");
    oq_scope_close(s);
}

static void test_files_as_a_whole(void **state)
{
    static const struct {
        const char *label, *file, *code;
        bool without_kind;
    } row[] = {
        {"nothing", "", "plant.import_empty"},
        {"a mark alone", "\xef\xbb\xbf \n", "plant.import_empty"},
        {"a head alone is no error", "code,name\n", NULL},
        {"unknown column", "code,colour\nx,y\n", "plant.import_column_unknown"},
        {"twice", "code,name,Code\n", "plant.import_column_twice"},
        {"CSV of what", "code,name\na,A\n", "plant.import_kind_missing", true},
        {"a list of what", "[{\"code\":\"a\"}]", "plant.import_kind_missing", true},
        {"unknown kind", "{\"pumps\":[]}", "plant.import_kind_unknown", true},
        {"people are no kind", "{\"users\":[]}", "plant.import_kind_unknown", true},
        {"not closed", "[{\"code\":\"a\"}", "plant.import_json_malformed"},
        {"more behind", "[] []", "plant.import_json_malformed"},
        {"quotes open", "code,name\n\"a,b\n", "csv.quote_open"},
        {"UTF-16",
         "\xff\xfe"
         "c",
         "csv.utf16"},
        {"kinds", "{\"skills\":[{\"code\":\"a\",\"name\":\"A\"}],\"sites\":[]}", NULL, true},
    };
    house *h = *state;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
        import_report *report;
        plant_import_options options = {.kind = row[i].without_kind ? NULL : &kind_skill};
        CHECK_CODE(row[i].label, plant_import(s, oq_cstr(row[i].file), &options, &report),
                   row[i].code);
        oq_scope_close(s);
    }
    oq_scope *s = house_scope(h, VIEWER_A, OQ_WRITE);
    import_report *report;
    CHECK_CODE("without the right",
               plant_import(s, OQ_STR("code,name\na,A\n"),
                            &(plant_import_options){.kind = &kind_skill}, &report),
               "access.forbidden");
    CHECK_CODE("nor by the file's word",
               plant_import(s, OQ_STR("{\"skills\":[{\"code\":\"a\",\"name\":\"A\"}]}"),
                            &(plant_import_options){0}, &report),
               "access.forbidden");
    oq_scope_close(s);
}

/* --- over HTTP --------------------------------------------------------------------------------*/

static int64_t sites(house *h)
{
    return testdb_number(h->db, "SELECT count(*) FROM sites");
}

static void test_http(void **state)
{
    house *h = *state;
    const char *good = "code,name\nRUH,Riyadh\nJED,Jeddah\n",
               *bad = "code,name\nRUH,Riyadh\nJED,\n";
    seen got = house_ask(h, ADMIN_A, "POST", "/api/plant/import?kind=sites&dry_run=true",
                         "Content-Type: text/csv\r\nX-CSRF-Token: house-csrf-token\r\n", good);
    assert_int_equal(got.status, 200);
    CHECK("told", seen_has(&got, "\"added\":2") && seen_has(&got, "\"is_stored\":false"));
    assert_int_equal(sites(h), 0);
    got = house_ask(h, ADMIN_A, "POST", "/api/plant/import?kind=sites",
                    "Content-Type: text/csv\r\nX-CSRF-Token: house-csrf-token\r\n", bad);
    assert_int_equal(got.status, 422);
    CHECK("by line", seen_has(&got, "\"line\":3") && seen_has(&got, "\"field\":\"name\"") &&
                         seen_has(&got, "\"wrong\":1"));
    assert_int_equal(sites(h), 0);
    got = house_ask(h, ADMIN_A, "POST", "/api/plant/import?kind=sites&skip_bad=true",
                    "Content-Type: text/csv\r\nX-CSRF-Token: house-csrf-token\r\n", bad);
    assert_int_equal(got.status, 200);
    assert_int_equal(sites(h), 1);
    got = house_ask(h, ADMIN_A, "POST", "/api/plant/import?kind=sites",
                    "X-CSRF-Token: house-csrf-token\r\n", good);
    CHECK("one more", seen_has(&got, "\"added\":1") && seen_has(&got, "\"same\":1"));
    assert_int_equal(sites(h), 2);
    CHECK_REFUSED("kind",
                  house_ask(h, ADMIN_A, "POST", "/api/plant/import?kind=pumps",
                            "X-CSRF-Token: house-csrf-token\r\n", good),
                  422, "plant.import_kind_unknown");
    CHECK_REFUSED("viewer",
                  house_ask(h, VIEWER_A, "POST", "/api/plant/import?kind=sites",
                            "X-CSRF-Token: house-csrf-token\r\n", good),
                  403, "access.forbidden");
    got = house_get(h, VIEWER_A, "/api/plant/export?kind=sites");
    CHECK("a file",
          got.status == 200 && seen_has(&got, "RUH,Riyadh,") &&
              oq_str_find(seen_header(&got, "Content-Disposition"), OQ_STR("sites-")) != SIZE_MAX);
    got = house_get(h, VIEWER_A, "/api/plant/export");
    CHECK("all that a viewer may read", seen_has(&got, "\"sites\":[") &&
                                            !seen_has(&got, "\"integrations\"") &&
                                            !seen_has(&got, "\"absences\""));
    CHECK_REFUSED("not all", house_get(h, VIEWER_A, "/api/plant/export?kind=integrations"), 403,
                  "access.forbidden");
}

/* --- samples ----------------------------------------------------------------------------------*/

/* What a newcomer downloads imports as it is, kind after kind. */
static void test_sample_files(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "INSERT INTO users (tenant_id, id, email, full_name, role) VALUES"
                       " ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(),"
                       " 'you@example.com', 'You', 'engineer')");
    for (const record_kind *const *k = record_kinds; *k; k++) {
        const char *path = (*k)->path;
        seen file =
            house_get(h, ADMIN_A, oq_strf(h->arena, "/plant/sample?kind=%s", path).ptr);
        CHECK(path, file.status == 200 && oq_str_starts(file.body, OQ_STR("\xef\xbb\xbf")));
        CHECK("a file", oq_str_find(seen_header(&file, "Content-Disposition"),
                                    OQ_STR("sample-")) != SIZE_MAX);
        seen got = house_ask(h, ADMIN_A, "POST",
                             oq_strf(h->arena, "/api/plant/import?kind=%s", path).ptr,
                             "Content-Type: text/csv\r\nX-CSRF-Token: house-csrf-token\r\n",
                             oq_str_c(h->arena, file.body));
        if (got.status != 200 || !seen_has(&got, "\"wrong\":0") || seen_has(&got, "\"added\":0"))
            fail_msg("%s: %d %.*s", path, got.status, OQ_FMT(got.body));
    }
    CHECK("of no kind", house_get(h, ADMIN_A, "/plant/sample?kind=pumps").status == 404);
}

/* --- presets ----------------------------------------------------------------------------------*/

static void test_presets(void **state)
{
    house *h = *state;
    seen got = house_send(h, ADMIN_A, "POST", "/api/plant/presets", NULL);
    if (got.status != 200)
        fail_msg("%.*s",
                 OQ_FMT(oq_str_sub(got.body, oq_str_find(got.body, OQ_STR("\"outcome\":\"wrong\"")),
                                   600)));
    CHECK("added", seen_has(&got, "\"wrong\":0") && seen_has(&got, "\"is_stored\":true"));
    CHECK_STR("the Saudi grid, unconfirmed",
              oq_cstr(testdb_value(h->db, "SELECT concat_ws('|', value, unit, year, value_low,"
                                          " value_high, confirmed_by) FROM carbon_factors WHERE"
                                          " country = 'SA'")),
              "706.8|g/kWh|2022|569|721");
    CHECK_STR("zones",
              oq_cstr(testdb_value(h->db, "SELECT concat_ws('|', t.high, t.high_high,"
                                          " t.approved_by) FROM threshold_references t"
                                          " JOIN asset_classes c ON c.id = t.class_id"
                                          " WHERE c.code = 'centrifugal_pump_small'")),
              "2.8|4.5");
    CHECK("names in Arabic",
          testdb_number(h->db, "SELECT count(*) FROM asset_failure_modes WHERE name_ar IS NULL OR"
                               " effect_ar IS NULL OR action_ar IS NULL") == 0);
    testdb_exec(h->db,
                "UPDATE asset_classes SET name = 'Our pump' WHERE code = 'centrifugal_pump'");
    int64_t modes = testdb_number(h->db, "SELECT count(*) FROM asset_failure_modes");
    CHECK("many", modes > 50);
    got = house_send(h, ADMIN_A, "POST", "/api/plant/presets", NULL);
    CHECK("again adds nothing", seen_has(&got, "\"added\":0") && seen_has(&got, "\"changed\":0"));
    CHECK_STR("what is there stays",
              oq_cstr(testdb_value(h->db, "SELECT name FROM asset_classes WHERE code ="
                                          " 'centrifugal_pump'")),
              "Our pump");
    CHECK_REFUSED("viewer", house_send(h, VIEWER_A, "POST", "/api/plant/presets", NULL), 403,
                  "access.forbidden");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, reset_and_serve)
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip_of_each_kind),
        TEST(test_sites),
        TEST(test_references_and_trees),
        TEST(test_arabic_heads),
        TEST(test_lines),
        TEST(test_files_as_a_whole),
        TEST(test_http),
        TEST(test_sample_files),
        TEST(test_presets),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
