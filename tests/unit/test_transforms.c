/* SPDX-License-Identifier: MIT */
/* test_transforms.c - spans are found where they are, any part of what stands for them is read and written by itself, all
 * of them come back, and lists from outside are possible or refused. */
#include "repeats_fixture.h"

#include "base/bytes.h"
#include "transforms/transform_find.h"
#include "transforms/transform_list.h"
#include "transforms/turned.h"

/* ---- streams with a span in the middle ---- */

enum { MOST = 1 << 17 };

typedef struct stream {
    uint8_t bytes[MOST];
    size_t count, begin, length; /* the span */
} stream;

static void put(stream *s, const char *bytes, size_t count)
{
    assert_true(count <= MOST - s->count);
    memcpy(s->bytes + s->count, bytes, count);
    s->count += count;
}

/* Characters `kind` of them at random, in lines of that width; 0: one line. */
static void put_lines(stream *s, const char *letters, size_t characters, size_t width,
                      const char *line_end)
{
    uint64_t random = characters;
    for (size_t i = 0; i < characters; i++) {
        if (width > 0 && i > 0 && i % width == 0) {
            put(s, line_end, strlen(line_end));
        }
        put(s, &letters[below(&random, strlen(letters))], 1);
    }
}

/* Calls, and loads of data, between instructions without an address. */
static void put_x86(stream *s, size_t count)
{
    uint64_t random = 7;
    while (s->count < count) {
        uint8_t code[15] = {0x48, 0x8b, 0x05, 0, 0, 0, 0, 0x4c, 0x89, 0xe7, 0xe8};
        const uint32_t here = (uint32_t)s->count, far = (uint32_t)below(&random, 7) * 999;
        ock_put_le(code + 3, far - here - 7, 4);
        ock_put_le(code + 11, 5000 + far - here - 15, 4);
        put(s, (const char *)code, sizeof code);
    }
}

