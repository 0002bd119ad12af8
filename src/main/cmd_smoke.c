#include <stdlib.h>

#include "main/command.h"
#include "main/smoke.h"

#include "base/banned.h"

#define PASSWORD_VARIABLE                                                                          \
    "OPTRIA_SMOKE_PASSWORD" /* neither in the command line nor in the address */

typedef struct smoke_options {
    oq_str url, email;
    int64_t wait_s;
    bool json;
} smoke_options;

static const oq_field smoke_fields[] = {
    OQ_TEXT(smoke_options, url, .preset = "http://127.0.0.1:8080", .max = 400,
            .help = "The installation's address"),
    OQ_TEXT(smoke_options, email, .required = true, .max = 254,
            .help = "Who signs in: a tenant_admin, or a platform_owner"),
    OQ_I64(smoke_options, wait_s, .preset = "120", .min = 1, .max = 3600,
           .help = "Seconds that a step which a worker does may take"),
    OQ_BOOL(smoke_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

enum { OUTPUT_MAX = 1 << 20, STATE_WIDTH = 8, CHECK_WIDTH = 30 };

/* A column of a line that stands alone: lines come as checks end. */
static void put_padded(oq_buf *out, oq_str text, size_t width)
{
    size_t points = 0;
    for (size_t i = 0; i < text.len; i++)
        points += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    oq_buf_str(out, text);
    for (; points < width; points++)
        oq_buf_char(out, ' ');
    oq_buf_lit(out, "  ");
}

static void say_line(void *self, const smoke_finding *f)
{
    const command_run *run = self;
    const char *state = oq_choice_text(smoke_state_choices, f->state);
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    put_padded(&out, command_word(run, oq_strf(run->arena, "doctor.state.%s", state).ptr),
               STATE_WIDTH);
    put_padded(&out, oq_strf(run->arena, "%5.1f s", (double)f->took / 1e6), 0);
    put_padded(&out, command_word(run, oq_strf(run->arena, "smoke.check.%s", f->check).ptr),
               CHECK_WIDTH);
    oq_buf_str(&out, f->err ? oq_err_sentence(run->arena, run->lang, f->err) : f->seen);
    oq_buf_char(&out, '\n');
    command_print(&out);
    fflush(stdout);
}

static void say_nothing(void *self, const smoke_finding *f)
{
    (void)self;
    (void)f;
}

static void print_json(const command_run *run, const smoke_report *report)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, bool, "healthy", report->is_healthy);
    oq_json_key(&j, OQ_STR("checks"));
    oq_json_array(&j);
    for (size_t i = 0; i < report->count; i++) {
        const smoke_finding *f = &report->at[i];
        oq_json_object(&j);
        oq_json_put(&j, text, "check", oq_cstr(f->check));
        oq_json_put(&j, text, "state", oq_cstr(oq_choice_text(smoke_state_choices, f->state)));
        oq_json_put(&j, text, "seen", f->seen);
        oq_json_put(&j, text, "code", oq_cstr(f->err ? f->err->code : NULL));
        oq_json_put(&j, text, "sentence",
                    f->err ? oq_err_sentence(run->arena, run->lang, f->err) : OQ_NONE);
        oq_json_put(&j, i64, "took_ms", f->took / OQ_MS);
        oq_json_object_end(&j);
    }
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

static oq_err *smoke(command_run *run)
{
    const smoke_options *o = run->options;
    const char *password = getenv(PASSWORD_VARIABLE);
    smoke_report *report = oq_new(run->arena, smoke_report);
    if (!password || !*password)
        return oq_fail(OQ_INVALID, "smoke.password_missing", "variable=%s", PASSWORD_VARIABLE);
    smoke_order order = {
        .url = o->url, .email = o->email, .password = oq_cstr(password), .wait_s = o->wait_s};
    smoke_test(run->arena, &order, o->json ? say_nothing : say_line, run, report);
    if (o->json)
        print_json(run, report);
    run->status = report->is_healthy ? EXIT_SUCCESS : EXIT_FAILURE;
    return NULL;
}

const command cmd_smoke = {
    .name = "smoke",
    .summary = "Walk the whole chain on a running installation, from outside",
    .help =
        "Signs in over HTTP, makes a site and an asset (a platform_owner: a tenant of their own "
        "with an\n"
        "engineer), sends samples over a limit, and sees the alarm, the incident with its "
        "analysis, the\n"
        "work order with its person, the notification, a plan, and the main pages. Afterwards "
        "what was\n"
        "made is closed and retired, or the tenant is suspended; it is named SMOKE_... The "
        "password is\n"
        "taken from OPTRIA_SMOKE_PASSWORD. Ends with 0 when nothing has failed, else with 1.",
    .options = smoke_fields,
    .options_size = sizeof(smoke_options),
    .needs_no_settings = true,
    .run = smoke,
};
