/* Any bytes as a file, and any text as its name: what is taken as text holds nothing that is not,
 * and a name that is taken is a name, by itself and when it is taken again. */
#include "workorder/sniff.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_str bytes = oq_strn((const char *)data, size), name, again;
    const char *type = sniff_media_type(bytes);
    if (type && strcmp(type, "text/plain") == 0 && !oq_utf8_valid(bytes))
        abort();
    if (!sniff_file_name(bytes, &name))
        return 0;
    if (!name.len || oq_str_find_char(name, '/') != SIZE_MAX ||
        oq_str_find_char(name, '\\') != SIZE_MAX || !oq_utf8_valid(name))
        abort();
    if (!sniff_file_name(name, &again) || !oq_str_eq(name, again))
        abort();
    return 0;
}
