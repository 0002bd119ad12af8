/* Feeds a fuzz target without libFuzzer: every kept input of the given folder, and small changes
 * of each, the same ones at every run. What it finds, a compiler without libFuzzer finds too; the
 * deep search is `./run fuzz`. */
#include <dirent.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 64 * 1024, CHANGES = 300 };

/* xorshift64: the same sequence everywhere. */
static uint64_t dice = 0x9e3779b97f4a7c15u;

static size_t roll(size_t below)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return below ? (size_t)(dice % below) : 0;
}

/* A copy of its own size, so that a read past the end is seen. */
static void feed(const uint8_t *bytes, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);
    if (!exact)
        abort();
    memcpy(exact, bytes, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
}

/* One small change; gives the new length. */
static size_t change(uint8_t *bytes, size_t len)
{
    static const char *const odd[] = {
        "\"",           "{",    "}", "[",  "\\u0000", "%",
        "%00",          "\xff", "'", "\n", "-",       "9999999999999999999",
        "\xe2\x80\xae", "{{",   "}}"};
    size_t at = roll(len + 1), n;
    switch (roll(5)) {
    case 0: /* a bit */
        if (at < len)
            bytes[at] ^= (uint8_t)(1u << roll(8));
        return len;
    case 1: /* cut off */
        return at;
    case 2: /* leave some out */
        n = roll(len - at + 1);
        memmove(bytes + at, bytes + at + n, len - at - n);
        return len - n;
    case 3: /* say some twice */
        n = roll(len - at + 1);
        if (len + n > INPUT_MAX)
            return len;
        memmove(bytes + at + n, bytes + at, len - at);
        return len + n;
    default: { /* put in what parsers trip over */
        const char *text = odd[roll(OQ_COUNT(odd))];
        n = strlen(text);
        if (len + n > INPUT_MAX)
            return len;
        memmove(bytes + at + n, bytes + at, len - at);
        memcpy(bytes + at, text, n);
        return len + n;
    }
    }
}

static void feed_changes(const uint8_t *bytes, size_t len)
{
    static uint8_t work[INPUT_MAX];
    for (int i = 0; i < CHANGES; i++) {
        memcpy(work, bytes, len);
        size_t now = len;
        for (size_t times = 1 + roll(4); times > 0; times--)
            now = change(work, now);
        feed(work, now);
    }
}

static bool read_input(const char *folder, const char *name, uint8_t *bytes, size_t *ret_len)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    *ret_len = fread(bytes, 1, INPUT_MAX, f);
    fclose(f);
    return true;
}

int main(int argc, char **argv)
{
    static uint8_t bytes[INPUT_MAX];
    size_t inputs = 0, len = 0;
    feed(bytes, 0);
    feed_changes(bytes, 0);
    DIR *dir = argc > 1 ? opendir(argv[1]) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || !read_input(argv[1], entry->d_name, bytes, &len))
            continue;
        feed(bytes, len);
        feed_changes(bytes, len);
        inputs++;
    }
    if (dir)
        closedir(dir);
    printf("%zu kept inputs and %d changes of each\n", inputs, CHANGES);
    return 0;
}
