/* The people of the tenant, for programs. */
#include "identity/inner.h"
#include "identity/own_access.h"
#include "identity/reset.h"

#include "base/banned.h"

oq_err *user_make_link(http_req *rq, oq_scope *s, oq_uuid user_id, oq_str *ret_link)
{
    oq_str code;
    OQ_TRY(reset_make(s, user_id, &code));
    return identity_link(rq, oq_strf(http_arena(rq), "/reset#%.*s", OQ_FMT(code)), ret_link);
}

oq_err *user_api_list(http_req *rq, oq_scope *s)
{
    user_query query;
    user_list list;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(user_find(s, &query, &list));
    http_answer_list(rq, list.at, sizeof *list.at, list.count, list.next);
    return NULL;
}

typedef struct user_made {
    user user;
    oq_str reset_link;
} user_made;

const oq_field user_made_fields[] = {
    OQ_OBJECT(user_made, user, user, user_fields),
    OQ_TEXT(user_made, reset_link,
            .help = "shown this once: with it the person chooses a password, within a day"),
    OQ_FIELDS_END,
};

oq_err *user_api_create(http_req *rq, oq_scope *s)
{
    user_order order;
    user *made;
    user_made answer;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(user_add(s, &order, &made));
    OQ_TRY(user_make_link(rq, s, made->id, &answer.reset_link));
    answer.user = *made;
    http_answer_record(rq, 0, &answer);
    return NULL;
}

oq_err *user_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    user *u;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(user_get(s, id, &u));
    http_answer_record(rq, 0, u);
    return NULL;
}

/* What is not given stays. */
typedef struct user_patch {
    oq_str username, full_name;
    int role;
    oq_str is_active;
    int64_t version;
} user_patch;

const oq_field user_patch_fields[] = {
    OQ_TEXT(user_patch, username, .max = 60, .help = "empty: none"),
    OQ_TEXT(user_patch, full_name, .not_blank = true, .max = USER_NAME_MAX),
    OQ_CHOICE(user_patch, role, role_choices),
    OQ_JSON(user_patch, is_active, .help = "true or false; false signs the person out at once"),
    OQ_I64(user_patch, version, .required = true, .min = 1, .help = "as it was read"),
    OQ_FIELDS_END,
};

static oq_err *merge(const user_patch *patch, const user *now, user_change *change)
{
    *change = (user_change){
        .username = oq_str_given(patch->username) ? patch->username : now->username,
        .full_name = oq_str_given(patch->full_name) ? patch->full_name : now->full_name,
        .role = patch->role ? patch->role : now->role,
        .is_active = now->is_active,
        .version = patch->version,
    };
    return identity_patch_bool("is_active", patch->is_active, &change->is_active);
}

oq_err *user_api_change(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    user_patch patch;
    user_change change;
    user *u;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &patch));
    OQ_TRY(user_get(s, id, &u));
    OQ_TRY(merge(&patch, u, &change));
    OQ_TRY(user_update(s, id, &change, &u));
    http_answer_record(rq, 0, u);
    return NULL;
}

typedef struct user_link {
    oq_str reset_link;
} user_link;

const oq_field user_link_fields[] = {
    OQ_TEXT(user_link, reset_link, .help = "shown this once; makes earlier ones worthless"),
    OQ_FIELDS_END,
};

oq_err *user_api_reset_link(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    user_link answer;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(user_make_link(rq, s, id, &answer.reset_link));
    http_answer_record(rq, 0, &answer);
    return NULL;
}

oq_err *user_api_reset_totp(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    user *u;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(access_totp_reset(s, id));
    OQ_TRY(user_get(s, id, &u));
    http_answer_record(rq, 0, u);
    return NULL;
}
