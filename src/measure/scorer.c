/* SPDX-License-Identifier: MIT */
/* scorer.c - a codec learns a corpus; two readers of its mixing stage are asked what texts cost. */
#include "measure/scorer.h"

#include <stdlib.h>
#include <string.h>

#include "base/alive.h"
#include "codec/study.h"
#include "coder/coder.h"
#include "measure/scorer_state.h"

struct ock_scorer {
    ock_comm *comm;
    ock_codec *codec;
    ock_reader *copied; /* has been taught copies */
    ock_memory *memory;
    const char *before; /* what stands before a text */
};

/* ---- learning ---- */

static ock_status read_text(void *context, uint64_t offset, void *bytes, size_t count)
{
    memcpy(bytes, (const uint8_t *)context + offset, count);
    ock_alive();
    return OCK_OK;
}

/* log2 of the history in which each lane has room for all its symbols. */
static uint32_t history_bits(const ock_lane_map *map)
{
    enum { LEAST = 12, MOST = 28 };
    const uint32_t lanes = ock_bits_for(map->lanes, 0, MOST);
    return ock_bits_for(ock_lane_length(map, 0) << lanes, LEAST, MOST);
}

/* The plan of learning so many bytes. */
static ock_status make_plan(const ock_wishes *wishes, uint64_t bytes, ock_plan *plan)
{
    ock_wishes all = *wishes;
    all.config.network = 0;
    all.config.mixing = 1;
    all.config.light_after = 0; /* everything is counted */
    ock_status status = ock_plan_make(bytes, &all, plan);
    if (status == OCK_OK && wishes->config.match_bits == 0) {
        plan->config.match_bits = history_bits(&plan->map);
    }
    plan->map.groups = 1; /* all lanes in one group: readers see what all have learned */
    return status;
}

/* A codec that can learn so many bytes, and its communicator; the caller frees both, after a failure too. */
static ock_status make_codec(const ock_scorer_setting *setting, const ock_wishes *wishes,
                             uint64_t bytes, ock_comm **comm, ock_codec **codec)
{
    ock_plan plan;
    ock_status status = ock_comm_alone(comm);
    if (status == OCK_OK) {
        status = make_plan(wishes, bytes, &plan);
    }
    return status != OCK_OK ? status
                            : ock_codec_new(*comm, setting->memory, setting->kernels, &plan, codec);
}

static uint64_t next_random(uint64_t *state) /* Marsaglia, "Xorshift RNGs" (2003) */
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* A word from anywhere, with the blank before it, to be read in place of another one. */
static ock_range any_word(const uint8_t *text, uint64_t bytes, uint64_t *random)
{
    enum { LONGEST = 16 };
    uint64_t at = next_random(random) % bytes;
    while (at < bytes && text[at] > ' ') {
        at++;
    }
    uint64_t end = at + (at < bytes);
    while (end < bytes && end - at < LONGEST && text[end] > ' ') {
        end++;
    }
    return (ock_range){at < bytes ? at + 1 : at, end};
}

static ock_status teach(ock_reader *reader, const uint8_t *text, uint64_t begin, uint64_t end)
{
    ock_status status = OCK_OK;
    for (uint64_t i = begin; i < end && status == OCK_OK; i++) {
        status = ock_reader_learn(reader, text[i]);
    }
    return status;
}

/* A passage of the text, in which one word in ten or so is another one. */
static ock_status teach_passage(const ock_scorer *s, const uint8_t *text, uint64_t bytes,
                                ock_range passage, uint64_t *random)
{
    enum { ONE_IN = 10 };
    ock_status status = OCK_OK;
    ock_reader_start(s->copied, s->before);
    for (uint64_t i = passage.begin; i < passage.end && status == OCK_OK;) {
        const bool begins = i > passage.begin && text[i - 1] <= ' ';
        if (begins && next_random(random) % ONE_IN == 0) {
            const ock_range word = any_word(text, bytes, random);
            status = teach(s->copied, text, word.begin, word.end);
            while (i < passage.end && text[i] > ' ') {
                i++;
            }
        } else {
            status = teach(s->copied, text, i, i + 1);
            i++;
        }
    }
    return status;
}

