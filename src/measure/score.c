/* SPDX-License-Identifier: MIT */
/* score.c - items are dealt to ranks and threads, and scored one by one. */
#include "measure/score.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alive.h"

void ock_score_stretch(const uint32_t *fresh, const uint32_t *copied, size_t count,
                       ock_score *score)
{
    enum { DEAREST = 8 * OCK_COST_UNIT };
    int64_t sum = 0, best = 0;
    size_t begin = 0;
    score->begin = score->end = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t bounded = copied[i] < DEAREST ? copied[i] : DEAREST;
        sum += (int64_t)fresh[i] - (int64_t)copied[i] + OCK_COST_UNIT - bounded;
        if (sum <= 0) {
            sum = 0;
            begin = i + 1;
        } else if (sum > best) {
            best = sum;
            score->begin = begin;
            score->end = i + 1;
        }
    }
    score->evidence = (uint64_t)best / 2;
}

/* ---- one item ---- */

/* A pass over the items: with a scorer, or without one. */
typedef struct pass {
    const ock_scorer_setting *setting;
    const ock_scorer *scorer; /* NULL: items are coded alone */
    bool given;               /* the scorer is that of the corpus */
    const ock_texts *items;
    ock_range mine;     /* items of this rank */
    ock_score *scores;  /* (mine) */
    atomic_size_t next; /* item of mine that nobody has taken yet */
    atomic_int status;  /* of the first member that failed */
    ock_error error;    /* its message */
} pass;

static uint64_t sum_of(const uint32_t *costs, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += costs[i];
    }
    return sum;
}

static ock_status judge(const pass *p, const ock_judges *judges, const uint8_t *text, size_t count,
                        uint32_t *costs, ock_score *score)
{
    uint32_t *fresh = costs, *copied = costs + count;
    const ock_status status = ock_judges_say(judges, text, count, fresh, copied);
    if (status != OCK_OK) {
        return status;
    }
    const uint64_t one = sum_of(fresh, count), other = sum_of(copied, count);
    const uint64_t length = (one < other ? one : other) + OCK_COST_UNIT;
    if (p->given) {
        score->given = length;
        ock_score_stretch(fresh, copied, count, score);
        score->copied = ock_judges_find(judges, text, count);
    } else {
        score->without = length;
    }
    return OCK_OK;
}

static ock_status score_item(const pass *p, const ock_judges *judges, size_t number)
{
    const ock_text_part *part = &p->items->parts[p->mine.begin + number];
    const size_t count = part->end - part->begin;
    const uint8_t *text = p->items->bytes + part->begin;
    ock_score *score = &p->scores[number];
    if (count == 0) {
        return OCK_OK;
    }
    uint32_t *costs = malloc(2 * count * sizeof *costs);
    if (costs == NULL) {
        return ock_fail_memory(2 * count * sizeof *costs, "the costs of an item");
    }
    ock_status status;
    if (p->scorer != NULL) {
        status = judge(p, judges, text, count, costs, score);
    } else {
        status = ock_cost_alone(p->setting, text, count, costs);
        score->without = status == OCK_OK ? sum_of(costs, count) : 0;
    }
    free(costs);
    return status;
}

/* ---- all of a rank's ---- */

static void keep_failure(pass *p, ock_status status)
{
    int none = OCK_OK;
    if (status != OCK_OK && atomic_compare_exchange_strong(&p->status, &none, (int)status)) {
        ock_error_take(&p->error);
    }
}

/* Whoever takes an item scores it alone: who that is says nothing to its score. */
static void score_some(void *context, const ock_worker *me)
{
    pass *p = context;
    const size_t count = ock_range_length(p->mine);
    ock_judges judges = {.fresh = NULL};
    ock_status status = p->scorer != NULL ? ock_judges_open(p->scorer, &judges) : OCK_OK;
    while (status == OCK_OK && atomic_load(&p->status) == OCK_OK) {
        const size_t number = atomic_fetch_add(&p->next, 1);
        if (number >= count) {
            break;
        }
        status = score_item(p, &judges, number);
        if (me->index == 0) {
            ock_alive();
        }
    }
    keep_failure(p, status);
    ock_judges_close(&judges);
}

static ock_status run_pass(pass *p)
{
    atomic_init(&p->next, 0);
    atomic_init(&p->status, OCK_OK);
    ock_team_run(p->setting->team, score_some, p);
    const ock_status status = (ock_status)atomic_load(&p->status);
    if (status != OCK_OK) {
        ock_error_give(&p->error);
    }
    return status;
}

