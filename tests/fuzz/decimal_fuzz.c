/* Any bytes as a number: what is read is what strtod gives. */
#include "quant/decimal.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = text + size;
    char copy[DECIMAL_TEXT_MAX + 1];
    decimal got;
    int64_t whole;
    const char *behind = decimal_read(text, end, &got);
    decimal_read_i64(text, end, &whole);
    if (!behind)
        return 0;
    size_t len = (size_t)(behind - text);
    if (behind <= text || behind > end || len > DECIMAL_TEXT_MAX)
        return 0;
    memcpy(copy, text, len);
    copy[len] = '\0';
    char *stopped;
    double wanted = strtod(copy, &stopped);
    if (*stopped || memcmp(&wanted, &got.value, sizeof wanted) != 0)
        abort();
    return 0;
}