/* As much as the corpus has, at most 400 passages of 512 bytes, chosen by chance, always the same. */
static ock_status teach_copies(ock_scorer *s, const uint8_t *text, uint64_t bytes)
{
    enum { MOST = 400, LENGTH = 512 };
    const uint64_t passages = bytes / LENGTH + 1 < MOST ? bytes / LENGTH + 1 : MOST;
    uint64_t random = UINT64_C(88172645463325252);
    ock_status status = ock_reader_new(s->memory, s->codec->mixing, &s->copied);
    if (status == OCK_OK) {
        status = ock_reader_own(s->copied);
    }
    for (uint64_t i = 0; i < passages && status == OCK_OK; i++) {
        const uint64_t at = bytes > LENGTH ? next_random(&random) % (bytes - LENGTH) : 0;
        const uint64_t end = bytes - at < LENGTH ? bytes : at + LENGTH;
        status = teach_passage(s, text, bytes, (ock_range){at, end}, &random);
        ock_alive();
    }
    return status;
}

static ock_status study(ock_scorer *s, const uint8_t *text, uint64_t bytes)
{
    const ock_source source = {read_text, (void *)text};
    return ock_study(s->codec, &source, bytes);
}

/* Or finds what was learned before. */
static ock_status study_once(ock_scorer *s, const ock_scorer_setting *setting, const uint8_t *text,
                             uint64_t bytes)
{
    ock_scorer_state state;
    bool found = false;
    ock_status status = ock_scorer_state_name(setting->state, &s->codec->plan, text, bytes, &state);
    if (status == OCK_OK) {
        status = ock_scorer_state_load(&state, s->codec, &found);
    }
    if (status == OCK_OK && !found) {
        status = study(s, text, bytes);
        if (status == OCK_OK && setting->keeps) {
            status = ock_scorer_state_save(&state, s->codec);
        }
    }
    ock_scorer_state_clear(&state);
    return status;
}

static ock_status learn(ock_scorer *s, const ock_scorer_setting *setting, const uint8_t *text,
                        uint64_t bytes)
{
    ock_status status = make_codec(setting, &setting->wishes, bytes, &s->comm, &s->codec);
    if (status == OCK_OK) {
        ock_codec_use_team(s->codec, setting->team);
        status =
            setting->state != NULL ? study_once(s, setting, text, bytes) : study(s, text, bytes);
    }
    return status != OCK_OK ? status : teach_copies(s, text, bytes);
}

ock_status ock_scorer_learn(const ock_scorer_setting *setting, const uint8_t *text, uint64_t bytes,
                            ock_scorer **scorer)
{
    ock_scorer *s = calloc(1, sizeof *s);
    *scorer = NULL;
    if (s == NULL) {
        return ock_fail_memory(sizeof *s, "a scorer");
    }
    s->memory = setting->memory;
    s->before = setting->folded ? " " : "\n\n";
    const ock_status status = learn(s, setting, text, bytes);
    if (status != OCK_OK) {
        ock_scorer_free(s);
        return status;
    }
    *scorer = s;
    return OCK_OK;
}

void ock_scorer_free(ock_scorer *s)
{
    if (s != NULL) {
        ock_reader_free(s->copied);
        ock_codec_free(s->codec);
        ock_comm_free(s->comm);
        free(s);
    }
}

uint64_t ock_scorer_forgotten(const ock_scorer *s)
{
    uint64_t forgotten = 0;
    for (uint32_t lane = 0; lane < s->codec->plan.map.lanes; lane++) {
        const ock_reader_history h = ock_reader_history_of(s->copied, lane);
        forgotten += h.written - h.bytes;
    }
    return forgotten;
}

/* ---- being asked ---- */

ock_status ock_judges_open(const ock_scorer *s, ock_judges *judges)
{
    *judges = (ock_judges){.scorer = s};
    ock_status status = ock_reader_new(s->memory, s->codec->mixing, &judges->fresh);
    return status != OCK_OK ? status : ock_reader_new_like(s->memory, s->copied, &judges->copied);
}

void ock_judges_close(ock_judges *judges)
{
    ock_reader_free(judges->fresh);
    ock_reader_free(judges->copied);
}

