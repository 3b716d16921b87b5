/* SPDX-License-Identifier: MIT */
/* fuzz_layouts.c - layouts from outside: by the first byte a file whose header is read, the code of a list, or text of
 * one. What comes out keeps the rules, and comes back from its own code and text. */
#include "fuzz.h"
#include "layouts/find.h"
#include "layouts/region_code.h"
#include "shelf.h"

enum { MOST = 4096 };

static void check(const ock_regions *regions, uint64_t bytes)
{
    uint8_t *code;
    size_t count;
    ock_regions back;
    const size_t step = regions->count / MOST + 1; /* a million would take seconds */
    for (size_t i = 0; i < regions->count; i += step) {
        const ock_regions before = {.count = i, .of = regions->of};
        char text[OCK_REGION_TEXT_BYTES];
        ock_layout l;
        hold(ock_regions_allow(&before, &regions->of[i], bytes));
        ock_region_layout(&regions->of[i], regions->of[i].begin, &l);
        hold(ock_layout_is_sound(&l));
        hold(ock_regions_parse(ock_region_print(&regions->of[i], text), bytes, &back) == OCK_OK);
        hold(back.count == 1 && memcmp(back.of, &regions->of[i], sizeof *back.of) == 0);
        ock_regions_free(&back);
    }
    hold(ock_regions_encode(regions, &code, &count) == OCK_OK);
    if (count > 0) {
        hold(ock_regions_decode(code, count, bytes, "its own", &back) == OCK_OK);
        hold(ock_regions_equal(&back, regions));
        ock_regions_free(&back);
    }
    free(code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 2) {
        return 0;
    }
    ock_regions regions = {.of = NULL};
    const uint8_t *const content = data + 1;
    uint64_t length = UINT64_C(1) << 40;
    ock_status status;
    bytes--;
    if (data[0] == 'C') {
        status = ock_regions_decode(content, bytes, length, "fuzzed", &regions);
        hold(status == OCK_OK || status == OCK_BAD_DATA);
    } else if (data[0] == 'T') {
        char *text = calloc(bytes + 1, 1);
        hold(text != NULL);
        memcpy(text, content, bytes);
        status = ock_regions_parse(text, length, &regions);
        hold(status == OCK_OK || status == OCK_ENVIRONMENT);
        free(text);
    } else {
        shelf s = {memory_of(bytes), bytes};
        memcpy(s.bytes, content, bytes);
        const ock_source source = {read_shelf, &s};
        length = bytes;
        status = ock_regions_find(&source, bytes, NULL, NULL, &regions);
        hold(status == OCK_OK);
        free(s.bytes);
    }
    if (status == OCK_OK) {
        check(&regions, length);
    } else {
        hold(ock_error_text()[0] != '\0');
        ock_error_clear();
    }
    ock_regions_free(&regions);
    return 0;
}
