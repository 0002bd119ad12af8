#include "main/command.h"
#include "main/doctor.h"
#include "main/table.h"

#include "base/banned.h"

typedef struct doctor_options {
    bool json;
} doctor_options;

static const oq_field doctor_fields[] = {
    OQ_BOOL(doctor_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

enum { OUTPUT_MAX = 1 << 20 };

/* By what was found, where that has a cure of its own; else by what was asked. */
static oq_str what_to_do(const command_run *run, const doctor_finding *f)
{
    if (!f->err)
        return OQ_NONE;
    oq_str own = oq_strf(run->arena, "doctor.todo.%s", f->err->code);
    if (oq_text_exists(run->lang, own))
        return oq_text(run->lang, own);
    return command_word(run, oq_strf(run->arena, "doctor.todo.%s", f->check).ptr);
}

/* What is wrong, with the variable or field it is about. */
static oq_str sentence_of(const command_run *run, const oq_err *err)
{
    if (!err)
        return OQ_NONE;
    oq_str sentence = oq_err_sentence(run->arena, run->lang, err);
    return err->field ? oq_strf(run->arena, "%s: %.*s", err->field, OQ_FMT(sentence)) : sentence;
}

static void print_json(const command_run *run, const doctor_report *report)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_put(&j, bool, "healthy", report->is_healthy);
    oq_json_key(&j, OQ_STR("findings"));
    oq_json_array(&j);
    for (size_t i = 0; i < report->count; i++) {
        const doctor_finding *f = &report->at[i];
        oq_json_object(&j);
        oq_json_put(&j, text, "check", oq_cstr(f->check));
        oq_json_put(&j, text, "state", oq_cstr(oq_choice_text(doctor_state_choices, f->state)));
        oq_json_put(&j, text, "note", f->note);
        oq_json_put(&j, text, "code", oq_cstr(f->err ? f->err->code : NULL));
        oq_json_put(&j, text, "sentence", sentence_of(run, f->err));
        oq_json_put(&j, text, "detail", oq_cstr(f->err ? f->err->detail : NULL));
        oq_json_put(&j, text, "todo", what_to_do(run, f));
        oq_json_object_end(&j);
    }
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    oq_buf_char(&out, '\n');
    command_print(&out);
}

static void print_table(const command_run *run, const doctor_report *report)
{
    table t = table_make(run->arena, 3);
    for (size_t i = 0; i < report->count; i++) {
        const doctor_finding *f = &report->at[i];
        const char *state = oq_choice_text(doctor_state_choices, f->state);
        TABLE_ADD(&t, command_word(run, oq_strf(run->arena, "doctor.state.%s", state).ptr),
                  command_word(run, oq_strf(run->arena, "doctor.check.%s", f->check).ptr),
                  f->err ? sentence_of(run, f->err) : f->note);
        if (f->err && f->err->detail)
            TABLE_ADD(&t, OQ_STR(""), OQ_STR(""), oq_strf(run->arena, "(%s)", f->err->detail));
        if (f->err)
            TABLE_ADD(&t, OQ_STR(""), OQ_STR(""), what_to_do(run, f));
    }
    OQ_AUTO(oq_buf) out = oq_buf_make(OUTPUT_MAX);
    table_write(&t, 0, &out);
    command_print(&out);
}

static oq_err *doctor(command_run *run)
{
    const doctor_options *o = run->options;
    doctor_report *report = oq_new(run->arena, doctor_report);
    doctor_examine(run->arena, settings_environment, report);
    if (o->json)
        print_json(run, report);
    else
        print_table(run, report);
    run->status = report->is_healthy ? EXIT_SUCCESS : EXIT_FAILURE;
    return NULL;
}

const command cmd_doctor = {
    .name = "doctor",
    .summary = "Look this installation over, and say what to do about what is wrong",
    .help =
        "Settings, keys, disk, port, database, its version and encoding, schema, the rights of "
        "the\n"
        "login, the walls between tenants, clocks, time zones, worker, backup. Changes nothing.\n"
        "Ends with 0 when nothing has failed, else with 1.",
    .options = doctor_fields,
    .options_size = sizeof(doctor_options),
    .needs_no_settings = true,
    .run = doctor,
};
