#include "support/plant_samples.h"

#include "base/test.h"
#include "plant/record_show.h"

/* "@site" is the id of the sample of that kind, "$" the mark, "#" two digits of a year that go with
 * the mark: one person cannot be away, or at work, twice at once. */
static const struct {
    const char *kind, *json;
} samples[] = {
    {"site",
     "{\"code\":\"$-SITE\",\"name\":\"$ site\",\"name_ar\":\"موقع $\",\"time_zone\":"
     "\"Asia/Riyadh\",\"country\":\"SA\",\"latitude\":24.7,\"longitude\":46.7,"
     "\"capacity\":1200,\"capacity_unit\":\"m3/h\",\"impact_factor\":0.4,\"work_days\":31}"},
    {"unit", "{\"code\":\"$-UNIT\",\"site_id\":\"@site\",\"kind\":\"production_unit\","
             "\"name\":\"$ unit\",\"name_ar\":\"وحدة $\"}"},
    {"asset_class", "{\"code\":\"$_pump\",\"name\":\"$ pump\",\"name_ar\":\"مضخة $\","
                    "\"iso14224_code\":\"PU\",\"power_typical_kw\":250,\"incident_before_min\":"
                    "1440,\"incident_after_min\":45,"
                    "\"vibration_group\":\"group2_rigid\"}"},
    {"class_metric", "{\"class_id\":\"@asset_class\",\"metric\":\"$_vibration\",\"name\":\"$ "
                     "vibration\",\"name_ar\":\"اهتزاز $\",\"unit\":\"mm/s\",\"is_state\":false,"
                     "\"instrument_min\":0,\"instrument_max\":50,\"low_low\":0.1,\"low\":0.2,"
                     "\"high\":4.5,\"high_high\":7.1,\"gap_max_s\":300,\"position\":3}"},
    {"cost_model", "{\"code\":\"$-COST\",\"name\":\"$ costs\",\"name_ar\":\"تكلفة $\","
                   "\"class_id\":\"@asset_class\",\"is_default\":false,\"currency\":\"SAR\","
                   "\"failure_minor\":2500000,\"maintenance_minor\":800000,"
                   "\"downtime_per_hour_minor\":150000,\"secondary_minor\":300000,"
                   "\"failure_delay_h\":6.5,\"planned_stop_per_hour_minor\":60000,"
                   "\"discount_percent\":7.5,\"energy_per_mwh_minor\":18000,"
                   "\"labour_per_hour_minor\":12000,\"carbon_per_tonne_minor\":0,"
                   "\"source\":\"$ finance\"}"},
    {"asset", "{\"code\":\"$-P-101\",\"site_id\":\"@site\",\"unit_id\":\"@unit\","
              "\"class_id\":\"@asset_class\",\"name\":\"$ feed pump\",\"name_ar\":\"مضخة تغذية $\","
              "\"criticality\":\"high\",\"status\":\"standby\",\"impact_factor\":0.25,"
              "\"capacity\":300,\"capacity_unit\":\"m3/h\",\"power_rated_kw\":250.5,"
              "\"manufacturer\":\"$ Pumps\",\"model\":\"X-7\",\"serial\":\"00123\","
              "\"installed_on\":\"2019-04-30\",\"cost_model_id\":\"@cost_model\"}"},
    {"component", "{\"asset_id\":\"@asset\",\"code\":\"$-DE\",\"name\":\"$ bearing\","
                  "\"name_ar\":\"محمل $\",\"manufacturer\":\"$ Bearings\",\"model\":\"6312\","
                  "\"installed_on\":\"2024-02-29\"}"},
    {"failure_mode", "{\"class_id\":\"@asset_class\",\"skill_id\":\"@skill\",\"code\":\"$_wear\","
                     "\"iso14224_code\":\"VIB\","
                     "\"mechanism\":\"2.4\",\"category\":\"mechanical\",\"name\":\"$ wear\","
                     "\"name_ar\":\"تآكل $\",\"effect\":\"Stops,\\nand \\\"leaks\\\"\","
                     "\"effect_ar\":\"توقف\",\"action\":\"=replace\",\"action_ar\":\"استبدال\","
                     "\"severity\":7,\"occurrence\":4,\"detection\":3,\"pf_interval_h\":720,"
                     "\"repair_h\":12.5}"},
    {"machine_spec", "{\"asset_id\":\"@asset\",\"kind\":\"limit\",\"position\":2,"
                     "\"title\":\"$ bearing temperature\",\"title_ar\":\"حرارة المحمل $\","
                     "\"metric\":\"temperature\",\"value_min\":-5,\"value_max\":85.5,"
                     "\"unit\":\"degC\",\"text\":\"Stop above it\",\"text_ar\":\"أوقف عند تجاوزه\","
                     "\"reference\":\"Manual, page 22\"}"},
    {"threshold", "{\"class_id\":\"@asset_class\",\"criticality\":\"critical\","
                  "\"metric\":\"$_vibration\",\"unit\":\"mm/s\",\"low_low\":null,\"low\":null,"
                  "\"high\":2.8,\"high_high\":4.5,\"cost_reference_minor\":90000,"
                  "\"currency\":\"SAR\",\"source\":\"$ ISO 20816-3\"}"},
    {"carbon_factor", "{\"energy_type\":\"$_electricity\",\"country\":\"SA\",\"value\":706.8,"
                      "\"value_low\":569,\"value_high\":721,\"unit\":\"g/kWh\",\"year\":2022,"
                      "\"scope\":2,\"source\":\"$ source, 2022\",\"valid_from\":\"2022-01-01\"}"},
    {"shift", "{\"code\":\"$-DAY\",\"site_id\":\"@site\",\"name\":\"$ day\",\"name_ar\":\"نهار $\","
              "\"days\":31,\"starts_min\":420,\"length_min\":600}"},
    {"user_shift", "{\"user_id\":\"@user\",\"shift_id\":\"@shift\",\"from_day\":\"20#-01-04\","
                   "\"to_day\":\"20#-06-30\",\"is_on_call\":false}"},
    {"absence", "{\"user_id\":\"@user\",\"from_day\":\"20#-03-01\",\"to_day\":\"20#-03-05\","
                "\"reason\":\"training\"}"},
    {"skill", "{\"code\":\"$_alignment\",\"name\":\"$ alignment\",\"name_ar\":\"محاذاة $\"}"},
    {"user_skill", "{\"user_id\":\"@user\",\"skill_id\":\"@skill\",\"level\":4,"
                   "\"valid_until\":\"2027-12-31\"}"},
    {"holiday", "{\"site_id\":\"@site\",\"from_day\":\"2026-09-23\",\"to_day\":\"2026-09-23\","
                "\"name\":\"$ National Day\",\"name_ar\":\"اليوم الوطني $\"}"},
    {"maintenance_window",
     "{\"code\":\"$-TA\",\"name\":\"$ turnaround\",\"name_ar\":\"توقف شامل $\","
     "\"site_id\":\"@site\",\"unit_id\":\"@unit\",\"asset_id\":\"@asset\","
     "\"kind\":\"shutdown\",\"from_time\":\"2026-11-01T04:00:00Z\","
     "\"to_time\":\"2026-11-15T16:00:00Z\"}"},
    {"spare_part",
     "{\"part_number\":\"$-6312\",\"name\":\"$ bearing\",\"name_ar\":\"رولمان بلي $\","
     "\"site_id\":\"@site\",\"unit\":\"pcs\",\"in_stock\":3,\"stock_min\":2,"
     "\"arriving\":4,\"arrives_on\":\"2026-12-01\",\"lead_days\":30,"
     "\"price_minor\":125000,\"currency\":\"SAR\"}"},
    {"source_clock", "{\"source\":\"$:PI\",\"offset_ms\":-1500,"
                     "\"valid_from\":\"2026-01-01T00:00:00Z\",\"note\":\"$ measured\"}"},
    {"integration", "{\"type\":\"pi\",\"name\":\"$ historian\","
                    "\"config\":{\"url\":\"https://pi.example\",\"points\":[\"a\",\"b\"]},"
                    "\"is_active\":false}"},
    {"mapping", "{\"integration_id\":\"@integration\",\"external_tag\":\"$:P-101.VIB\","
                "\"asset_id\":\"@asset\",\"component_id\":\"@component\","
                "\"internal_metric_name\":\"vibration\",\"scaling_factor\":0.1,"
                "\"offset_value\":-2,\"unit\":\"mm/s\",\"is_active\":true}"},
};