/* Learns a corpus, and scores the items by it; of the given one *forgotten is found. */
static ock_status pass_by(pass *p, const ock_texts *corpus, bool given, uint64_t *forgotten)
{
    ock_scorer *scorer = NULL;
    ock_status status = ock_scorer_learn(p->setting, corpus->bytes, corpus->count, &scorer);
    p->scorer = scorer;
    p->given = given;
    if (status == OCK_OK) {
        *forgotten += given ? ock_scorer_forgotten(scorer) : 0;
        status = run_pass(p);
    }
    p->scorer = NULL;
    ock_scorer_free(scorer);
    return status;
}

static ock_status score_mine(pass *p, const ock_scoring *what, uint64_t *forgotten)
{
    ock_status status = pass_by(p, &what->given, true, forgotten);
    if (status != OCK_OK) {
        return status;
    }
    return what->baseline.count > 0 ? pass_by(p, &what->baseline, false, forgotten) : run_pass(p);
}

/* ---- ranks ---- */

/* `bytes` bytes at *block, which other ranks get memory for. */
static ock_status share_block(ock_comm *comm, void **block, uint64_t bytes)
{
    ock_status status = OCK_OK;
    if (ock_comm_rank(comm) != 0) {
        *block = malloc(bytes + 1);
        status = *block == NULL ? ock_fail_memory(bytes, "a text") : OCK_OK;
    }
    status = ock_comm_agree(comm, status);
    return status != OCK_OK ? status : ock_comm_bcast(comm, *block, bytes);
}

/* Rank 0's text and places of parts reach the others; names don't. */
static ock_status share(ock_comm *comm, ock_texts *texts)
{
    uint64_t sizes[2] = {texts->count, texts->part_count};
    void *bytes = texts->bytes, *parts = texts->parts;
    ock_status status = ock_comm_bcast(comm, sizes, sizeof sizes);
    if (status == OCK_OK) {
        status = share_block(comm, &bytes, sizes[0]);
        texts->bytes = bytes;
    }
    if (status == OCK_OK) {
        status = share_block(comm, &parts, sizes[1] * sizeof *texts->parts);
        texts->parts = parts;
    }
    if (status == OCK_OK && ock_comm_rank(comm) != 0) {
        texts->count = sizes[0];
        texts->part_count = sizes[1];
        for (size_t i = 0; i < texts->part_count; i++) {
            texts->parts[i].name = NULL;
        }
    }
    return status;
}

static ock_status gather(ock_comm *comm, const ock_score *mine, size_t items, ock_score *scores)
{
    const size_t ranks = (size_t)ock_comm_size(comm);
    size_t *list = calloc(2 * ranks, sizeof *list);
    ock_status status = ock_comm_agree(
        comm, list == NULL ? ock_fail_memory(2 * ranks * sizeof *list, "the scores") : OCK_OK);
    for (size_t i = 0; i < ranks && list != NULL; i++) {
        const ock_range part = ock_part(items, ranks, i);
        list[i] = ock_range_length(part) * sizeof *mine;
        list[ranks + i] = part.begin * sizeof *mine;
    }
    if (status == OCK_OK) {
        status = ock_comm_gather(comm, mine, scores, list, list + ranks);
    }
    free(list);
    return status;
}

ock_status ock_score_items(ock_comm *comm, const ock_scorer_setting *setting, ock_scoring *what,
                           ock_score *scores, uint64_t *forgotten)
{
    ock_status status = share(comm, &what->given);
    if (status == OCK_OK) {
        status = share(comm, &what->baseline);
    }
    if (status == OCK_OK) {
        status = share(comm, &what->items);
    }
    if (status != OCK_OK) {
        return status;
    }
    const size_t items = what->items.part_count;
    pass p = {.setting = setting,
              .items = &what->items,
              .mine = ock_part(items, (size_t)ock_comm_size(comm), (size_t)ock_comm_rank(comm))};
    p.scores = calloc(ock_range_length(p.mine) + 1, sizeof *p.scores);
    *forgotten = 0;
    status = p.scores == NULL ? ock_fail_memory(0, "the scores") : score_mine(&p, what, forgotten);
    status = ock_comm_agree(comm, status);
    if (status == OCK_OK) {
        status = gather(comm, p.scores, items, scores);
    }
    free(p.scores);
    return status;
}
