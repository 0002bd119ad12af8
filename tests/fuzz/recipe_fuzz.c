/* Any bytes as a recipe: it is read, or refused with a code and a place. The first byte asks for a
 * template instead: what was read is filled. */
#include "recipe/recipe.h"
#include "recipe/recipe_template.h"

#include "base/banned.h"

static void try_template(oq_arena *arena, oq_str text)
{
    recipe_template t;
    oq_str columns[RECIPE_PARTS_MAX], cell[RECIPE_PARTS_MAX];
    if (recipe_template_read(arena, text, &t))
        return;
    for (size_t i = 0; i < t.count; i++) {
        columns[i] = t.part[i].text;
        cell[i] = OQ_STR("x");
    }
    if (recipe_template_bind(&t, (oq_strs){columns, t.count}, OQ_STR("f")))
        abort();
    if (recipe_template_fill(arena, &t, cell).len > text.len + t.count)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    oq_str text = oq_strn((const char *)data + 1, size - 1);
    recipe *r;
    if (data[0] == 1)
        try_template(arena, text);
    else if (!recipe_read(arena, text, &r) && (!recipe_steps(r) || !recipe_name(r).len))
        abort();
    oq_arena_close(arena);
    return 0;
}
