#include "recipe/recipe_file.h"

#include <glob.h>

#include "base/banned.h"

enum { NAME_BYTES_MAX = 4096 };

bool recipe_file_is_inside(oq_str file)
{
    oq_str part, rest = file;
    if (!file.len || file.ptr[0] == '/' || file.len >= NAME_BYTES_MAX)
        return false;
    while (oq_str_cut(&rest, '/', &part))
        if (oq_str_eq(part, OQ_STR("..")))
            return false;
    return true;
}

/* --- names --------------------------------------------------------------------------------------*/

static bool is_pattern(oq_str name)
{
    return oq_str_find_char(name, '*') != SIZE_MAX || oq_str_find_char(name, '?') != SIZE_MAX ||
           oq_str_find_char(name, '[') != SIZE_MAX;
}

/* The folder's own name is no pattern, whatever is in it. */
static char *escaped(oq_arena *arena, oq_str folder)
{
    char *to = oq_alloc(arena, 2 * folder.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < folder.len; i++) {
        if (strchr("*?[]\\", folder.ptr[i]))
            to[len++] = '\\';
        to[len++] = folder.ptr[i];
    }
    return to;
}

oq_err *recipe_file_find(oq_arena *arena, oq_str data, oq_str pattern, oq_strs *ret_names)
{
    oq_strs names = {oq_new(arena, oq_str), 1};
    names.at[0] = pattern;
    if (is_pattern(pattern)) {
        glob_t found = {0};
        char *path =
            oq_str_c(arena, oq_strf(arena, "%s/%.*s", escaped(arena, data), OQ_FMT(pattern)));
        if (glob(path, 0, NULL, &found) != 0)
            found.gl_pathc = 0;
        names = (oq_strs){oq_new_n(arena, oq_str, found.gl_pathc), found.gl_pathc};
        for (size_t i = 0; i < names.count; i++)
            names.at[i] =
                oq_str_copy(arena, oq_str_sub(oq_cstr(found.gl_pathv[i]), data.len + 1, SIZE_MAX));
        globfree(&found);
    }
    *ret_names = names;
    return names.count
               ? NULL
               : oq_fail(OQ_NOT_FOUND, "recipe.nothing_matches", "file=%.*s", OQ_FMT(pattern));
}

const char *recipe_file_path(oq_arena *arena, oq_str data, oq_str name)
{
    return oq_strf(arena, "%.*s/%.*s", OQ_FMT(data), OQ_FMT(name)).ptr;
}
