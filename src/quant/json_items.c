#include "quant/json_items.h"

#include <yajl/yajl_parse.h>

#include "base/banned.h"

typedef enum place {
    AT_TOP,   /* before the first bracket, and behind the last */
    IN_LIST,  /* between items */
    IN_ITEM,  /* between members */
    IN_VALUES /* of a member that is a list */
} place;

typedef struct reading {
    const json_items_form *form;
    void *self;
    yajl_handle parser;
    oq_str text;
    oq_err *err; /* ends the reading */
    place place;
    int depth;        /* brackets open */
    int skip_depth;   /* > 0: inside a value that is passed over, opened at this depth */
    bool is_top_item; /* the item is the outermost object */
    bool has_list, is_done;
    int member;    /* 0: none that is known */
    uint32_t seen; /* members of the item */
    bool is_odd;   /* and others, or one twice */
} reading;

#define LIST_ONLY (UINT32_C(1) << JSON_ITEMS_LIST)

static int stop(reading *r, oq_err *err)
{
    r->err = err;
    return 0;
}

static int bad_shape(reading *r)
{
    return stop(r, oq_fail(OQ_MALFORMED, r->form->shape_code));
}

/* Where the last token ended. */
static const char *here(const reading *r)
{
    return r->text.ptr + yajl_get_bytes_consumed(r->parser);
}

/* --- items --------------------------------------------------------------------------------------*/

static void begin_item(reading *r, bool is_top)
{
    r->seen = 0;
    r->is_odd = false;
    r->place = IN_ITEM;
    r->is_top_item = is_top;
    r->form->begin(r->self);
}

static int end_item(reading *r)
{
    oq_err *err = r->form->end(r->self);
    return err ? stop(r, err) : 1;
}

/* An element of the list that is no object. */
static int refuse_element(reading *r)
{
    begin_item(r, false);
    r->place = IN_LIST;
    r->form->spoil(r->self, JSON_ITEM_NOT_OBJECT, 0, OQ_NONE);
    return end_item(r);
}

/* --- what yajl calls ----------------------------------------------------------------------------*/

static int take_scalar(reading *r, json_scalar what, oq_str text)
{
    if (r->skip_depth) {
        if (r->form->inner)
            r->form->inner(r->self, what, text, r->depth == r->skip_depth);
        return 1;
    }
    if (r->place == AT_TOP)
        return bad_shape(r);
    if (r->place == IN_LIST)
        return refuse_element(r);
    if (r->member == JSON_ITEMS_LIST)
        return bad_shape(r);
    if (r->member)
        r->form->scalar(r->self, r->member, what, text, r->place == IN_VALUES);
    return 1;
}

static int on_null(void *self)
{
    return take_scalar(self, JSON_IS_NULL, OQ_NONE);
}

static int on_boolean(void *self, int is_true)
{
    return take_scalar(self, JSON_IS_TRUTH, oq_strn("1", is_true ? 1 : 0));
}

static int on_number(void *self, const char *text, size_t len)
{
    return take_scalar(self, JSON_IS_NUMBER, oq_strn(text, len));
}

static int on_string(void *self, const unsigned char *text, size_t len)
{
    return take_scalar(self, JSON_IS_TEXT, oq_strn((const char *)text, len));
}

static int open_bracket(reading *r)
{
    if (++r->depth > r->form->depth_max)
        return stop(r, oq_fail(OQ_MALFORMED, "json.too_deep", "max=%d", r->form->depth_max));
    return 1;
}

static void pass_over(reading *r, bool is_object)
{
    r->skip_depth = r->depth;
    if (r->member)
        r->form->passes(r->self, r->member, is_object, here(r) - 1);
}

/* Inside a value that is passed over, a bracket closes; true where there is one. */
static bool closes_inside(reading *r)
{
    r->depth--;
    if (!r->skip_depth)
        return false;
    if (r->skip_depth > r->depth) {
        r->skip_depth = 0;
        if (r->form->passed)
            r->form->passed(r->self, here(r));
    }
    return true;
}