static void put_arm64(stream *s, size_t count)
{
    uint64_t random = 8;
    while (s->count < count) {
        static const uint32_t usual[] = {0xAA0003E1, 0xF9400021, 0xD65F03C0};
        const uint32_t target = (uint32_t)below(&random, 9) * 100, pages = target & 7;
        const uint32_t words[] = {
            usual[below(&random, 3)],
            0x94000000 | ((target - (uint32_t)s->count / 4 - 1) & 0x03FFFFFF),
            0x90000000 | (pages & 3) << 29 | (pages >> 2) << 5,
        };
        for (size_t i = 0; i < 3; i++) {
            uint8_t bytes[4];
            ock_put_le(bytes, words[i], 4);
            put(s, (const char *)bytes, 4);
        }
    }
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What is found in it, `kind` OCK_TRANSFORM_KINDS: nothing. */
typedef struct specimen_kind {
    const char *letters, *line_end, *tail;
    size_t characters, width;
    unsigned kind, detail;
} specimen_kind;

static const specimen_kind kinds[] = {
    {base64, "\n", "", 6000, 64, OCK_BASE64, 0},
    {base64, "\n", "QQ==", 64 * 9, 64, OCK_BASE64, 2},
    {base64, "\r\n", "QUE=", 76 * 9 + 8, 76, OCK_BASE64, 1},
    {base64, "", "", 40000, 0, OCK_BASE64, 0},
    {base64, "", "QQ==", 300, 0, OCK_BASE64, 2},
    {base64, "\n", "QR==", 64 * 9, 64, OCK_TRANSFORM_KINDS,
     0}, /* bits that are not used are not 0 */
    {base64, "\n", "", 100, 64, OCK_TRANSFORM_KINDS, 0},
    {base64, "\n", "", 6000, 66, OCK_TRANSFORM_KINDS, 0},
    {"0123456789abcdef", "\n", "", 3000, 60, OCK_HEX, 0},
    {"0123456789ABCDEF", "\r\n", "", 3002, 128, OCK_HEX, 1},
    {"0123456789ABCDEFa", "\r\n", "", 3002, 128, OCK_TRANSFORM_KINDS, 0},
    {"0123456789abcdef", "", "", 20000, 0, OCK_HEX, 0},
    {"ACGT", "\n", "", 30001, 50, OCK_WRAPPED, 0},
    {"ACDEFGHIKLMNPQRSTVWY", "\r\n", "", 6001, 60, OCK_WRAPPED, 0},
    {"acgtACGTN", "\n", "", 70 * 50, 70, OCK_WRAPPED, 0},
    {"ACGT", "\n", "", 900, 60, OCK_TRANSFORM_KINDS, 0}, /* not worth it */
    {"0123456789", "\n", "", 30000, 50, OCK_TRANSFORM_KINDS, 0},
    {"abc defghi", "\n", "", 30000, 50, OCK_TRANSFORM_KINDS, 0},
};

enum { KINDS = sizeof kinds / sizeof kinds[0], CODES = 2, ALL = KINDS + CODES };

static stream *make(size_t i)
{
    stream *s = memory_of(sizeof *s);
    if (i >= KINDS) {
        (i == KINDS ? put_x86 : put_arm64)(s, 100000);
        return s;
    }
    put(s, "-----BEGIN IT-----\n", 19);
    s->begin = s->count;
    put_lines(s, kinds[i].letters, kinds[i].characters, kinds[i].width, kinds[i].line_end);
    if (kinds[i].width > 0 && kinds[i].characters % kinds[i].width == 0 && *kinds[i].tail != 0) {
        put(s, kinds[i].line_end, strlen(kinds[i].line_end));
    }
    put(s, kinds[i].tail, strlen(kinds[i].tail));
    s->length = s->count - s->begin;
    put(s, "\n-----END IT-----\n", i % 2 == 0 ? 18 : 0);
    return s;
}

static ock_transforms find(stream *s, unsigned wanted)
{
    shelf from = shelf_of(s->bytes, s->count);
    const ock_source source = {read_shelf, &from};
    ock_transforms list;
    assert_int_equal(ock_transforms_find(&source, s->count, wanted, &list), OCK_OK);
    return list;
}

static void every_kind_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        stream *s = make(i);
        ock_transforms list = find(s, OCK_ALL_TRANSFORMS);
        assert_int_equal(list.count, kinds[i].kind != OCK_TRANSFORM_KINDS);
        for (size_t j = 0; j < list.count; j++) {
            assert_true(list.of[j].begin == s->begin && list.of[j].length == s->length);
            assert_true(list.of[j].kind == kinds[i].kind && list.of[j].detail == kinds[i].detail);
            assert_true(list.of[j].width == kinds[i].width);
        }
        ock_transforms_free(&list);
        list = find(s, OCK_ALL_TRANSFORMS & ~(1U << kinds[i].kind));
        assert_int_equal(list.count, 0);
        ock_transforms_free(&list);
        free(s);
    }
    for (size_t i = KINDS; i < ALL; i++) {
        stream *s = make(i);
        ock_transforms list = find(s, OCK_ALL_TRANSFORMS);
        assert_int_equal(list.count, 1);
        assert_true(list.of[0].kind == OCK_X86 + (i - KINDS) && list.of[0].length > 95000);
        ock_transforms_free(&list);
        free(s);
    }
}

/* Code is found by blocks: text in them is told apart. */
static void text_stands_beside_code(void **state)
{
    stream *s = memory_of(sizeof *s);
    (void)state;
    put_arm64(s, 20000);
    const size_t begin = s->count;
    put_lines(s, "0123456789abcdef", 1000, 0, "");
    put(s, "\n", 1);
    put_arm64(s, 60000);
    ock_transforms list = find(s, OCK_ALL_TRANSFORMS);
    assert_int_equal(list.count, 3);
    assert_true(list.of[0].kind == OCK_ARM64 && list.of[0].length == begin);
    assert_true(list.of[1].kind == OCK_HEX && list.of[1].begin == begin);
    assert_true(list.of[2].kind == OCK_ARM64 && list.of[2].begin >= begin + 1000);
    ock_transforms_free(&list);
    free(s);
}

static void noise_has_none(void **state)
{
    stream *s = memory_of(sizeof *s);
    (void)state;
    s->count = MOST;
    scramble(s->bytes, MOST, 3);
    ock_transforms list = find(s, OCK_ALL_TRANSFORMS);
    assert_int_equal(list.count, 0);
    ock_transforms_free(&list);
    free(s);
}