static const char *sample_of(const record_kind *kind)
{
    for (size_t i = 0; i < OQ_COUNT(samples); i++)
        if (strcmp(samples[i].kind, kind->name) == 0)
            return samples[i].json;
    fail_msg("%s: there is no sample in tests/support/plant_samples.c", kind->name);
    return NULL;
}

static oq_uuid id_of(oq_scope *s, oq_str name, const char *mark)
{
    if (oq_str_eq(name, OQ_STR("user")))
        return oq_scope_actor(s)->id;
    const record_kind *kind = record_kind_find(name);
    CHECK(oq_str_c(oq_scope_arena(s), name), kind);
    return plant_sample(s, kind, mark);
}

oq_str plant_sample_json(oq_scope *s, const record_kind *kind, const char *mark)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(16 * 1024);
    for (const char *at = sample_of(kind); *at;) {
        if (*at == '$') {
            oq_buf_str(&out, oq_cstr(mark));
            at++;
        } else if (*at == '#') {
            oq_buf_f(&out, "%02d", 28 + (int)(oq_hash(oq_cstr(mark)) % 70));
            at++;
        } else if (*at == '@') {
            size_t len = strspn(++at, "abcdefghijklmnopqrstuvwxyz_");
            oq_uuid id = id_of(s, oq_strn(at, len), mark);
            oq_buf_str(&out, oq_uuid_text(oq_scope_arena(s), id));
            at += len;
        } else {
            oq_buf_char(&out, *at++);
        }
    }
    return oq_str_copy(oq_scope_arena(s), oq_buf_view(&out));
}

