#include "work_house.h"

#include "base/banned.h"

#define A "'0a000000-0000-0000-0000-000000000000'"

static const struct {
    const char *name, *role;
} people[WORKERS] = {
    [ALI] = {"Ali", "engineer"},
    [BADR] = {"Badr", "engineer"},
    [CARIM] = {"Carim", "engineer"},
    [ZAID] = {"Zaid", "reliability_engineer"},
};

oq_uuid worker_id(worker w)
{
    return (oq_uuid){{0x77, (uint8_t)(w + 1)}};
}

static const char *id_text(house *h, oq_uuid id)
{
    return oq_str_c(h->arena, oq_uuid_text(h->arena, id));
}

static void run(house *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void run(house *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    oq_str sql = oq_strfv(h->arena, format, args);
    va_end(args);
    testdb_exec(h->db, sql.ptr);
}

int work_house_reset(void **state)
{
    house *h = *state;
    house_reset(state);
    oq_clock_set(WORK_NOON);
    for (int i = 0; i < WORKERS; i++)
        run(h,
            "INSERT INTO users (tenant_id, id, email, full_name, role) VALUES (" A
            ", '%s', '%s@a.example', '%s', '%s')",
            id_text(h, worker_id(i)), people[i].name, people[i].name, people[i].role);
    run(h,
        "INSERT INTO sites (tenant_id, id, code, name, time_zone, created_at, updated_at) VALUES "
        "(" A ", '%s', 'RIYADH', 'Riyadh', 'Asia/Riyadh', now(), now())",
        id_text(h, WORK_SITE));
    run(h,
        "INSERT INTO assets (tenant_id, id, site_id, code, name, name_ar, created_at, updated_at)"
        " VALUES (" A ", '%s', '%s', 'P-101', 'Pump', 'مضخة', now(), now())",
        id_text(h, WORK_ASSET), id_text(h, WORK_SITE));
    run(h,
        "INSERT INTO skills (tenant_id, id, code, name, created_at, updated_at) VALUES (" A
        ", '%s', 'alignment', 'Alignment', now(), now())",
        id_text(h, WORK_SKILL));
    run(h,
        "INSERT INTO asset_failure_modes (tenant_id, id, asset_id, code, category, name, severity,"
        " occurrence, detection, skill_id, created_at, updated_at) VALUES (" A
        ", '%s', '%s', 'misalignment', 'mechanical', 'Misalignment', 5, 5, 5, '%s', now(), now())",
        id_text(h, WORK_MODE), id_text(h, WORK_ASSET), id_text(h, WORK_SKILL));
    return 0;
}

oq_scope *worker_scope(house *h, worker w, oq_access access)
{
    oq_scope *s;
    oq_role role = w == ZAID ? ROLE_RELIABILITY_ENGINEER : ROLE_ENGINEER;
    CHECK_OK(oq_scope_open(
        &(oq_scope_options){
            .pool = h->pool,
            .tenant_id = HOUSE_A,
            .access = access,
            .arena = h->arena,
            .actor = {.kind = ACTOR_USER,
                      .id = worker_id(w),
                      .home_tenant = HOUSE_A,
                      .label = oq_cstr(people[w].name),
                      .role = role,
                      .caps = oq_caps_of_role(role)},
        },
        &s));
    return s;
}

void work_shift(house *h, worker w, const char *code, int starts_min, int length_min,
                bool is_on_call)
{
    run(h,
        "WITH s AS (INSERT INTO shifts (tenant_id, id, site_id, code, name, days, starts_min,"
        " length_min, created_at, updated_at) VALUES (" A
        ", gen_random_uuid(), '%s', '%s', '%s', 127, %d, %d, now(), now()) RETURNING id)"
        " INSERT INTO user_shifts (tenant_id, id, user_id, shift_id, from_day, is_on_call,"
        " created_at, updated_at)"
        " SELECT " A ", gen_random_uuid(), '%s', id, '2026-11-01', %s, now(), now() FROM s",
        id_text(h, WORK_SITE), code, code, starts_min, length_min, id_text(h, worker_id(w)),
        is_on_call ? "true" : "false");
}

void work_away(house *h, worker w, const char *from_day, const char *to_day)
{
    run(h,
        "INSERT INTO user_absences (tenant_id, id, user_id, from_day, to_day, reason, created_at,"
        " updated_at) VALUES (" A ", gen_random_uuid(), '%s', '%s', '%s', 'leave', now(), now())",
        id_text(h, worker_id(w)), from_day, to_day);
}

void work_skill(house *h, worker w, int level, const char *valid_until)
{
    run(h,
        "INSERT INTO user_skills (tenant_id, id, user_id, skill_id, level, valid_until, created_at,"
        " updated_at) VALUES (" A ", gen_random_uuid(), '%s', '%s', %d, %s%s%s, now(), now())",
        id_text(h, worker_id(w)), id_text(h, WORK_SKILL), level, valid_until ? "'" : "",
        valid_until ? valid_until : "NULL", valid_until ? "'" : "");
}

int64_t work_count(house *h, const char *table_and_where)
{
    return testdb_number(h->db, oq_strf(h->arena, "SELECT count(*) FROM %s", table_and_where).ptr);
}