/* ---- what stands for spans ---- */

static void known_bytes(void **state)
{
    static const struct {
        const char *text, *made;
        ock_transform t;
    } cases[] = {
        {"TWFu\nTWE=", "ManMa", {.length = 9, .width = 4, .line_end = 1, .detail = 1}},
        {"00ff\r\n7f", "\xff\x7f", {.length = 8, .width = 4, .line_end = 2, .kind = OCK_HEX}},
        {"AC\nGT\nA", "ACGTA", {.length = 7, .width = 2, .line_end = 1, .kind = OCK_WRAPPED}},
    };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char text[16], made[16] = "";
        ock_transforms list;
        ock_transforms_start(&list, strlen(cases[i].text));
        assert_int_equal(ock_transforms_append(&list, &cases[i].t), OCK_OK);
        memcpy(text, cases[i].text, sizeof cases[i].text);
        strcpy(text, cases[i].text);
        shelf from = shelf_of((uint8_t *)text, strlen(text));
        ock_turned turned = {.list = &list, .stream = {read_shelf, &from}};
        const ock_source source = ock_turned_source(&turned);
        const size_t count = (size_t)ock_transforms_made(&list);
        assert_int_equal(source.read_at(source.context, 0, made, count), OCK_OK);
        assert_memory_equal(made + (i == 1), cases[i].made, count - (i == 1));
        ock_transforms_free(&list);
    }
}

/* All of what is made of a stream. */
static uint8_t *make_all(stream *s, const ock_transforms *list)
{
    shelf from = shelf_of(s->bytes, s->count);
    ock_turned turned = {.list = list, .stream = {read_shelf, &from}};
    const ock_source source = ock_turned_source(&turned);
    const size_t count = (size_t)ock_transforms_made(list);
    uint8_t *made = memory_of(count);
    assert_int_equal(source.read_at(source.context, 0, made, count), OCK_OK);
    for (uint64_t random = 5, i = 0; i < 300; i++) {
        uint8_t part[5000];
        const size_t at = (size_t)below(&random, count), left = count - at;
        const size_t most = i % 3 == 0 ? sizeof part : 9, length = 1 + below(&random, most);
        const size_t bytes = length < left ? length : left;
        assert_int_equal(source.read_at(source.context, at, part, bytes), OCK_OK);
        assert_memory_equal(part, made + at, bytes);
    }
    return made;
}

/* Written as lanes write: here and there, piece by piece. */
static void write_all(const ock_target *target, const uint8_t *made, size_t count)
{
    enum { LANES = 3 };
    for (size_t done = 0, part = 0; done < count / LANES + LANES; done += part) {
        part = 1 + done % 777;
        for (size_t lane = 0; lane < LANES; lane++) {
            const size_t begin = count * lane / LANES + done, end = count * (lane + 1) / LANES;
            const size_t bytes = begin < end ? (end - begin < part ? end - begin : part) : 0;
            uint8_t back[777];
            if (bytes > 0) {
                assert_int_equal(target->write_at(target->context, begin, made + begin, bytes),
                                 OCK_OK);
                assert_int_equal(target->read_at(target->context, begin, back, bytes), OCK_OK);
                assert_memory_equal(back, made + begin, bytes);
            }
        }
    }
}

static void check_restored(stream *s, const ock_transforms *list)
{
    uint8_t *made = make_all(s, list), *output = memory_of(s->count);
    shelf to = shelf_of(output, s->count), from = shelf_of(s->bytes, s->count);
    ock_turned turned = {.list = list, .output = {write_shelf, read_shelf, NULL, &to}};
    const ock_target target = ock_turned_target(&turned);
    const ock_source source = {read_shelf, &from};
    write_all(&target, made, (size_t)ock_transforms_made(list));
    assert_int_equal(ock_turned_restore(list, &turned.output), OCK_OK);
    assert_memory_equal(output, s->bytes, s->count);
    assert_int_equal(ock_turned_check(list, &source, "it"), OCK_OK);
    free(made);
    free(output);
}

