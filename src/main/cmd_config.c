#include "main/command.h"

typedef struct config_options {
    bool json;
} config_options;

static const oq_field config_fields[] = {
    OQ_BOOL(config_options, json, .help = "Print JSON"),
    OQ_FIELDS_END,
};

static const char *source_of(const oq_field *f)
{
    const char *value = settings_environment(f->env);
    return value && *value ? "environment" : f->preset ? "default" : "not set";
}

static void print_table(const command_run *run)
{
    printf("%-22s %-42s %-12s %s\n", "variable", "value", "source", "default");
    for (const oq_field *f = setting_fields; f->type != OQ_TYPE_END; f++) {
        oq_str value = settings_shown(run->arena, f, &run->settings);
        printf("%-22s %-42.*s %-12s %s\n", f->env, OQ_FMT(value), source_of(f),
               f->preset ? f->preset : "");
    }
}

static oq_err *print_json(const command_run *run)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (const oq_field *f = setting_fields; f->type != OQ_TYPE_END; f++) {
        oq_str value = settings_shown(run->arena, f, &run->settings);
        oq_json_object(&j);
        oq_json_put(&j, text, "variable", oq_cstr(f->env));
        oq_json_put(&j, text, "value", value.len ? value : OQ_NONE);
        oq_json_put(&j, text, "source", oq_cstr(source_of(f)));
        oq_json_put(&j, text, "default", oq_cstr(f->preset));
        oq_json_put(&j, bool, "is_secret", f->type == OQ_TYPE_SECRET);
        oq_json_put(&j, text, "help", oq_cstr(f->help));
        oq_json_object_end(&j);
    }
    oq_json_array_end(&j);
    assert(!out.overflow);
    oq_str text = oq_buf_view(&out);
    printf("%.*s\n", OQ_FMT(text));
    return NULL;
}

static oq_err *config(command_run *run)
{
    const config_options *o = run->options;
    if (o->json)
        return print_json(run);
    print_table(run);
    return NULL;
}

const command cmd_config = {
    .name = "config",
    .summary = "Print every setting, its value, where it comes from, and its default",
    .help = "Settings are environment variables. Secrets are shown as ********.",
    .options = config_fields,
    .options_size = sizeof(config_options),
    .run = config,
};
