/* Open addressing with linear probing, at most half full. */
#include "recipe/recipe_inner.h"

#include "base/banned.h"

struct recipe_map_entry {
    oq_str key; /* NULL ptr: free */
    int64_t value;
};

static struct recipe_map_entry *slot(const recipe_map *m, oq_str key)
{
    size_t i = oq_hash(key) & (m->room - 1);
    while (m->at[i].key.ptr && !oq_str_eq(m->at[i].key, key))
        i = (i + 1) & (m->room - 1);
    return &m->at[i];
}

bool recipe_map_find(const recipe_map *m, oq_str key, int64_t *ret_value)
{
    if (!m->room)
        return false;
    const struct recipe_map_entry *e = slot(m, key);
    if (e->key.ptr)
        *ret_value = e->value;
    return e->key.ptr != NULL;
}

static void grow(recipe_map *m)
{
    recipe_map larger = {.arena = m->arena, .room = m->room ? 2 * m->room : 64, .count = m->count};
    larger.at = oq_new_n(m->arena, struct recipe_map_entry, larger.room);
    for (size_t i = 0; i < m->room; i++)
        if (m->at[i].key.ptr)
            *slot(&larger, m->at[i].key) = m->at[i];
    *m = larger;
}

void recipe_map_put(recipe_map *m, oq_str key, int64_t value)
{
    if (2 * (m->count + 1) > m->room)
        grow(m);
    struct recipe_map_entry *e = slot(m, key);
    assert(!e->key.ptr);
    *e = (struct recipe_map_entry){oq_str_copy(m->arena, key), value};
    m->count++;
}