static void all_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        stream *s = make(i);
        ock_transforms list = find(s, OCK_ALL_TRANSFORMS);
        check_restored(s, &list);
        for (uint64_t at = 0; at < ock_transforms_made(&list); at++) {
            const ock_stream_part part = ock_transforms_origin(&list, at);
            assert_true(part.begin < part.end && part.end <= s->count);
        }
        ock_transforms_free(&list);
        free(s);
    }
}

/* Bytes that look like instructions at every place, which no code has. */
static void any_bytes_are_code(void **state)
{
    static const uint8_t often[] = {0xE8, 0xE9, 0x0F, 0x8B, 0x05, 0xC5, 0x83, 0xC7,
                                    0xFF, 0x00, 0x94, 0x97, 0x90, 0xB0, 0x10, 0x3D};
    (void)state;
    for (unsigned kind = OCK_X86; kind <= OCK_ARM64; kind++) {
        stream *s = memory_of(sizeof *s);
        uint64_t random = kind;
        ock_transforms list;
        ock_transforms_start(&list, MOST);
        s->count = MOST;
        for (size_t i = 0; i < MOST; i++) {
            s->bytes[i] = often[below(&random, i < MOST / 2 ? sizeof often : 2)];
        }
        for (size_t i = 0; i < 2; i++) {
            const ock_transform t = {
                .begin = 5 + i * 70000, .length = 50001, .kind = (uint8_t)kind};
            assert_int_equal(ock_transforms_append(&list, &t), OCK_OK);
        }
        check_restored(s, &list);
        ock_transforms_free(&list);
        free(s);
    }
}

static void changes_are_seen(void **state)
{
    (void)state;
    stream *s = make(1);
    ock_transforms list = find(s, OCK_ALL_TRANSFORMS);
    shelf from = shelf_of(s->bytes, s->count);
    const ock_source source = {read_shelf, &from};
    s->bytes[s->begin + 70] = '-';
    assert_int_equal(ock_turned_check(&list, &source, "it"), OCK_ENVIRONMENT);
    assert_string_equal(ock_error_text(), "it: changed while it was read");
    for (from.failing = 0; ock_turned_check(&list, &source, "it") != OCK_OK && from.failing < 2;
         from.failing++) {
        from.calls = 0;
        ock_error_clear();
    }
    ock_error_clear();
    ock_transforms_free(&list);
    free(s);
}

/* ---- lists ---- */

