/* SPDX-License-Identifier: MIT */
/* fuzz_transforms.c - the coded list of transforms of an .ock file: four bytes say how long the stream is, the others are
 * the code. A list obeys the rules and comes back from its own code; any bytes that stand for its spans are restored, and
 * read again as they were, within memory that is exactly as long as it should be. */
#include "base/bytes.h"
#include "fuzz.h"
#include "shelf.h"
#include "transforms/transform_list.h"
#include "transforms/turned.h"

enum { HEAD = 4, MOST = 1 << 20 };

static void check_rules(const ock_transforms *list)
{
    uint64_t end = 0, saved = 0;
    for (size_t i = 0; i < list->count; i++) {
        const ock_transform *t = &list->of[i];
        hold(t->begin >= end && t->length > 0 && t->saved == saved && t->begin <= list->bytes);
        hold(t->length <= list->bytes - t->begin && ock_transform_made(t) <= t->length);
        hold(ock_transform_made(t) > 0);
        end = t->begin + t->length;
        saved += t->length - ock_transform_made(t);
    }
    hold(ock_transforms_made(list) == list->bytes - saved);
}

static void code_again(const ock_transforms *list)
{
    uint8_t *bytes = NULL;
    size_t count = 0;
    ock_transforms back;
    hold(ock_transforms_encode(list, &bytes, &count) == OCK_OK && count > 0);
    hold(ock_transforms_decode(bytes, count, list->bytes, "its own", &back) == OCK_OK);
    hold(back.count == list->count);
    for (size_t i = 0; i < back.count; i++) {
        hold(back.of[i].begin == list->of[i].begin && back.of[i].length == list->of[i].length &&
             back.of[i].width == list->of[i].width && back.of[i].kind == list->of[i].kind);
    }
    ock_transforms_free(&back);
    free(bytes);
}

static void restore(const ock_transforms *list)
{
    const size_t bytes = (size_t)list->bytes, count = (size_t)ock_transforms_made(list);
    uint8_t *made = memory_of(count), *again = memory_of(count), *output = memory_of(bytes);
    shelf to = {output, bytes};
    ock_turned turned = {list, {read_shelf, &to}, {write_shelf, read_shelf, NULL, &to}};
    const ock_target target = ock_turned_target(&turned);
    const ock_source source = ock_turned_source(&turned);
    for (size_t i = 0; i < count; i++) {
        made[i] = (uint8_t)(i * 31 + i / 251);
    }
    hold(target.write_at(target.context, 0, made, count) == OCK_OK);
    hold(ock_turned_restore(list, &turned.output) == OCK_OK);
    hold(source.read_at(source.context, 0, again, count) == OCK_OK);
    hold(memcmp(made, again, count) == 0);
    hold(ock_turned_check(list, &turned.stream, "fuzzed") == OCK_OK);
    free(made);
    free(again);
    free(output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes <= HEAD || ock_get_le(data, HEAD) > MOST) {
        return 0;
    }
    ock_transforms list;
    const size_t count = bytes - HEAD;
    uint8_t *code = memory_of(count);
    memcpy(code, data + HEAD, count);
    const ock_status status =
        ock_transforms_decode(code, count, ock_get_le(data, HEAD), "fuzzed", &list);
    check_rules(&list);
    if (status == OCK_OK) {
        code_again(&list);
        restore(&list);
    } else {
        hold(status == OCK_BAD_DATA && ock_error_text()[0] != '\0');
    }
    ock_error_clear();
    ock_transforms_free(&list);
    free(code);
    return 0;
}