oq_str plant_sample_change(oq_arena *arena, const record_kind *kind, const char *mark, int n,
                           bool as_form)
{
    static const char *const texts[] = {"name", "title", "source", "note", "unit"};
    for (size_t i = 0; i < OQ_COUNT(texts); i++)
        if (oq_field_find(kind->order, oq_cstr(texts[i]))) {
            /* A unit is none of any text. */
            if (strcmp(texts[i], "unit") == 0) /* not any text is one */
                return oq_strf(arena, as_form ? "unit=%s" : "\"unit\":\"%s\"",
                               n & 1 ? "m/s" : "cm/s");
            return oq_strf(arena, as_form ? "%s=other+%d" : "\"%s\":\"other %d\"", texts[i], n);
        }
    if (oq_field_find(kind->order, OQ_STR("to_day"))) {
        int year = 28 + (int)(oq_hash(oq_cstr(mark)) % 70), day = 10 + n % 18;
        const char *month = strcmp(kind->name, "absence") == 0 ? "03" : "06";
        return oq_strf(arena, as_form ? "to_day=20%02d-%s-%02d" : "\"to_day\":\"20%02d-%s-%02d\"",
                       year, month, day);
    }
    if (oq_field_find(kind->order, OQ_STR("valid_until")))
        return oq_strf(arena,
                       as_form ? "valid_until=20%02d-12-31" : "\"valid_until\":\"20%02d-12-31\"",
                       30 + n % 60);
    fail_msg("%s: nothing to change", kind->name);
    return OQ_NONE;
}

void *plant_sample_read(oq_scope *s, const record_kind *kind, oq_str json)
{
    void *record = oq_alloc(oq_scope_arena(s), kind->size);
    oq_fields_preset(oq_scope_arena(s), kind->fields, record);
    CHECK_CODE(kind->name, oq_fields_read_json(oq_scope_arena(s), kind->order, json, record), NULL);
    return record;
}

static void put_form(oq_buf *out, const char *name, oq_str value)
{
    oq_buf_f(out, "%s%s=", out->len ? "&" : "", name);
    for (size_t i = 0; i < value.len; i++)
        oq_buf_f(out, "%%%02X", (unsigned char)value.ptr[i]);
}

oq_str plant_sample_form(oq_scope *s, const record_kind *kind, const char *mark)
{
    oq_arena *arena = oq_scope_arena(s);
    void *record = plant_sample_read(s, kind, plant_sample_json(s, kind, mark));
    record_refs *refs = record_refs_open(s, arena);
    CHECK_OK(record_refs_of(refs, kind, record, 1));
    record_columns columns = record_columns_of(arena, kind);
    OQ_AUTO(oq_buf) out = oq_buf_make(32 * 1024);
    for (size_t i = 0; i < columns.count; i++) {
        const record_column *c = &columns.at[i];
        oq_str text = record_cell(arena, refs, c, kind, record);
        const int64_t *number = (const int64_t *)((const char *)record + c->field->offset);
        record_widget widget = record_widget_of(c->field);
        if (widget == WIDGET_WEEKDAYS)
            for (int day = 0; day < 7; day++)
                put_form(&out, c->name, *number >> day & 1 ? oq_strf(arena, "%d", day) : OQ_NONE);
        else if (widget == WIDGET_MONEY && text.len)
            put_form(&out, c->name,
                     oq_strf(arena, "%lld.%02d", (long long)(*number / 100), (int)(*number % 100)));
        else if (widget == WIDGET_CLOCK)
            put_form(&out, c->name,
                     oq_strf(arena, "%02d:%02d", (int)(*number / 60), (int)(*number % 60)));
        else
            put_form(&out, c->name, text);
    }
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* The stored record with the same key. */
static bool find(oq_scope *s, const record_kind *kind, const void *record, oq_uuid *ret_id)
{
    record_list list;
    CHECK_OK(record_find(s, kind, &(record_query){0}, &list));
    for (size_t i = 0; i < list.count; i++) {
        bool same = true;
        for (const char *const *name = kind->key; *name; name++) {
            const oq_field *f = oq_field_find(kind->fields, oq_cstr(*name));
            same &= oq_str_eq(oq_field_text(oq_scope_arena(s), f, record),
                              oq_field_text(oq_scope_arena(s), f, record_at(kind, &list, i)));
        }
        if (same) {
            const oq_field *id = oq_field_find(kind->fields, OQ_STR("id"));
            memcpy(ret_id, (char *)record_at(kind, &list, i) + id->offset, sizeof *ret_id);
            return true;
        }
    }
    return false;
}

oq_uuid plant_sample(oq_scope *s, const record_kind *kind, const char *mark)
{
    void *record = plant_sample_read(s, kind, plant_sample_json(s, kind, mark)), *made;
    oq_uuid id;
    if (find(s, kind, record, &id))
        return id;
    CHECK_CODE(kind->name, record_add(s, kind, record, &made), NULL);
    memcpy(&id, (char *)made + oq_field_find(kind->fields, OQ_STR("id"))->offset, sizeof id);
    return id;
}