static void rules(void **state)
{
    static const struct {
        ock_transform t;
        bool allowed;
    } cases[] = {
        {{.begin = 100, .length = 400}, true},
        {{.begin = 99, .length = 400}, false},
        {{.begin = 100, .length = 900}, true},
        {{.begin = 100, .length = 904}, false},
        {{.begin = 100, .length = 0}, false},
        {{.begin = UINT64_MAX - 3, .length = 4}, false},
        {{.begin = 104, .length = UINT64_MAX - 3}, false},
        {{.begin = 100, .length = 401}, false},
        {{.begin = 100, .length = 400, .detail = 2}, true},
        {{.begin = 100, .length = 400, .detail = 3}, false},
        {{.begin = 100, .length = 400, .line_end = 1}, false},
        {{.begin = 100, .length = 9, .width = 4, .line_end = 1}, true},
        {{.begin = 100, .length = 8, .width = 4, .line_end = 1}, false},
        {{.begin = 100, .length = 5, .width = 4, .line_end = 1}, false},
        {{.begin = 100, .length = 4, .width = 4, .line_end = 1}, false},
        {{.begin = 100, .length = 10, .width = 4, .line_end = 2}, true},
        {{.begin = 100, .length = 11, .width = 4, .line_end = 3}, false},
        {{.begin = 100, .length = 11, .width = 6, .line_end = 1}, false},
        {{.begin = 100, .length = 400, .kind = OCK_HEX, .detail = 1}, true},
        {{.begin = 100, .length = 400, .kind = OCK_HEX, .detail = 2}, false},
        {{.begin = 100, .length = 401, .kind = OCK_HEX}, false},
        {{.begin = 100, .length = 401, .kind = OCK_X86}, true},
        {{.begin = 100, .length = 401, .kind = OCK_X86, .detail = 1}, false},
        {{.begin = 100, .length = 401, .kind = OCK_ARM64, .width = 4}, false},
        {{.begin = 100, .length = 401, .kind = OCK_TRANSFORM_KINDS}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ock_transform first = {.begin = 10, .length = 90, .kind = OCK_X86};
        ock_transforms list;
        ock_transforms_start(&list, 1000);
        assert_int_equal(ock_transforms_append(&list, &first), OCK_OK);
        assert_int_equal(ock_transforms_allow(&list, &cases[i].t), cases[i].allowed);
        assert_int_equal(ock_transforms_append(&list, &cases[i].t),
                         cases[i].allowed ? OCK_OK : OCK_INTERNAL);
        ock_error_clear();
        ock_transforms_free(&list);
    }
}

/* Of all kinds and shapes. */
static ock_transforms some_list(uint64_t *random, size_t count)
{
    ock_transforms list;
    ock_transforms_start(&list, UINT64_C(1) << 40);
    while (list.count < count) {
        ock_transform t = {.kind = (uint8_t)below(random, OCK_TRANSFORM_KINDS)};
        t.begin = ock_transforms_end(&list, list.count) + below(random, 1000);
        t.length = 1 + below(random, 1U << below(random, 20));
        if (t.kind <= OCK_WRAPPED && below(random, 2) > 0) {
            t.width = 4 + 4 * (uint32_t)below(random, 30);
            t.line_end = (uint8_t)(1 + below(random, 2));
        }
        t.detail = (uint8_t)below(random, 2);
        if (ock_transforms_allow(&list, &t)) {
            assert_int_equal(ock_transforms_append(&list, &t), OCK_OK);
        }
    }
    return list;
}

static void check_same_lists(const ock_transforms *a, const ock_transforms *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const ock_transform *x = &a->of[i], *y = &b->of[i];
        assert_true(x->begin == y->begin && x->length == y->length && x->saved == y->saved &&
                    x->width == y->width && x->kind == y->kind && x->line_end == y->line_end &&
                    x->detail == y->detail);
    }
}

static void lists_come_back_from_their_code(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (size_t count = 0; count < 200; count += 1 + count / 3) {
        ock_transforms list = some_list(&random, count), back;
        uint8_t *coded;
        size_t bytes;
        assert_int_equal(ock_transforms_encode(&list, &coded, &bytes), OCK_OK);
        assert_true((coded != NULL) == (count > 0) && bytes <= 14 * count);
        if (count > 0) {
            assert_int_equal(ock_transforms_decode(coded, bytes, list.bytes, "it", &back), OCK_OK);
            check_same_lists(&list, &back);
            ock_transforms_free(&back);
        }
        free(coded);
        ock_transforms_free(&list);
    }
}

/* One bit or more are wrong, or the end is missing. */
static void damaged_lists(void **state)
{
    uint64_t random = 2;
    size_t refused = 0;
    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        ock_transforms list = some_list(&random, 1 + i % 20), back;
        uint8_t *coded;
        size_t bytes;
        assert_int_equal(ock_transforms_encode(&list, &coded, &bytes), OCK_OK);
        coded[below(&random, bytes)] ^= (uint8_t)(1 + below(&random, 255));
        bytes -= i % 3 == 0 ? below(&random, bytes) : 0;
        ock_status status = ock_transforms_decode(coded, bytes, list.bytes, "some name", &back);
        assert_true(status == OCK_OK || status == OCK_BAD_DATA);
        if (status == OCK_BAD_DATA) {
            assert_string_equal(ock_error_text(), "some name: its list of transforms is damaged");
            refused++;
        }
        ock_error_clear();
        ock_transforms_free(&back);
        ock_transforms_free(&list);
        free(coded);
    }
    assert_true(refused > 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_found),
        cmocka_unit_test(text_stands_beside_code),
        cmocka_unit_test(noise_has_none),
        cmocka_unit_test(known_bytes),
        cmocka_unit_test(all_come_back),
        cmocka_unit_test(any_bytes_are_code),
        cmocka_unit_test(changes_are_seen),
        cmocka_unit_test(rules),
        cmocka_unit_test(lists_come_back_from_their_code),
        cmocka_unit_test(damaged_lists),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
