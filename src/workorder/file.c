/* Files of orders: what they are their bytes say, and they are only ever handed out as downloads.
 */
#include "workorder/inner.h"
#include "workorder/sniff.h"
#include "workorder/work.h"

#include <sodium.h>

#include "audit/audit.h"

#include "file.sql.h"

#include "base/banned.h"

const oq_field work_order_file_fields[] = {
    OQ_UUID(work_order_file, id),
    OQ_TEXT(work_order_file, name),
    OQ_TEXT(work_order_file, media_type, .help = "By its bytes, not by what its sender said"),
    OQ_I64(work_order_file, bytes),
    OQ_TEXT(work_order_file, sha256),
    OQ_TEXT(work_order_file, made_by),
    OQ_TEXT(work_order_file, made_by_name),
    OQ_TIME(work_order_file, made_at),
    OQ_FIELDS_END,
};

static oq_err *read_files(oq_scope *s, oq_uuid id, work_order_files *ret_files)
{
    sql_work_order_files_rows rows;
    OQ_TRY(sql_work_order_files(s, (sql_work_order_files_args){id}, &rows));
    *ret_files = (work_order_files){rows.at, rows.count};
    return NULL;
}

oq_err *work_order_files_of(oq_scope *s, oq_uuid id, work_order_files *ret_files)
{
    work_order *o;
    OQ_TRY(work_order_get(s, id, &o));
    return read_files(s, id, ret_files);
}

static oq_err *check(oq_str given, oq_str content, oq_str *ret_name, const char **ret_type)
{
    if (!content.len)
        return oq_fail(OQ_INVALID, "work_order.file_empty");
    if (content.len > WORK_FILE_BYTES_MAX)
        return oq_fail(OQ_TOO_LARGE, "work_order.file_too_large", "max=%d", WORK_FILE_BYTES_MAX);
    if (!sniff_file_name(given, ret_name) || ret_name->len > WORK_FILE_NAME_MAX)
        return oq_fail_field("name", "work_order.file_name_invalid", "max=%d", WORK_FILE_NAME_MAX);
    *ret_type = sniff_media_type(content);
    return *ret_type ? NULL : oq_fail(OQ_INVALID, "work_order.file_type_refused");
}

oq_err *work_order_add_file(oq_scope *s, oq_uuid id, oq_str name, oq_str content,
                            work_order_file **ret_file)
{
    oq_arena *arena = oq_scope_arena(s);
    work_order *o;
    work_order_files there;
    const char *type;
    oq_str kept_name;
    OQ_TRY(work_order_get_own(s, id, &o));
    OQ_TRY(check(name, content, &kept_name, &type));
    OQ_TRY(read_files(s, id, &there));
    if (there.count >= WORK_FILES_MAX)
        return oq_fail(OQ_LIMIT, "work_order.files_full", "max=%d", WORK_FILES_MAX);
    unsigned char *hash = oq_alloc(arena, crypto_hash_sha256_BYTES);
    crypto_hash_sha256(hash, (const unsigned char *)content.ptr, content.len);
    work_order_file *file = oq_new(arena, work_order_file);
    *file = (work_order_file){
        .id = oq_uuid_new(oq_now(s)),
        .name = kept_name,
        .media_type = oq_cstr(type),
        .bytes = (int64_t)content.len,
        .sha256 = oq_hex(arena, hash, crypto_hash_sha256_BYTES),
        .made_by = oq_scope_actor(s)->label,
        .made_at = oq_now(s),
    };
    OQ_TRY(
        sql_work_order_file_add(s,
                                (sql_work_order_file_add_args){
                                    .id = file->id,
                                    .work_order_id = id,
                                    .name = file->name,
                                    .media_type = file->media_type,
                                    .bytes = file->bytes,
                                    .sha256 = oq_strn((const char *)hash, crypto_hash_sha256_BYTES),
                                    .content = content,
                                    .made_by = file->made_by,
                                    .made_by_id = work_order_person_of(s),
                                    .now = file->made_at,
                                },
                                NULL));
    *ret_file = file;
    return audit_record(s, &(audit_entry){
                               .action = "work_order.file_added",
                               .object_type = "work_order",
                               .object_id = id,
                               .object_label = o->number,
                               .changes = audit_changes(arena, work_order_file_fields, NULL, file),
                           });
}

oq_err *work_order_read_file(oq_scope *s, oq_uuid id, oq_uuid file_id, work_order_file **ret_file,
                             oq_str *ret_content)
{
    work_order_files all;
    OQ_TRY(work_order_files_of(s, id, &all));
    for (size_t i = 0; i < all.count; i++) {
        sql_work_order_file_get_rows rows;
        if (!oq_uuid_eq(all.at[i].id, file_id))
            continue;
        OQ_TRY(sql_work_order_file_get(s, (sql_work_order_file_get_args){file_id, id}, &rows));
        *ret_file = &all.at[i];
        *ret_content = rows.count ? rows.at[0].content : OQ_STR("");
        return NULL;
    }
    return oq_fail(OQ_NOT_FOUND, "work_order.file_not_found");
}