static uint32_t cost_of(ock_interval interval)
{
    return (uint32_t)(ock_code_length_q24(interval) >> 8);
}

static ock_status say(ock_reader *reader, const char *before, const uint8_t *text, size_t count,
                      uint32_t *costs)
{
    ock_status status = OCK_OK;
    ock_reader_start(reader, before);
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        ock_interval interval = {0, 1};
        status = ock_reader_code(reader, text[i], &interval);
        costs[i] = cost_of(interval);
    }
    return status;
}

ock_status ock_judges_say(const ock_judges *judges, const uint8_t *text, size_t count,
                          uint32_t *fresh, uint32_t *copied)
{
    ock_status status = say(judges->fresh, judges->scorer->before, text, count, fresh);
    return status != OCK_OK ? status
                            : say(judges->copied, judges->scorer->before, text, count, copied);
}

/* How many symbols of the text before `end` equal those of the history before `place`. */
static uint64_t equal_before(const ock_reader_history *h, uint64_t place, const uint8_t *text,
                             size_t end)
{
    const uint64_t kept = h->bytes - (h->written - place); /* what came before is overwritten */
    uint64_t length = 0;
    while (length < end && length < kept &&
           h->ring[(place - 1 - length) & h->mask] == text[end - 1 - length]) {
        length++;
    }
    return length;
}

/* A place in a ring as one in the lane, one of the newest h->bytes: those behind the newest symbol are older by a
 * turn. */
static uint64_t unrolled(const ock_reader_history *h, uint64_t place)
{
    const uint64_t turn = (h->written & ~h->mask) + place;
    return turn <= h->written ? turn : turn - h->mask - 1;
}

ock_copied ock_judges_find(const ock_judges *judges, const uint8_t *text, size_t count)
{
    const ock_lane_map *map = &judges->scorer->codec->plan.map;
    ock_reader *reader = judges->fresh;
    ock_copied best = {0, 0, 0};
    ock_reader_start(reader, "");
    for (size_t end = 1; end <= count; end++) {
        ock_reader_place places[OCK_READER_PLACES];
        ock_reader_look(reader, text[end - 1]);
        const size_t found = ock_reader_places(reader, places);
        for (size_t i = 0; i < found; i++) {
            const ock_reader_history h = ock_reader_history_of(reader, places[i].lane);
            const uint64_t place = unrolled(&h, places[i].place);
            const uint64_t length = equal_before(&h, place, text, end);
            if (length > best.bytes) {
                const uint64_t lane = ock_lane_begin(map, (uint32_t)places[i].lane);
                best = (ock_copied){end - length, length, lane + place - length};
            }
        }
    }
    return best;
}

/* ---- nothing but the text ---- */

static ock_status code_alone(ock_codec *codec, const uint8_t *text, size_t count, uint32_t *costs)
{
    ock_status status = OCK_OK;
    for (size_t i = 0; i < count && status == OCK_OK; i++) {
        ock_choice choice = {.symbol = text[i]};
        status = ock_mixing_code(codec->mixing, 0, NULL, &choice);
        *ock_history_at(&codec->history, 0, 0) = text[i];
        ock_mixing_learn(codec->mixing, &codec->history, 0, 1);
        costs[i] = cost_of(choice.interval);
    }
    return status;
}

/* A short text teaches few weights anything. */
static void simplify(ock_config *config)
{
    enum { CONTEXTS = 16, SETS = 2 };
    config->contexts = config->contexts < CONTEXTS ? config->contexts : CONTEXTS;
    config->sets = config->sets < SETS ? config->sets : SETS;
    config->estimations = 0;
}

ock_status ock_cost_alone(const ock_scorer_setting *setting, const uint8_t *text, size_t count,
                          uint32_t *costs)
{
    ock_comm *comm = NULL;
    ock_codec *codec = NULL;
    ock_wishes wishes = setting->wishes;
    wishes.lanes = wishes.shards = 1;
    simplify(&wishes.config);
    ock_status status = make_codec(setting, &wishes, count, &comm, &codec);
    if (status == OCK_OK) {
        status = code_alone(codec, text, count, costs);
    }
    ock_codec_free(codec);
    ock_comm_free(comm);
    return status;
}
