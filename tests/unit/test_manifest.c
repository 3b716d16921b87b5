/* SPDX-License-Identifier: MIT */
/* test_manifest.c - the list of a corpus: what it can hold comes back, what it must not is refused, and
 * no bytes whatever make its reader go astray. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#include "archive/manifest_code.h"
#include "io/tree/manifest.h"
#include "numeric/fpenv.h"

/* In the order of bytes: "a-b" comes between "a" and "a/b". */
static const ock_entry tree[] = {
    {.path = "a", .kind = OCK_KIND_FOLDER},
    {.path = "a-b", .kind = OCK_KIND_FILE, .length = 7},
    {.path = "a/b", .kind = OCK_KIND_FOLDER},
    {.path = "a/b/...", .kind = OCK_KIND_FILE, .length = (uint64_t)1 << 40},
    {.path = "a/b/run me", .kind = OCK_KIND_PROGRAM, .length = 300},
    {.path = "a/link", .kind = OCK_KIND_LINK, .target = "/etc/../passwd"},
    {.path = "ab", .kind = OCK_KIND_FILE},
    {.path = "new\nline", .kind = OCK_KIND_FILE, .length = 1},
    {.path = "\xff\xfe", .kind = OCK_KIND_FOLDER},
};
enum { ENTRIES = sizeof tree / sizeof tree[0] };

static ock_manifest make(const ock_entry *entries, size_t count, bool times)
{
    ock_manifest made;
    if (ock_manifest_make(entries, count, times, &made) != OCK_OK) {
        fail_msg("%s", ock_error_text());
    }
    return made;
}

static void expect_entry(const ock_entry *found, const ock_entry *wanted)
{
    assert_string_equal(found->path, wanted->path);
    assert_int_equal(found->kind, wanted->kind);
    assert_int_equal(found->length, wanted->length);
    if (wanted->kind == OCK_KIND_LINK) {
        assert_string_equal(found->target, wanted->target);
    }
    assert_int_equal(found->mode, wanted->mode);
    assert_int_equal(found->seconds, wanted->seconds);
    assert_int_equal(found->nanoseconds, wanted->nanoseconds);
}

static void expect_list(const ock_manifest *manifest, const ock_entry *entries, size_t count)
{
    ock_cursor *cursor = malloc(sizeof *cursor);
    assert_non_null(cursor);
    ock_cursor_start(cursor, manifest);
    for (size_t i = 0; i < count; i++) {
        assert_true(ock_cursor_next(cursor));
        expect_entry(&cursor->entry, &entries[i]);
    }
    assert_false(ock_cursor_next(cursor));
    free(cursor);
}

/* OCK_OK, or OCK_BAD_DATA with nothing but a message. */
static ock_status check(const uint8_t *bytes, size_t count)
{
    /* In memory of exactly their size, so that a sanitizer sees a read beyond it. */
    uint8_t *exact = malloc(count > 0 ? count : 1);
    ock_manifest_totals totals;
    assert_non_null(exact);
    memcpy(exact, bytes, count);
    const ock_manifest manifest = {exact, count};
    const ock_status status = ock_manifest_check(&manifest, "here", &totals);
    assert_true(status == OCK_OK || status == OCK_BAD_DATA);
    free(exact);
    ock_error_clear();
    return status;
}

/* ---- round trips ---- */

static void test_round_trip(void **state)
{
    ock_manifest_totals totals;
    ock_manifest manifest = make(tree, ENTRIES, false);
    (void)state;
    expect_list(&manifest, tree, ENTRIES);
    assert_int_equal(ock_manifest_check(&manifest, "here", &totals), OCK_OK);
    assert_int_equal(totals.files, 5);
    assert_int_equal(totals.folders, 3);
    assert_int_equal(totals.links, 1);
    assert_int_equal(totals.content, ((uint64_t)1 << 40) + 308);
    free(manifest.bytes);
}

