/* SPDX-License-Identifier: MIT */
/* test_state.c - the walk over the state, with the real ports on one rank: a run that is saved at any
 * step and loaded into a fresh codec goes on to the same bytes; what is saved is the same whatever
 * the kernels; states that can't be are refused. */
#include "coding_fixture.h"

#include "contexts/contexts.h"
#include "io/file/spool.h"
#include "state/state_transfer.h"

enum { BYTES = 3000, LANES = 5, STATE_MOST = 1 << 27 };

static uint8_t text[BYTES];

/* A saved state, and what lies beside it. */
typedef struct saved {
    uint8_t *bytes; /* (STATE_MOST) */
    size_t count, read;
    ock_produced produced;
    uint64_t position;
} saved;

/* A run that can be stopped. */
typedef struct run {
    coding c;
    ock_keeping keeping;
    saved *save; /* where obey puts the state */
    uint64_t steps, save_at;
} run;

static void show(void *context, ock_state_visitor *visitor)
{
    run *r = context;
    ock_codec_state(r->c.codec, &r->c.port, visitor);
}

static ock_status append(void *context, void *bytes, size_t count)
{
    saved *s = context;
    assert_true(s->count + count <= STATE_MOST);
    memcpy(s->bytes + s->count, bytes, count);
    s->count += count;
    return OCK_OK;
}

static ock_status deliver(void *context, void *bytes, size_t count)
{
    saved *s = context;
    assert_true(s->read + count <= s->count);
    memcpy(bytes, s->bytes + s->read, count);
    s->read += count;
    return OCK_OK;
}

static ock_order decide(void *context, const ock_codec *codec)
{
    run *r = context;
    (void)codec;
    return ++r->steps == r->save_at ? OCK_ORDER_STOP : OCK_ORDER_NONE;
}

static ock_status obey(void *context, ock_codec *codec, ock_order order)
{
    run *r = context;
    const ock_state_owner owner = {show, r};
    assert_int_equal(order, OCK_ORDER_STOP);
    r->save->count = r->save->read = 0;
    r->save->position = codec->position;
    assert_int_equal(r->c.port.saving->flush(r->c.port.context, codec, &r->save->produced), OCK_OK);
    assert_int_equal(ock_state_save(comm, &r->c.plan.map, &owner, append, r->save), OCK_OK);
    return ock_fail(OCK_STOPPED, "stopped");
}

/* ---- runs ---- */

static void listen(run *r)
{
    r->keeping = (ock_keeping){.decide = decide, .obey = obey, .context = r};
    r->c.codec->keeping = &r->keeping;
}

static void start(run *r, const ock_plan *plan, const ock_kernels *kernels)
{
    *r = (run){0};
    coding_start(&r->c, plan, kernels, path_of("transcript"));
    listen(r);
}

static void start_decoder(run *r, const ock_plan *plan, const ock_kernels *kernels)
{
    *r = (run){0};
    coding_start_decoder(&r->c, plan, kernels, path_of("output"));
    listen(r);
}

static ock_status go_back(run *r, saved *s)
{
    const ock_state_owner owner = {show, r};
    ock_status status = r->c.port.saving->go_back(r->c.port.context, s->position, &s->produced);
    s->read = 0;
    if (status == OCK_OK) {
        status = ock_state_load(comm, &r->c.plan.map, &owner, deliver, s);
    }
    if (status == OCK_OK) {
        status = ock_codec_restored(r->c.codec, &r->c.port);
    }
    return status;
}

static saved new_saved(void)
{
    return (saved){.bytes = fixture_memory(1, STATE_MOST)};
}

static size_t load_file(const char *name, uint8_t *bytes, size_t most)
{
    FILE *file = fopen(path_of(name), "rb");
    assert_non_null(file);
    size_t count = fread(bytes, 1, most, file);
    fclose(file);
    return count;
}

static void assert_same_files(const char *a, const char *b)
{
    enum { MOST = 100000 };
    static uint8_t first[MOST], second[MOST];
    size_t count = load_file(a, first, MOST);
    assert_int_equal(load_file(b, second, MOST), count);
    assert_memory_equal(first, second, count);
}

/* ---- configurations ---- */

