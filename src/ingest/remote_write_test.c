#include <math.h>

#include "base/test.h"
#include "ingest/remote_message.h"

static oq_arena *arena;

static int set_up(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int tear_down(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

/* The message in words: "name=value,... 12.5@1000 ...; " for each series. */
static oq_err *in_words(oq_str message, oq_str *ret)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1000000);
    remote_reader r = remote_read(arena, message);
    remote_series series;
    for (bool more;;) {
        OQ_TRY(remote_next(&r, &series, &more));
        if (!more)
            break;
        remote_label *label;
        size_t labels;
        OQ_TRY(remote_labels(arena, series.labels, &label, &labels));
        for (size_t i = 0; i < labels; i++)
            oq_buf_f(&out, "%s%.*s=%.*s", i ? "," : "", OQ_FMT(label[i].name),
                     OQ_FMT(label[i].value));
        for (size_t i = 0; i < series.count; i++)
            oq_buf_f(&out, " %g@%lld", series.sample[i].value, (long long)series.sample[i].time_ms);
        if (series.histograms)
            oq_buf_f(&out, " histograms=%zu", series.histograms);
        oq_buf_lit(&out, "; ");
    }
    *ret = oq_str_copy(arena, oq_buf_view(&out));
    return NULL;
}

static void test_messages(void **state)
{
    OQ_AUTO(oq_buf) message = oq_buf_make(100000);
    const remote_sample two[] = {{1000, 12.5}, {-2000, -1}};
    message_series(&message, (const char *const[]){"__name__=up", "asset=P-101", NULL}, two, 2);
    message_series(&message, (const char *const[]){"__name__=down", NULL}, two, 0);
    message_series(&message, (const char *const[]){NULL}, two, 1);
    message_bytes(&message, 3, OQ_STR("metadata of any kind"));
    oq_str words;
    CHECK_OK(in_words(oq_buf_view(&message), &words));
    CHECK_STR("message", words,
              "__name__=up,asset=P-101 12.5@1000 -1@-2000; __name__=down;  12.5@1000; ");
    CHECK_OK(in_words(OQ_STR(""), &words));
    CHECK_STR("empty", words, "");
}

/* Every beginning of a message is no message, or a shorter one; none is read past its end. */
static void test_cut_off(void **state)
{
    OQ_AUTO(oq_buf) message = oq_buf_make(100000);
    const remote_sample sample = {1000, 12.5};
    message_series(&message, (const char *const[]){"__name__=up", NULL}, &sample, 1);
    for (size_t len = 1; len < message.len; len++) {
        char *exact = malloc(len);
        memcpy(exact, message.ptr, len);
        oq_str words;
        CHECK_CODE("cut off", in_words(oq_strn(exact, len), &words), "remote.malformed");
        free(exact);
    }
}

#define BYTES(text) oq_strn(text, sizeof(text) - 1)

static void test_bytes(void **state)
{
    const struct {
        const char *label;
        oq_str bytes;
        const char *words; /* NULL: malformed */
    } row[] = {
        {"what is left out is zero", BYTES("\x0a\x02\x12\x00"), " 0@0; "},
        {"time first", BYTES("\x0a\x0d\x12\x0b\x10\x05\x09\0\0\0\0\0\0\xf0\x3f"), " 1@5; "},
        {"a histogram", BYTES("\x0a\x02\x22\x00"), " histograms=1; "},
        {"an exemplar", BYTES("\x0a\x03\x1a\x01x"), "; "},
        {"fields of tomorrow",
         BYTES("\x28\x05\x31"
               "12345678"
               "\x3d"
               "1234\x0a\x02\x30\x01"),
         "; "},
        {"a group", BYTES("\x0b\x0c"), NULL},
        {"labels behind samples", BYTES("\x0a\x04\x12\x00\x0a\x00"), NULL},
        {"a number without end", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL},
        {"a length beyond all", BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), NULL},
        {"a double cut off", BYTES("\x0a\x05\x12\x03\x09\x01\x02"), NULL},
        {"a label as a number", BYTES("\x0a\x04\x0a\x02\x08\x05"), "=; "},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str words;
        CHECK_CODE(row[i].label, in_words(row[i].bytes, &words),
                   row[i].words ? NULL : "remote.malformed");
        if (row[i].words)
            CHECK_STR(row[i].label, words, row[i].words);
    }
}

static void test_limits(void **state)
{
    OQ_AUTO(oq_buf) message = oq_buf_make(64 * 1024 * 1024);
    OQ_AUTO(oq_buf) label = oq_buf_make(64 * 1024);
    oq_buf_lit(&label, "a=");
    while (label.len < REMOTE_LABELS_MAX)
        oq_buf_char(&label, 'x');
    oq_str words;
    const char *text = oq_str_c(arena, oq_buf_view(&label));
    message_series(&message, (const char *const[]){text, NULL}, NULL, 0);
    CHECK_CODE("labels", in_words(oq_buf_view(&message), &words), "remote.labels_too_long");

    oq_buf_clear(&message);
    OQ_AUTO(oq_buf) set = oq_buf_make(64 * 1024 * 1024);
    for (size_t i = 0; i <= REMOTE_SAMPLES_MAX; i++)
        oq_buf_put(&set, "\x12\x00", 2);
    message_bytes(&message, 1, oq_buf_view(&set));
    CHECK_CODE("samples", in_words(oq_buf_view(&message), &words), "remote.malformed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