static void test_times(void **state)
{
    static const ock_entry timed[] = {
        {.path = "a", .kind = OCK_KIND_FOLDER, .mode = 0, .seconds = -1, .nanoseconds = 999999999},
        {.path = "b", .kind = OCK_KIND_PROGRAM, .mode = 0755, .seconds = INT64_MIN},
        {.path = "c", .kind = OCK_KIND_FILE, .mode = 0677, .seconds = INT64_MAX},
        {.path = "d", .kind = OCK_KIND_LINK, .target = "x", .seconds = 1234567890},
    };
    ock_manifest manifest = make(timed, 4, true);
    ock_manifest_totals totals;
    (void)state;
    assert_int_equal(ock_manifest_check(&manifest, "here", &totals), OCK_OK);
    assert_true(totals.times);
    expect_list(&manifest, timed, 4);
    free(manifest.bytes);
}

static void test_nothing(void **state)
{
    ock_manifest manifest = make(NULL, 0, false);
    (void)state;
    assert_int_equal(manifest.count, 2);
    expect_list(&manifest, NULL, 0);
    assert_int_equal(check(manifest.bytes, manifest.count), OCK_OK);
    free(manifest.bytes);
}

/* FORMAT.md's example, byte by byte. */
static void test_bytes(void **state)
{
    static const ock_entry two[] = {{.path = "in", .kind = OCK_KIND_FOLDER},
                                    {.path = "in/it", .kind = OCK_KIND_FILE, .length = 300}};
    static const uint8_t wanted[] = {0, 2, 0, 2, 'i', 'n', 2, 2, 3, '/', 'i', 't', 0, 0xAC, 2};
    ock_manifest manifest = make(two, 2, false);
    (void)state;
    assert_int_equal(manifest.count, sizeof wanted);
    assert_memory_equal(manifest.bytes, wanted, sizeof wanted);
    free(manifest.bytes);
}

/* The longest path there can be, one byte less than what a kernel takes with its NUL. */
static void test_long_paths(void **state)
{
    char path[OCK_PATH_BYTES + 1];
    ock_entry entries[24];
    ock_manifest manifest;
    size_t count = 0;
    (void)state;
    memset(path, 'n', sizeof path);
    for (size_t at = 200; at < OCK_PATH_BYTES; at += 201) {
        path[at] = '/';
    }
    path[OCK_PATH_BYTES - 1] = '\0';
    for (size_t at = 200; at < OCK_PATH_BYTES; at += 201) {
        entries[count++] = (ock_entry){.path = strndup(path, at), .kind = OCK_KIND_FOLDER};
    }
    entries[count] = (ock_entry){.path = path, .kind = OCK_KIND_FILE};
    manifest = make(entries, count + 1, false);
    expect_list(&manifest, entries, count + 1);
    assert_int_equal(check(manifest.bytes, manifest.count), OCK_OK);
    free(manifest.bytes);
    path[OCK_PATH_BYTES - 1] = 'n';
    path[OCK_PATH_BYTES] = '\0';
    assert_int_equal(ock_manifest_make(entries, count + 1, false, &manifest), OCK_ENVIRONMENT);
    ock_error_clear();
    for (size_t i = 0; i < count; i++) {
        free((char *)entries[i].path);
    }
}

/* ---- what is refused ---- */

typedef struct forgery {
    const char *bytes;
    size_t count;
    const char *reason;
} forgery;

#define FORGED(bytes, reason)                                                                      \
    {                                                                                              \
        bytes, sizeof(bytes) - 1, reason                                                           \
    }

