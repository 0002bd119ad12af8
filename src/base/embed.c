#include "base/embed.h"

#include <stdlib.h>

static int by_name(const void *key, const void *row)
{
    return oq_str_cmp(*(const oq_str *)key, oq_cstr(((const oq_embedded *)row)->name));
}

oq_str oq_embedded_find(oq_str name)
{
    const oq_embedded *found =
        bsearch(&name, oq_embedded_files, oq_embedded_count, sizeof(oq_embedded_files[0]), by_name);
    return found ? oq_strn(found->ptr, found->len) : OQ_NONE;
}
