#include "support/chunks.h"

#include <math.h>

#include "quant/chunk.h"

#include "base/banned.h"

enum { SQL_MAX = 64 * 1024 * 1024 };

static void put_hex(oq_buf *sql, oq_str bytes)
{
    static const char digit[] = "0123456789abcdef";
    oq_buf_lit(sql, "'\\x");
    for (size_t i = 0; i < bytes.len; i++) {
        oq_buf_char(sql, digit[(unsigned char)bytes.ptr[i] >> 4]);
        oq_buf_char(sql, digit[bytes.ptr[i] & 15]);
    }
    oq_buf_char(sql, '\'');
}

static void put_time(oq_buf *sql, oq_us at)
{
    char text[OQ_TIME_TEXT_MAX];
    size_t len = oq_time_format(at, text);
    oq_buf_f(sql, ",'%.*s'", (int)len, text);
}

static void put_number(oq_buf *sql, double value)
{
    if (isnan(value))
        oq_buf_lit(sql, ",NULL");
    else if (isinf(value))
        oq_buf_f(sql, ",'%sInfinity'", value < 0 ? "-" : "");
    else
        oq_buf_f(sql, ",%.17g", value);
}

static const char *tenant_text(oq_uuid tenant_id, char out[OQ_UUID_TEXT + 1])
{
    oq_uuid_format(tenant_id, out);
    out[OQ_UUID_TEXT] = 0;
    return out;
}

static void put_chunk(oq_buf *sql, const chunks_order *order, const samples *s, oq_str payload,
                      bool is_open)
{
    char tenant[OQ_UUID_TEXT + 1];
    oq_arena *arena = oq_arena_open(0);
    OQ_AUTO(oq_buf) cells = oq_buf_make(1 << 20);
    aggregate all = AGGREGATE_NONE;
    oq_us known = OQ_TIME_NONE;
    for (size_t i = 0; i < s->count; i++) {
        oq_us at = s->known ? s->known[i] : s->time[i];
        known = at > known ? at : known;
        if (!quality_is_good(samples_quality(s, i)) || !isfinite(s->value[i]))
            continue;
        all.good++;
        all.min = isnan(all.min) || s->value[i] < all.min ? s->value[i] : all.min;
        all.max = isnan(all.max) || s->value[i] > all.max ? s->value[i] : all.max;
        all.sum += s->value[i];
    }
    summary_encode(arena, s, order->rule, &cells);
    oq_buf_f(sql,
             "INSERT INTO %s (tenant_id, series_no, time_first, time_last, known_last, samples,"
             " good, value_min, value_max, value_sum, value_first, value_last, quality_last,"
             " summary, payload) VALUES ('%s',%d",
             is_open ? "series_open" : "series_chunks", tenant_text(order->tenant_id, tenant),
             (int)order->no);
    put_time(sql, s->time[0]);
    put_time(sql, s->time[s->count - 1]);
    put_time(sql, known);
    oq_buf_f(sql, ",%zu,%lld", s->count, (long long)all.good);
    put_number(sql, all.min);
    put_number(sql, all.max);
    put_number(sql, all.good ? all.sum : (double)NAN);
    put_number(sql, s->value[0]);
    put_number(sql, s->value[s->count - 1]);
    oq_buf_f(sql, ",%lld,", (long long)samples_quality(s, s->count - 1));
    if (cells.len)
        put_hex(sql, oq_buf_view(&cells));
    else
        oq_buf_lit(sql, "NULL");
    oq_buf_char(sql, ',');
    put_hex(sql, payload);
    oq_buf_lit(sql, ");\n");
    oq_arena_close(arena);
}

static void put_last(oq_buf *sql, const chunks_order *order, const samples *s)
{
    char tenant[OQ_UUID_TEXT + 1];
    size_t i = s->count - 1;
    oq_buf_f(sql,
             "INSERT INTO series_last (tenant_id, series_no, time, known_at, value, quality)"
             " VALUES ('%s',%d",
             tenant_text(order->tenant_id, tenant), (int)order->no);
    put_time(sql, s->time[i]);
    put_time(sql, s->known ? s->known[i] : s->time[i]);
    put_number(sql, s->value[i]);
    oq_buf_f(sql, ",%lld);\n", (long long)samples_quality(s, i));
}

void chunks_put(testdb *db, const chunks_order *order, const samples *s)
{
    OQ_AUTO(oq_buf) sql = oq_buf_make(SQL_MAX);
    size_t most = order->bytes_max ? order->bytes_max : CHUNK_BYTES_MAX;
    for (size_t from = 0; from < s->count;) {
        OQ_AUTO(oq_buf) payload = oq_buf_make(1 << 20);
        samples rest = samples_part(s, from, s->count - from);
        size_t took = chunk_encode(&rest, most, &payload);
        samples part = samples_part(s, from, took);
        from += took;
        put_chunk(&sql, order, &part, oq_buf_view(&payload), from == s->count && !order->all_full);
    }
    put_last(&sql, order, s);
    oq_buf_char(&sql, 0);
    testdb_exec(db, sql.ptr);
}

oq_uuid chunks_series(testdb *db, oq_uuid tenant_id, int32_t no, const char *key,
                      aggregate_rule rule)
{
    char tenant[OQ_UUID_TEXT + 1], own[OQ_UUID_TEXT + 1], sql[1024];
    oq_uuid id = {{0x5e, tenant_id.byte[0]}};
    for (int i = 0; i < 4; i++)
        id.byte[12 + i] = (uint8_t)(no >> (24 - 8 * i));
    id.byte[6] = 0x70;
    id.byte[8] = 0x80;
    snprintf(sql, sizeof sql,
             "INSERT INTO series (tenant_id, no, id, key, metric, unit, kind, source, is_state,"
             " gap_max_us, created_at, updated_at) VALUES "
             "('%s',%d,'%s','%s','m','bar','measured','test',%s,"
             " nullif(%lld, 0), now(), now())",
             tenant_text(tenant_id, tenant), (int)no, tenant_text(id, own), key,
             rule.is_state ? "true" : "false", (long long)rule.gap_max);
    testdb_exec(db, sql);
    return id;
}
