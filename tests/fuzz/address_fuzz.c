/* Addresses of webhooks, lists of networks, headers of mail: whatever comes, they are read or
 * refused; a range has the address that it was read from, and no header can be broken out of. */
#include "notify/address.h"
#include "notify/mail_text.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    oq_str text = oq_strn((const char *)data, size);
    net_ranges ranges;
    net_address address;
    oq_err *err = net_ranges_parse(arena, text, &ranges);
    for (size_t i = 0; !err && i < ranges.count; i++)
        if (ranges.at[i].bits < 0 || ranges.at[i].bits > 128 ||
            !net_ranges_have(&ranges, &ranges.at[i].from))
            abort();
    if (net_address_parse(text, &address))
        (void)net_address_is_public(&address);
    if (!webhook_url_problem(text, true) && (memchr(text.ptr, '\n', text.len) || text.len < 8))
        abort();
    OQ_AUTO(oq_buf) out = oq_buf_make(1024 * 1024);
    mail_put_words(&out, text);
    oq_str words = oq_buf_view(&out);
    for (size_t i = 0; i < words.len; i++) /* each line break is folding */
        if (words.ptr[i] == '\n' && (i + 1 == words.len || words.ptr[i + 1] != ' '))
            abort();
    mail_letter letter = {.from = OQ_STR("a@b.example"), .to = text, .subject = text};
    oq_str written;
    if (!mail_write(arena, &letter, &written) && memchr(text.ptr, '\n', text.len))
        abort();
    oq_arena_close(arena);
    return 0;
}