static const predictor predictors[] = {
    {1, 0, 2, 0.9f, OCK_LAYER_RECURRENT}, {1, 0, 1, 0, OCK_LAYER_RECURRENT},
    {0, 1, 0, 0, OCK_LAYER_RECURRENT},    {1, 1, 1, 0, OCK_LAYER_RECURRENT},
    {1, 0, 1, 0, OCK_LAYER_LSTM},         {1, 0, 1, 0, OCK_LAYER_TRANSFORMER},
    {1, 0, 1, 0, OCK_LAYER_SSM},          {1, 0, 1, 0, OCK_LAYER_NONE}};
enum { PREDICTORS = sizeof predictors / sizeof predictors[0] };
static const ock_lane_map map = {BYTES, LANES, 2, 2};

static void encode_reference(const ock_plan *plan)
{
    run whole;
    start(&whole, plan, fixture_kernels());
    coding_finish(&whole.c, "ock");
    coding_end(&whole.c);
}

/* ---- tests ---- */

/* The run is stopped, the process dies, another goes on with other kernels. */
static void encoder_goes_on(const ock_plan *plan, uint64_t save_at)
{
    const ock_kernels *kernels[FIXTURE_MAX_KERNELS];
    size_t count = fixture_all_kernels(kernels);
    saved s = new_saved();
    run first, second;
    unlink(path_of("transcript"));
    start(&first, plan, kernels[0]);
    first.save = &s;
    first.save_at = save_at;
    assert_int_equal(ock_codec_run(first.c.codec, &first.c.port), OCK_STOPPED);
    coding_end(&first.c);
    start(&second, plan, kernels[count - 1]);
    assert_int_equal(go_back(&second, &s), OCK_OK);
    assert_true(s.read == s.count && second.c.codec->position == s.position);
    coding_finish(&second.c, "resumed");
    coding_end(&second.c);
    assert_same_files("resumed", "ock");
    free(s.bytes);
}

static void decoder_goes_on(const ock_plan *plan, uint64_t save_at)
{
    const ock_kernels *kernels[FIXTURE_MAX_KERNELS];
    size_t count = fixture_all_kernels(kernels);
    saved s = new_saved();
    run first, second;
    unlink(path_of("output"));
    start_decoder(&first, plan, kernels[count - 1]);
    first.save = &s;
    first.save_at = save_at;
    assert_int_equal(ock_codec_run(first.c.codec, &first.c.port), OCK_STOPPED);
    coding_end(&first.c);
    start_decoder(&second, plan, kernels[0]);
    assert_int_equal(go_back(&second, &s), OCK_OK);
    assert_int_equal(ock_codec_run(second.c.codec, &second.c.port), OCK_OK);
    assert_int_equal(ock_decode_port_finish(second.c.decoder), OCK_OK);
    coding_end(&second.c);
    assert_same_files("output", "in");
    free(s.bytes);
}

static void every_predictor_goes_on(void **state)
{
    static const uint64_t at[] = {1, 2, 7, 37};
    (void)state;
    for (size_t k = 0; k < PREDICTORS; k++) {
        ock_plan plan = coding_plan(&map, &predictors[k], 12);
        encode_reference(&plan);
        for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
            encoder_goes_on(&plan, at[i]);
            decoder_goes_on(&plan, at[i]);
        }
    }
}

/* Scalar and vector kernels hold the same state at the same step, byte for byte. */
static void state_depends_on_no_kernels(void **state)
{
    const ock_kernels *kernels[FIXTURE_MAX_KERNELS];
    size_t count = fixture_all_kernels(kernels);
    saved first = new_saved(), other = new_saved();
    ock_plan plan = coding_plan(&map, &predictors[3], 12);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        run r;
        unlink(path_of("transcript"));
        start(&r, &plan, kernels[i]);
        r.save = i == 0 ? &first : &other;
        r.save_at = 20;
        assert_int_equal(ock_codec_run(r.c.codec, &r.c.port), OCK_STOPPED);
        coding_end(&r.c);
        if (i == 0) {
            continue;
        }
        assert_int_equal(other.count, first.count);
        assert_memory_equal(other.bytes, first.bytes, first.count);
    }
    free(first.bytes);
    free(other.bytes);
}

/* Parts of a walk that is only looked at: names are unique runs, sizes add up, one rank holds all. */
typedef struct census {
    size_t bytes, parts;
} census;

static ock_status count_part(void *context, const ock_state_part *part)
{
    census *c = context;
    assert_non_null(part->data);
    assert_true(part->count > 0 && part->element > 0);
    assert_true(strlen(part->name) > 0 && strchr(part->name, ' ') == NULL);
    c->bytes += part->count * part->element;
    c->parts++;
    return OCK_OK;
}

