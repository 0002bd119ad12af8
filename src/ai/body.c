/* What scores, as bytes. */
#include "ai/body.h"

#include "ai/pack.h"

#include "base/banned.h"

enum { FORM = 1 };

static void check_form(ai_unpack *in)
{
    in->is_broken |= ai_unpack_u32(in) != FORM;
}

/* --- what a model looks at -----------------------------------------------------------------------*/

static void write_texts(oq_buf *out, const oq_str *text, size_t count)
{
    ai_pack_u32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        ai_pack_bytes(out, text[i]);
}

static size_t read_texts(oq_arena *arena, ai_unpack *in, size_t max, oq_str *ret_text)
{
    size_t count = ai_unpack_count(in, max, 4);
    for (size_t i = 0; i < count; i++) {
        oq_str text = ai_unpack_bytes(in);
        in->is_broken |= !text.len || text.len > FEATURE_NAME_MAX || !oq_utf8_valid(text);
        ret_text[i] = oq_str_copy(arena, in->is_broken ? OQ_STR("") : text);
    }
    return count;
}

static void write_labels(oq_buf *out, const ai_labels *labels)
{
    ai_pack_u32(out, (uint32_t)labels->count);
    for (size_t i = 0; i < labels->count; i++) {
        const ai_label *l = &labels->at[i];
        ai_pack_bytes(out, l->code);
        ai_pack_u32(out, l->is_component);
        ai_pack_u64(out, l->failures);
        write_texts(out, l->part, l->parts);
    }
}

static void read_labels(oq_arena *arena, ai_unpack *in, ai_labels *ret_labels)
{
    ret_labels->count = ai_unpack_count(in, AI_LABELS_MAX, 20);
    for (size_t i = 0; i < ret_labels->count; i++) {
        ai_label *l = &ret_labels->at[i];
        oq_str code = ai_unpack_bytes(in);
        in->is_broken |= !code.len || !oq_utf8_valid(code);
        l->code = oq_str_copy(arena, in->is_broken ? OQ_STR("") : code);
        l->is_component = ai_unpack_u32(in) != 0;
        l->failures = ai_unpack_u64(in);
        l->parts = read_texts(arena, in, AI_LABEL_PARTS_MAX, l->part);
    }
}

/* --- lives ---------------------------------------------------------------------------------------*/

void ai_life_write(const ai_life_body *b, oq_buf *out)
{
    double number[WEIBULL_NUMBERS];
    ai_pack_u32(out, FORM);
    write_labels(out, &b->labels);
    for (size_t i = 0; i < b->labels.count; i++) {
        size_t count = b->fit[i].state ? weibull_save(&b->fit[i], number) : 0;
        ai_pack_f64(out, b->longest[i]);
        ai_pack_u32(out, (uint32_t)count);
        for (size_t k = 0; k < count; k++)
            ai_pack_f64(out, number[k]);
    }
}

oq_err *ai_life_read(oq_arena *arena, oq_str bytes, ai_life_body **ret_body)
{
    ai_unpack in = {.rest = bytes};
    ai_life_body *b = oq_new(arena, ai_life_body);
    double number[WEIBULL_NUMBERS];
    check_form(&in);
    read_labels(arena, &in, &b->labels);
    for (size_t i = 0; i < b->labels.count; i++) {
        b->longest[i] = ai_unpack_f64(&in);
        size_t count = ai_unpack_count(&in, WEIBULL_NUMBERS, 8);
        for (size_t k = 0; k < count; k++)
            number[k] = ai_unpack_f64(&in);
        if (count && !in.is_broken)
            OQ_TRY(weibull_load(number, count, &b->fit[i]));
    }
    OQ_TRY(ai_unpack_end(&in));
    *ret_body = b;
    return NULL;
}

/* --- failure within ------------------------------------------------------------------------------*/

static void write_past(oq_buf *out, const ai_failure_body *b)
{
    ai_pack_u64(out, (uint64_t)b->past_at);
    ai_pack_u32(out, (uint32_t)b->pasts);
    for (size_t i = 0; i < b->pasts; i++) {
        oq_buf_put(out, &b->past[i].asset_id, sizeof b->past[i].asset_id);
        for (size_t m = 0; m < b->sights.metrics; m++) {
            ai_pack_f64(out, b->past[i].at[m].count);
            ai_pack_f64(out, b->past[i].at[m].mean);
        }
    }
}

static oq_uuid read_id(ai_unpack *in)
{
    oq_uuid id;
    uint64_t half[2] = {ai_unpack_u64(in), ai_unpack_u64(in)};
    for (size_t i = 0; i < sizeof id; i++)
        ((unsigned char *)&id)[i] = (unsigned char)(half[i / 8] >> (8 * (i % 8)));
    return id;
}

static void read_past(oq_arena *arena, ai_unpack *in, ai_failure_body *b)
{
    b->past_at = (oq_us)ai_unpack_u64(in);
    b->pasts = ai_unpack_count(in, AI_PASTS_MAX, sizeof(oq_uuid) + 16 * b->sights.metrics);
    b->past = oq_new_n(arena, ai_past, b->pasts);
    for (size_t i = 0; i < b->pasts; i++) {
        b->past[i].asset_id = read_id(in);
        for (size_t m = 0; m < b->sights.metrics; m++) {
            b->past[i].at[m].count = ai_unpack_f64(in);
            b->past[i].at[m].mean = ai_unpack_f64(in);
        }
    }
}

static void write_model(oq_buf *out, const failure_model *m)
{
    OQ_AUTO(oq_buf) bytes = oq_buf_make(FAILURE_MODEL_BYTES_MAX);
    failure_model_write(m, &bytes);
    ai_pack_bytes(out, oq_buf_view(&bytes));
    out->overflow |= bytes.overflow;
}