static const forgery forgeries[] = {
    FORGED("", "unknown form"),
    FORGED("\2\0", "unknown form"),
    FORGED("\0", "is truncated"),
    FORGED("\0\200\0", "is truncated"),          /* a number longer than it need be */
    FORGED("\0\1\0\1a\0\0x", "continues after"), /* behind the end */
    FORGED("\0\1\0\2/a\0\0", "absolute"),
    FORGED("\0\1\0\1/\0\0", "absolute"),
    FORGED("\0\1\0\2..\0\0", "."),
    FORGED("\0\1\0\1.\0\0", "."),
    FORGED("\0\2\0\1a\2\1\3/..\0\0", "."),
    FORGED("\0\2\0\1a\2\1\2/.\0\0", "."),
    FORGED("\0\2\0\1a\2\1\5/../b\0\0", "."),
    FORGED("\0\1\0\4../b\0\0", "."),
    FORGED("\0\2\0\1a\2\1\3//b\0\0", "empty"),
    FORGED("\0\2\0\1a\2\1\1/\0\0", "empty"),
    FORGED("\0\1\0\0\0\0", "order"), /* an empty path */
    FORGED("\0\1\0\2a\0\0\0", "NUL"),
    FORGED("\0\1\1\1a\0\0", "is truncated"),               /* shares with nothing */
    FORGED("\0\2\0\1a\0\0\0\1a\0\0", "order"),             /* a, a */
    FORGED("\0\2\0\1a\0\0\1\0\0\0", "order"),              /* a, a, once more */
    FORGED("\0\2\0\1b\0\0\0\1a\0\0", "order"),             /* b, a */
    FORGED("\0\2\0\2ab\0\0\0\2ac\0\0", "order"),           /* shares less than it could */
    FORGED("\0\2\0\1a\0\0\1\2/b\0\0", "not a directory"),  /* a file as a folder */
    FORGED("\0\2\0\1a\3\1t\1\2/b\0\0", "not a directory"), /* a link as a folder */
    FORGED("\0\1\0\3a/b\0\0", "not a directory"),          /* a folder that is not there */
    FORGED("\0\3\0\1a\2\1\2-b\0\0\1\4/c/d\0\0", "not a directory"),
    FORGED("\0\1\0\1a\4", "unknown kind"),
    FORGED("\0\1\0\1a\3\0", "target"),
    FORGED("\0\1\0\1a\3\2t\0", "target"),
    FORGED("\0\1\0\1a\0\377\377\377\377\377\377\377\377\377\1", "is truncated"), /* 2^64 - 1 */
    FORGED("\0\1\0\1a\0\377\377\377\377\377\377\377\377\377\3", "is truncated"), /* and more */
    FORGED("\0\2\0\1a\0\377\377\377\377\377\377\377\377\177\0\1b\0\1", "length"),
    FORGED("\1\1\0\1a\0\0\100\0\0", "contradict"),               /* mode 0100, and no program */
    FORGED("\1\1\0\1a\0\0\200\10\0\0", "is truncated"),          /* mode 02000 */
    FORGED("\1\1\0\1a\3\1t\1\0\0", "permissions"),               /* of a link */
    FORGED("\1\1\0\1a\2\0\0\200\224\353\334\3", "is truncated"), /* 10^9 nanoseconds */
};

static void test_forgeries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
        const forgery *f = &forgeries[i];
        const ock_manifest manifest = {(uint8_t *)f->bytes, f->count};
        ock_manifest_totals totals;
        ock_error_clear();
        if (ock_manifest_check(&manifest, "here", &totals) != OCK_BAD_DATA ||
            strstr(ock_error_text(), f->reason) == NULL) {
            fail_msg("forgery %zu: \"%s\" lacks \"%s\"", i, ock_error_text(), f->reason);
        }
    }
    ock_error_clear();
}

/* The forgeries are one byte away from lists that are good. */
static void test_not_forgeries(void **state)
{
    (void)state;
    assert_int_equal(check((const uint8_t *)"\0\2\0\1a\0\0\0\1b\0\0", 12), OCK_OK);
    assert_int_equal(check((const uint8_t *)"\0\2\0\1a\2\1\2/b\0\0", 12), OCK_OK);
    assert_int_equal(check((const uint8_t *)"\0\1\0\3a..\0\0", 9), OCK_OK);
    assert_int_equal(check((const uint8_t *)"\1\1\0\1a\1\0\100\0\0", 10), OCK_OK);
}

static void test_truncations(void **state)
{
    (void)state;
    for (int times = 0; times <= 1; times++) {
        ock_entry entries[ENTRIES];
        memcpy(entries, tree, sizeof tree);
        for (size_t i = 0; i < ENTRIES; i++) {
            entries[i].mode = times && entries[i].kind == OCK_KIND_PROGRAM ? 0700 : 0;
        }
        ock_manifest manifest = make(entries, ENTRIES, times != 0);
        for (size_t count = 0; count < manifest.count; count++) {
            assert_int_equal(check(manifest.bytes, count), OCK_BAD_DATA);
        }
        assert_int_equal(check(manifest.bytes, manifest.count), OCK_OK);
        free(manifest.bytes);
    }
}

/* What is still a list after a bit was flipped is another one, and has one form only: made again from
 * its entries it gives the same bytes. */
