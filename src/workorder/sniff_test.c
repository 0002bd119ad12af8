/* What files are, by their bytes, and what they may be called. */
#include "workorder/sniff.h"

#include "base/test.h"

#include "base/banned.h"

#define BYTES(text) OQ_STR_INIT(text)

static void test_types(void **state)
{
    static const struct {
        const char *label;
        oq_str content;
        const char *type;
    } row[] = {
        {"nothing", BYTES(""), NULL},
        {"PNG", BYTES("\x89PNG\r\n\x1a\n..."), "image/png"},
        {"the beginning of a PNG", BYTES("\x89PNG\r\n"), NULL},
        {"JPEG", BYTES("\xff\xd8\xff\xe0"), "image/jpeg"},
        {"WebP", BYTES("RIFF\x10\0\0\0WEBPVP8 "), "image/webp"},
        {"a sound", BYTES("RIFF\x10\0\0\0WAVEfmt "), NULL},
        {"iPhone's picture", BYTES("\0\0\0\x18" "ftypheic\0\0"), "image/heic"},
        {"a film", BYTES("\0\0\0\x18" "ftypmp42\0\0"), "video/mp4"},
        {"PDF", BYTES("%PDF-1.7\n"), "application/pdf"},
        {"a sheet", BYTES("PK\x03\x04..[Content_Types].xml..xl/workbook.xml"),
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"a letter", BYTES("PK\x03\x04..[Content_Types].xml..word/document.xml"),
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"any archive", BYTES("PK\x03\x04..a.exe"), NULL},
        {"text", BYTES("Vibration 7.1 mm/s\r\n\tاهتزاز"), "text/plain"},
        {"a page", BYTES("  <!doctype html><script>"), NULL},
        {"a page behind a mark", BYTES("\xef\xbb\xbf <html>"), NULL},
        {"a drawing", BYTES("<svg onload='x'>"), NULL},
        {"not UTF-8", BYTES("\xc3\x28"), NULL},
        {"a program", BYTES("\x7f" "ELF\x02\x01\x01"), NULL},
        {"a script is text, and only text", BYTES("#!/bin/sh\n"), "text/plain"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const char *type = sniff_media_type(row[i].content);
        CHECK(row[i].label, type ? row[i].type && strcmp(type, row[i].type) == 0 : !row[i].type);
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *given, *name;
    } row[] = {
        {"photo.png", "photo.png"},
        {"صورة المحمل.png", "صورة المحمل.png"},
        {"C:\\Users\\x\\a b.pdf", "a b.pdf"},
        {"../../etc/passwd", "passwd"},
        {"  name.txt ", "name.txt"},
        {"", NULL},
        {"a/", NULL},
        {"..", NULL},
        {"a\nb", NULL},
        {"gpj.\xe2\x80\xae" "exe", NULL},
        {"a\xe2\x80\x8b" "b", NULL},
        {"\xff", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_str name;
        bool is_name = sniff_file_name(oq_cstr(row[i].given), &name);
        CHECK(row[i].given, is_name == (row[i].name != NULL));
        if (is_name)
            CHECK_STR(row[i].given, name, row[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_types), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