static void write_base(oq_buf *out, const drift_base *base)
{
    double number[DRIFT_NUMBERS];
    drift_save(base, number);
    for (size_t i = 0; i < DRIFT_NUMBERS; i++)
        ai_pack_f64(out, number[i]);
}

static oq_err *read_base(ai_unpack *in, drift_base *ret_base)
{
    double number[DRIFT_NUMBERS];
    for (size_t i = 0; i < DRIFT_NUMBERS; i++)
        number[i] = ai_unpack_f64(in);
    return in->is_broken ? NULL : drift_load(number, DRIFT_NUMBERS, ret_base);
}

void ai_failure_write(const ai_failure_body *b, oq_buf *out)
{
    ai_pack_u32(out, FORM);
    write_texts(out, b->sights.metric, b->sights.metrics);
    write_texts(out, b->sights.code, b->sights.codes);
    write_labels(out, &b->sights.labels);
    write_past(out, b);
    for (size_t i = 0; i < b->sights.labels.count; i++)
        ai_pack_f64(out, b->auc[i]);
    for (size_t i = 0; i < b->sights.labels.count; i++)
        for (size_t k = 0; k < FAILURE_BINS; k++) {
            ai_pack_f64(out, b->bin[i][k].told);
            ai_pack_f64(out, b->bin[i][k].happened);
            ai_pack_f64(out, b->bin[i][k].rows);
        }
    for (size_t i = 0; i < b->sights.metrics; i++)
        write_base(out, &b->base[i]);
    write_model(out, b->model);
    write_model(out, b->judged);
}

/* The names of a model are the ones that items are made for. */
static bool fits(const ai_sights *s, const failure_model *m)
{
    const feature_plan *p = failure_model_plan(m);
    return p->signals == s->metrics && p->codes == s->codes && p->components == s->labels.count &&
           p->traits == 0;
}

oq_err *ai_failure_read(oq_arena *arena, oq_str bytes, ai_failure_body **ret_body)
{
    ai_unpack in = {.rest = bytes};
    ai_failure_body *b = oq_new(arena, ai_failure_body);
    failure_model *model, *judged;
    check_form(&in);
    b->sights.metrics = read_texts(arena, &in, AI_METRICS_MAX, b->sights.metric);
    b->sights.codes = read_texts(arena, &in, AI_CODES_MAX, b->sights.code);
    read_labels(arena, &in, &b->sights.labels);
    read_past(arena, &in, b);
    for (size_t i = 0; i < b->sights.labels.count; i++)
        b->auc[i] = ai_unpack_f64(&in);
    for (size_t i = 0; i < b->sights.labels.count; i++)
        for (size_t k = 0; k < FAILURE_BINS; k++) {
            b->bin[i][k].told = ai_unpack_f64(&in);
            b->bin[i][k].happened = ai_unpack_f64(&in);
            b->bin[i][k].rows = ai_unpack_f64(&in);
        }
    for (size_t i = 0; i < b->sights.metrics; i++)
        OQ_TRY(read_base(&in, &b->base[i]));
    oq_str one = ai_unpack_bytes(&in), other = ai_unpack_bytes(&in);
    OQ_TRY(ai_unpack_end(&in));
    OQ_TRY(failure_model_read(arena, one, &model));
    OQ_TRY(failure_model_read(arena, other, &judged));
    if (!fits(&b->sights, model) || !fits(&b->sights, judged))
        return oq_fail(OQ_INTERNAL, "ai.model_malformed");
    b->model = model;
    b->judged = judged;
    *ret_body = b;
    return NULL;
}

const ai_past *ai_past_of(const ai_failure_body *b, oq_uuid asset_id)
{
    size_t low = 0, high = b->pasts;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int by = memcmp(&b->past[middle].asset_id, &asset_id, sizeof asset_id);
        if (by == 0)
            return &b->past[middle];
        if (by < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* --- anomaly -------------------------------------------------------------------------------------*/

void ai_anomaly_write(oq_arena *temp, const ai_anomaly_body *b, oq_buf *out)
{
    ai_pack_u32(out, FORM);
    ai_pack_u32(out, (uint32_t)b->signals);
    for (size_t i = 0; i < b->signals; i++)
        oq_buf_put(out, &b->series_id[i], sizeof b->series_id[i]);
    ai_pack_u64(out, (uint64_t)b->step);
    ai_pack_bytes(out, anomaly_encode(temp, b->model));
}

oq_err *ai_anomaly_read(oq_arena *arena, oq_str bytes, ai_anomaly_body **ret_body)
{
    ai_unpack in = {.rest = bytes};
    ai_anomaly_body *b = oq_new(arena, ai_anomaly_body);
    check_form(&in);
    b->signals = ai_unpack_count(&in, ANOMALY_SIGNALS_MAX, sizeof(oq_uuid));
    for (size_t i = 0; i < b->signals; i++)
        b->series_id[i] = read_id(&in);
    b->step = (oq_us)ai_unpack_u64(&in);
    oq_str model = ai_unpack_bytes(&in);
    OQ_TRY(ai_unpack_end(&in));
    if (b->step < OQ_MINUTE || b->step > OQ_DAY)
        return oq_fail(OQ_INTERNAL, "ai.model_malformed");
    OQ_TRY(anomaly_decode(arena, model, &b->model));
    if (anomaly_tell(b->model).signals != b->signals)
        return oq_fail(OQ_INTERNAL, "ai.model_malformed");
    *ret_body = b;
    return NULL;
}