static void description_names_every_byte(void **state)
{
    ock_plan plan = coding_plan(&map, &predictors[3], 12);
    run r;
    census c = {0, 0};
    ock_state_visitor visitor = {.visit = count_part, .context = &c};
    char *text_of_state = NULL;
    uint64_t bytes = 0;
    (void)state;
    unlink(path_of("transcript"));
    start(&r, &plan, fixture_kernels());
    show(&r, &visitor);
    assert_int_equal(visitor.status, OCK_OK);
    const ock_state_owner owner = {show, &r};
    assert_int_equal(ock_state_describe(&owner, &text_of_state, &bytes), OCK_OK);
    assert_true(bytes == c.bytes);
    size_t sum = 0, lines = 0;
    for (char *line = strtok(text_of_state, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *at = strchr(line, ' ');
        assert_non_null(at);
        const unsigned long long element = strtoull(at, &at, 10), count = strtoull(at, &at, 10);
        assert_true(*at == '\0');
        sum += element * count;
        lines++;
    }
    assert_true(sum == bytes && lines > 30);
    free(text_of_state);
    coding_end(&r.c);
}

/* ---- control: a part of the state that is not loaded shows ---- */

/* Loads all parts but one tensor's. */
typedef struct partial {
    saved *from;
    const char *without;
    bool differs; /* what is not loaded is not what the run has at its start anyway */
} partial;

static ock_status load_unless(void *context, const ock_state_part *part)
{
    partial *p = context;
    size_t bytes = part->element * part->count;
    if (strcmp(part->name, p->without) != 0) {
        memcpy(part->data, p->from->bytes + p->from->read, bytes);
    } else {
        p->differs |= memcmp(part->data, p->from->bytes + p->from->read, bytes) != 0;
    }
    p->from->read += bytes;
    return OCK_OK;
}

/* Digest of all lanes' transcripts and of the state at the end when the run went on without the
 * tensor; zeros when it didn't. -> whether the tensor has changed since the start. */
static bool end_without(const ock_plan *plan, saved *s, const char *name, uint8_t digest[32])
{
    run r;
    partial p = {s, name, false};
    ock_state_visitor visitor = {.visit = load_unless, .context = &p};
    ock_encode_result result;
    ock_produced produced;
    start(&r, plan, fixture_kernels());
    assert_int_equal(r.c.port.saving->go_back(r.c.port.context, s->position, &s->produced), OCK_OK);
    s->read = 0;
    show(&r, &visitor);
    memset(digest, 0, 32);
    if (ock_codec_restored(r.c.codec, &r.c.port) == OCK_OK &&
        ock_codec_run(r.c.codec, &r.c.port) == OCK_OK &&
        ock_encode_port_finish(r.c.encoder, &result) == OCK_OK &&
        ock_spool_flush(r.c.spool, &produced.bytes, produced.digest) == OCK_OK) {
        memcpy(digest, produced.digest, sizeof produced.digest);
        for (size_t i = 0; i < OCK_MARK_BYTES; i++) { /* of the chain's beginning and its end */
            digest[i] ^= r.c.codec->chain.digests[0][i] ^
                         r.c.codec->chain.digests[r.c.codec->chain.marks - 1][i];
        }
    }
    coding_end(&r.c);
    return p.differs;
}

/* A run that ends where its state is saved. */
static void run_to_save(run *r, const ock_plan *plan, saved *s)
{
    unlink(path_of("transcript"));
    start(r, plan, fixture_kernels());
    r->save = s;
    r->save_at = 10;
    assert_int_equal(ock_codec_run(r->c.codec, &r->c.port), OCK_STOPPED);
}

/* A byte of the loaded state altered: refused, or it runs to its end without a crash. */
static void altered_states_are_survived(void **state)
{
    ock_plan plan = coding_plan(&map, &predictors[2], 12);
    saved s = new_saved();
    run r;
    size_t refused = 0;
    (void)state;
    run_to_save(&r, &plan, &s);
    coding_end(&r.c);
    for (uint64_t try = 0; try < 60; try++) {
        /* Half of them near the end, where coders and places are. */
        size_t at = try % 2 ? s.count - 1 - fixture_bits(3, try) % 400
                            : (size_t)(fixture_bits(3, try) % s.count);
        uint8_t before = s.bytes[at];
        s.bytes[at] ^= (uint8_t)(fixture_bits(4, try) | 0x80);
        start(&r, &plan, fixture_kernels());
        if (go_back(&r, &s) != OCK_OK) {
            refused++;
        } else {
            assert_true(ock_codec_run(r.c.codec, &r.c.port) <= OCK_INTERNAL);
        }
        coding_end(&r.c);
        s.bytes[at] = before;
    }
    print_message("%zu of 60 altered states refused at once\n", refused);
    free(s.bytes);
}

/* Saved in the middle of the input, a run ends otherwise when a tensor is not loaded: each of those
 * whose names begin with `prefix` but not with `besides`. */
static void assert_tensors_matter(const ock_plan *plan, const char *prefix, const char *besides)
{
    saved s = new_saved();
    run r;
    char *lines = NULL;
    uint64_t bytes;
    uint8_t whole[32], partly[32];
    unlink(path_of("transcript"));
    start(&r, plan, fixture_kernels());
    r.save = &s;
    r.save_at = 20;
    assert_int_equal(ock_codec_run(r.c.codec, &r.c.port), OCK_STOPPED);
    const ock_state_owner owner = {show, &r};
    assert_int_equal(ock_state_describe(&owner, &lines, &bytes), OCK_OK);
    coding_end(&r.c);
    (void)end_without(plan, &s, "", whole);
    for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char name[64];
        assert_int_equal(sscanf(line, "%63s", name), 1);
        if (strncmp(name, prefix, strlen(prefix)) != 0 ||
            strncmp(name, besides, strlen(besides)) == 0) {
            continue;
        }
        const bool changed = end_without(plan, &s, name, partly);
        if (changed && memcmp(whole, partly, sizeof whole) == 0) {
            fail_msg("the run ends the same without %s", name);
        }
    }
    free(lines);
    free(s.bytes);
}