static void expect_one_form(const ock_manifest *manifest)
{
    ock_cursor *cursor = malloc(sizeof *cursor);
    ock_entry entries[ENTRIES + 300];
    size_t count = 0;
    assert_non_null(cursor);
    ock_cursor_start(cursor, manifest);
    while (ock_cursor_next(cursor)) {
        ock_entry *entry = &entries[count++];
        *entry = cursor->entry;
        entry->path = strdup(cursor->entry.path);
        if (entry->kind == OCK_KIND_LINK) {
            entry->target = strdup(cursor->entry.target);
        }
    }
    ock_manifest again = make(entries, count, cursor->times);
    assert_int_equal(again.count, manifest->count);
    assert_memory_equal(again.bytes, manifest->bytes, again.count);
    free(again.bytes);
    for (size_t i = 0; i < count; i++) {
        free((char *)entries[i].path);
        if (entries[i].kind == OCK_KIND_LINK) {
            free((char *)entries[i].target);
        }
    }
    free(cursor);
}

static void test_flipped_bits(void **state)
{
    ock_manifest manifest = make(tree, ENTRIES, false);
    int still_good = 0;
    (void)state;
    for (size_t bit = 0; bit < 8 * manifest.count; bit++) {
        manifest.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (check(manifest.bytes, manifest.count) == OCK_OK) {
            expect_one_form(&manifest);
            still_good++;
        }
        manifest.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(still_good > 0);
    free(manifest.bytes);
}

/* ---- its code ---- */

static const ock_kernels *kernels(void)
{
    const ock_kernels *chosen = NULL;
    ock_fpenv_set();
    assert_int_equal(ock_kernels_select(NULL, &chosen), OCK_OK);
    return chosen;
}

static void test_code(void **state)
{
    ock_manifest manifest = make(tree, ENTRIES, false), value, again;
    ock_manifest_totals totals;
    (void)state;
    assert_int_equal(ock_manifest_encode(NULL, kernels(), &manifest, &value), OCK_OK);
    assert_int_equal(
        ock_manifest_decode(NULL, kernels(), value.bytes, value.count, "here", &again, &totals),
        OCK_OK);
    assert_int_equal(again.count, manifest.count);
    assert_memory_equal(again.bytes, manifest.bytes, again.count);
    assert_int_equal(totals.files, 5);
    free(again.bytes);
    free(value.bytes);
    free(manifest.bytes);
}

/* Each byte of the value changed, each length cut: refused, for the list has a digest. A length that
 * is too large is refused before memory is asked for. */
static void test_damaged_code(void **state)
{
    ock_manifest manifest = make(tree, ENTRIES, false), value, again;
    ock_manifest_totals totals;
    (void)state;
    assert_int_equal(ock_manifest_encode(NULL, kernels(), &manifest, &value), OCK_OK);
    for (size_t i = 0; i < value.count; i++) {
        if (i >= 2 && i < 8) {
            continue; /* lengths of megabytes: decoded at length, and the last case */
        }
        value.bytes[i] ^= 0x41;
        assert_int_equal(
            ock_manifest_decode(NULL, kernels(), value.bytes, value.count, "here", &again, &totals),
            OCK_BAD_DATA);
        assert_null(again.bytes);
        value.bytes[i] ^= 0x41;
        ock_error_clear();
    }
    for (size_t count = 0; count < value.count; count++) {
        assert_int_equal(
            ock_manifest_decode(NULL, kernels(), value.bytes, count, "here", &again, &totals),
            OCK_BAD_DATA);
        ock_error_clear();
    }
    memset(value.bytes, 0x7F, 8);
    assert_int_equal(
        ock_manifest_decode(NULL, kernels(), value.bytes, value.count, "here", &again, &totals),
        OCK_BAD_DATA);
    assert_non_null(strstr(ock_error_text(), "impossible length"));
    ock_error_clear();
    free(value.bytes);
    free(manifest.bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_times),
        cmocka_unit_test(test_nothing),       cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_long_paths),    cmocka_unit_test(test_forgeries),
        cmocka_unit_test(test_not_forgeries), cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_flipped_bits),  cmocka_unit_test(test_code),
        cmocka_unit_test(test_damaged_code),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
