#include "job/inner.h"

#include "base/banned.h"

int64_t job_kind_tries_max(const job_kind *kind)
{
    return kind->tries_max ? kind->tries_max : JOB_TRIES_MAX;
}

static size_t count_kinds(const job_kind *const *kinds)
{
    size_t count = 0;
    for (; *kinds; kinds++)
        for (const job_kind *k = *kinds; k->name; k++)
            count++;
    return count;
}

static void add_name(oq_strs *list, const char *name)
{
    list->at[list->count++] = oq_cstr(name);
}

static void add_number(db_i64s *list, int64_t number)
{
    list->at[list->count++] = number;
}

static void add_kind(job_catalog *c, const job_kind *kind)
{
    assert(kind->run && !job_catalog_find(c, oq_cstr(kind->name)) && "each kind has its own name");
    c->kind[c->count++] = kind;
    add_name(&c->names, kind->name);
    add_number(&c->tries_max, job_kind_tries_max(kind));
    if (kind->lane == JOB_PER_TENANT)
        add_name(&c->per_tenant, kind->name);
    if (kind->lane == JOB_PER_KEY)
        add_name(&c->per_key, kind->name);
    if (kind->every_s <= 0)
        return;
    add_name(kind->is_platform ? &c->timed_platform : &c->timed, kind->name);
    add_number(kind->is_platform ? &c->timed_platform_every_s : &c->timed_every_s, kind->every_s);
}

void job_catalog_fill(oq_arena *arena, const job_kind *const *kinds, job_catalog *ret_catalog)
{
    size_t count = count_kinds(kinds);
    *ret_catalog = (job_catalog){.kind = oq_new_n(arena, const job_kind *, count)};
    oq_strs *texts[] = {&ret_catalog->names, &ret_catalog->per_tenant, &ret_catalog->per_key,
                        &ret_catalog->timed, &ret_catalog->timed_platform};
    db_i64s *numbers[] = {&ret_catalog->tries_max, &ret_catalog->timed_every_s,
                          &ret_catalog->timed_platform_every_s};
    for (size_t i = 0; i < OQ_COUNT(texts); i++)
        texts[i]->at = oq_new_n(arena, oq_str, count);
    for (size_t i = 0; i < OQ_COUNT(numbers); i++)
        numbers[i]->at = oq_new_n(arena, int64_t, count);
    for (; *kinds; kinds++)
        for (const job_kind *k = *kinds; k->name; k++)
            add_kind(ret_catalog, k);
}

const job_kind *job_catalog_find(const job_catalog *catalog, oq_str name)
{
    for (size_t i = 0; i < catalog->count; i++)
        if (oq_str_eq(catalog->names.at[i], name))
            return catalog->kind[i];
    return NULL;
}