static int on_map_begin(void *self)
{
    reading *r = self;
    if (!open_bracket(r))
        return 0;
    if (r->skip_depth)
        return 1;
    if (r->place == AT_TOP && r->is_done)
        return bad_shape(r);
    if (r->place == AT_TOP || r->place == IN_LIST)
        begin_item(r, r->place == AT_TOP);
    else if (r->member == JSON_ITEMS_LIST)
        return bad_shape(r);
    else
        pass_over(r, true);
    return 1;
}

static int on_key(void *self, const unsigned char *text, size_t len)
{
    reading *r = self;
    oq_str name = oq_strn((const char *)text, len);
    if (r->skip_depth)
        return take_scalar(r, JSON_IS_KEY, name);
    int m = r->is_top_item ? JSON_ITEMS_LIST : JSON_ITEMS_LIST + 1;
    while (m < r->form->members && !oq_str_eq(name, oq_cstr(r->form->member[m])))
        m++;
    r->member = m < r->form->members ? m : 0;
    bool is_twice = r->member && r->seen & UINT32_C(1) << m;
    if (!r->member || is_twice) {
        r->is_odd = true;
        r->form->spoil(r->self, is_twice ? JSON_ITEM_MEMBER_TWICE : JSON_ITEM_MEMBER_UNKNOWN,
                       r->member, name);
    }
    r->seen |= r->member ? UINT32_C(1) << m : 0;
    return 1;
}

static int on_map_end(void *self)
{
    reading *r = self;
    if (closes_inside(r))
        return 1;
    r->place = r->is_top_item ? AT_TOP : IN_LIST;
    r->is_done |= r->is_top_item;
    if (!r->is_top_item || !r->has_list)
        return end_item(r);
    return r->seen == LIST_ONLY && !r->is_odd ? 1 : bad_shape(r);
}

static int on_array_begin(void *self)
{
    reading *r = self;
    if (!open_bracket(r))
        return 0;
    if (r->skip_depth)
        return 1;
    if (r->place == AT_TOP) {
        if (r->is_done)
            return bad_shape(r);
        r->place = IN_LIST;
    } else if (r->place == IN_LIST) {
        r->skip_depth = r->depth;
        return refuse_element(r);
    } else if (r->place == IN_ITEM && r->member == JSON_ITEMS_LIST) {
        if (r->seen != LIST_ONLY || r->has_list)
            return bad_shape(r);
        r->has_list = true;
        r->place = IN_LIST;
        r->is_top_item = false;
    } else if (r->place == IN_ITEM && r->member && r->form->lists(r->self, r->member)) {
        r->place = IN_VALUES;
    } else {
        pass_over(r, false);
    }
    return 1;
}

static int on_array_end(void *self)
{
    reading *r = self;
    if (closes_inside(r))
        return 1;
    if (r->place == IN_VALUES) {
        r->place = IN_ITEM;
    } else if (r->has_list) {
        begin_item(r, true); /* back in the outermost object */
        r->seen = LIST_ONLY;
    } else {
        r->place = AT_TOP;
        r->is_done = true;
    }
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map_begin,
    .yajl_map_key = on_key,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array_begin,
    .yajl_end_array = on_array_end,
};

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *malformed(oq_str text, size_t at, size_t line)
{
    size_t byte = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        line += text.ptr[i] == '\n';
        byte = text.ptr[i] == '\n' ? 1 : byte + 1;
    }
    return oq_fail(OQ_MALFORMED, "json.malformed", "line=%zu column=%zu", line, byte);
}

oq_err *json_items_read(const json_items_form *form, void *self, oq_str text, size_t line)
{
    reading r = {.form = form, .self = self, .text = text};
    r.parser = yajl_alloc(&callbacks, NULL, &r);
    if (!r.parser)
        abort();
    yajl_status status = yajl_parse(r.parser, (const unsigned char *)text.ptr, text.len);
    size_t at = yajl_get_bytes_consumed(r.parser);
    if (status == yajl_status_ok) {
        at = text.len;
        status = yajl_complete_parse(r.parser);
    }
    yajl_free(r.parser);
    if (r.err)
        return r.err;
    return status == yajl_status_ok ? NULL : malformed(text, at, line);
}
