/* SPDX-License-Identifier: MIT */
/* fuzz_repeats.c - the coded list of repeats of an .ock file: eight bytes say how long priors and input are, the others
 * are the code. A list obeys the rules and comes back from its own code; what it leaves is written and it is filled
 * in, within memory that is exactly as long as it should be, as byte by byte it would be. */
#include "fuzz.h"
#include "repeats/repeat_code.h"
#include "repeats/rest.h"
#include "shelf.h"

enum { HEAD = 8, MOST_PRIORS = 1 << 12, MOST_INPUT = 1 << 20 };

/* ---- a list ---- */

static void check_rules(const ock_repeats *repeats)
{
    uint64_t end = 0, taken = 0;
    for (size_t i = 0; i < repeats->count; i++) {
        const ock_repeat *r = &repeats->of[i];
        hold(r->target >= end && r->length > 0 && r->taken == taken);
        hold(r->target <= repeats->input_bytes && r->length <= repeats->input_bytes - r->target);
        hold(r->source < repeats->prior_bytes + r->target);
        end = r->target + r->length;
        taken += r->length;
    }
    hold(ock_repeats_rest(repeats) == repeats->input_bytes - taken);
}

/* Bytes are not compared: several codes may say the same. */
static void code_again(const ock_repeats *repeats)
{
    uint8_t *bytes = NULL;
    size_t count = 0;
    ock_repeats back;
    hold(ock_repeats_encode(repeats, &bytes, &count) == OCK_OK && count > 0);
    hold(ock_repeats_decode(bytes, count, repeats->prior_bytes, repeats->input_bytes, "its own",
                            &back) == OCK_OK);
    hold(back.count == repeats->count &&
         memcmp(back.of, repeats->of, back.count * sizeof *back.of) == 0);
    ock_repeats_free(&back);
    free(bytes);
}

/* What the priors and the rest say, byte by byte. */
static void make_text(const ock_repeats *repeats, uint8_t *text)
{
    uint8_t *input = text + repeats->prior_bytes;
    for (size_t i = 0; i < repeats->prior_bytes + repeats->input_bytes; i++) {
        text[i] = (uint8_t)(i * 31 + i / 251);
    }
    for (size_t i = 0; i < repeats->count; i++) {
        const ock_repeat *r = &repeats->of[i];
        for (uint64_t j = 0; j < r->length; j++) {
            input[r->target + j] = text[r->source + j];
        }
    }
}

/* The rest of the text's input into a new output, and the repeats behind it. */
static void fill(const ock_repeats *repeats, uint8_t *text)
{
    const size_t bytes = (size_t)repeats->input_bytes;
    uint8_t *output = memory_of(bytes), *rest = memory_of((size_t)ock_repeats_rest(repeats));
    shelf priors = {text, (size_t)repeats->prior_bytes}, from = {text + priors.count, bytes};
    shelf to = {output, bytes}, whole = {text, priors.count + bytes};
    ock_rest sides = {repeats, {read_shelf, &from}, {write_shelf, read_shelf, NULL, &to}};
    const ock_source source = ock_rest_source(&sides), before = {read_shelf, &priors};
    const ock_source all = {read_shelf, &whole};
    const ock_target target = ock_rest_target(&sides);
    const size_t left = (size_t)ock_repeats_rest(repeats);

    hold(source.read_at(source.context, 0, rest, left) == OCK_OK);
    hold(target.write_at(target.context, 0, rest, left) == OCK_OK);
    hold(ock_rest_fill(repeats, &before, &sides.output) == OCK_OK);
    hold(memcmp(output, text + priors.count, bytes) == 0);
    hold(ock_rest_check(repeats, &all, "fuzzed") == OCK_OK);
    free(rest);
    free(output);
}

static uint32_t number_of(const uint8_t *data)
{
    return data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes <= HEAD || number_of(data) > MOST_PRIORS || number_of(data + 4) > MOST_INPUT) {
        return 0;
    }
    ock_repeats repeats;
    const size_t count = bytes - HEAD;
    uint8_t *code = memory_of(count);
    memcpy(code, data + HEAD, count);
    const ock_status status =
        ock_repeats_decode(code, count, number_of(data), number_of(data + 4), "fuzzed", &repeats);
    check_rules(&repeats);
    if (status == OCK_OK) {
        uint8_t *text = memory_of((size_t)(repeats.prior_bytes + repeats.input_bytes));
        code_again(&repeats);
        make_text(&repeats, text);
        fill(&repeats, text);
        free(text);
    } else {
        hold(status == OCK_BAD_DATA && ock_error_text()[0] != '\0');
    }
    ock_error_clear();
    ock_repeats_free(&repeats);
    free(code);
    return 0;
}