static void every_tensor_matters(void **state)
{
    const ock_lane_map two_lanes = {BYTES / 2, 2, 1, 1};
    static uint8_t bracketed[BYTES / 2]; /* one is open to the end */
    ock_plan plan = coding_plan(&two_lanes, &predictors[3], 20);
    (void)state;
    plan.config.beta1 = 0.5f;
    plan.config.contexts = OCK_MAX_CONTEXTS; /* all that is tracked is used */
    memcpy(bracketed, text, sizeof bracketed);
    bracketed[1] = '(';
    write_input(bracketed, BYTES / 2);
    assert_tensors_matter(&plan, "", "regular.");
    write_input(text, BYTES);
}

/* A gene again and again, in which some bases are other ones. */
static void state_of_bases_matters(void **state)
{
    static const char *const prefixes[] = {"contexts.bases", "maps.copy", "lane.copy", "base_mixer",
                                           "base_last_mixer"};
    const ock_lane_map one_lane = {BYTES, 1, 1, 1};
    static uint8_t bases[BYTES];
    ock_plan plan = coding_plan(&one_lane, &predictors[3], 20);
    (void)state;
    for (size_t i = 0; i < BYTES; i++) {
        const uint64_t gene = fixture_bits(31, i % 200), other = fixture_bits(32, i);
        bases[i] = (uint8_t) "ACGT"[(gene + (other % 16 == 0)) & 3];
    }
    write_input(bases, BYTES);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        assert_tensors_matter(&plan, prefixes[i], "regular.");
    }
    write_input(text, BYTES);
}

/* Zeros, but for some bytes before the run is saved. */
static void regularity_matters(void **state)
{
    ock_plan plan = coding_plan(&map, &predictors[3], 12);
    (void)state;
    plan.config.light_after = 48;
    memset(text, 0, BYTES);
    for (size_t at = 60; at < 300; at += 60) {
        text[at] = 'x';
    }
    write_input(text, BYTES);
    assert_tensors_matter(&plan, "regular.", "regular.length");
}

static int set_up(void **state)
{
    if (coding_set_up(state) != 0) {
        return -1;
    }
    fixture_text(text, BYTES, 5);
    write_input(text, BYTES);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_predictor_goes_on),
        cmocka_unit_test(state_depends_on_no_kernels),
        cmocka_unit_test(description_names_every_byte),
        cmocka_unit_test(altered_states_are_survived),
        cmocka_unit_test(every_tensor_matters),
        cmocka_unit_test(state_of_bases_matters),
        cmocka_unit_test(regularity_matters), /* the last: changes the input */
    };
    return ock_run_cases(argc, argv, tests, set_up, coding_tear_down);
}
