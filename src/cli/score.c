/* SPDX-License-Identifier: MIT */
/* score.c - the score command: reads corpus and items, has them scored, reports. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/corpus.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/score_report.h"
#include "cli/side_file.h"
#include "io/file/file_kind.h"
#include "measure/fold.h"

/* What rank 0 has read, and what was made of it. */
typedef struct command {
    const ock_session *session;
    ock_scoring what;
    ock_texts corpus; /* as it was given, where it was folded: else without bytes */
    ock_score *scores;
    uint64_t *places; /* of what was copied, in the corpus as it was given */
    size_t *order;
} command;

/* ---- what is read ---- */

static ock_status choose_kind(const ock_options *o, const char *path, ock_item_kind *kind)
{
    static const char *const names[] = {[OCK_ITEM_LINE] = "line", "paragraph", "file", "json"};
    enum { KINDS = sizeof names / sizeof names[0] };
    const char *by = o->by;
    if (by == NULL) {
        by = o->field != NULL ? "json" : ock_corpus_is_directory(path) ? "file" : "line";
    }
    size_t k = 0;
    while (k < KINDS && strcmp(by, names[k]) != 0) {
        k++;
    }
    if (k == KINDS) {
        return ock_fail(OCK_ENVIRONMENT, "--by %s: expected line, paragraph, file or json", by);
    }
    *kind = (ock_item_kind)k;
    if ((*kind == OCK_ITEM_FIELD) != (o->field != NULL)) {
        return ock_fail(OCK_ENVIRONMENT, o->field != NULL ? "--field is for --by json"
                                                          : "--by json needs --field NAME");
    }
    return OCK_OK;
}

static ock_status read_given(const ock_options *o, ock_texts *given)
{
    const size_t more = o->operand_count - 1;
    ock_status status = OCK_OK;
    for (size_t i = 0; i < o->given_count + more && status == OCK_OK; i++) {
        status = ock_texts_read(given,
                                i < o->given_count ? o->given[i] : o->operands[i - o->given_count]);
    }
    return status;
}

static ock_status read_items(const ock_options *o, ock_texts *items)
{
    const char *path = o->operands[o->operand_count - 1];
    ock_texts files = {.bytes = NULL};
    ock_item_kind kind = OCK_ITEM_LINE;
    ock_status status = choose_kind(o, path, &kind);
    if (status == OCK_OK) {
        status = ock_texts_read(&files, path);
    }
    if (status == OCK_OK) {
        status = ock_texts_cut(&files, path, kind, o->field, items);
    }
    ock_texts_clear(&files);
    return status;
}

/* What has nothing to be learned from. */
static ock_status check_bytes(const command *c, const ock_texts *texts, const char *path,
                              const char *what)
{
    return texts->count > 0
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "%s: the %s %s: there is nothing to learn", path, what,
                          c->session->options->fold ? "has neither letters nor digits"
                                                    : "is empty");
}

/* A file of the program's own is read as it is, which is hardly what was meant. */
static void warn_of_compressed(const command *c)
{
    const ock_texts *given = &c->what.given;
    for (size_t i = 0; i < given->part_count; i++) {
        const ock_text_part *file = &given->parts[i];
        if (file->end - file->begin >= OCK_MAGIC_BYTES &&
            ock_magic_kind(given->bytes + file->begin) == OCK_FILE_CONTAINER) {
            ock_report_line(c->session->run.report, OCK_REPORT_WARNING,
                            "%s: is compressed: what it was made from is not looked for in it",
                            file->name);
        }
    }
}

/* The text as it was given is kept, in c->corpus: where things are in it is to be said. */
static ock_status fold_given(command *c)
{
    ock_texts *given = &c->what.given;
    const ock_texts raw = *given;
    given->bytes = malloc(raw.count + 1);
    given->parts = calloc(raw.part_count + 1, sizeof *raw.parts);
    given->room = raw.part_count + 1;
    c->corpus = raw;
    if (given->bytes == NULL || given->parts == NULL) {
        given->part_count = given->count = 0;
        return ock_fail_memory(raw.count, "the folded corpus");
    }
    memcpy(given->bytes, raw.bytes, raw.count);
    for (size_t i = 0; i < raw.part_count; i++) {
        given->parts[i] = raw.parts[i];
        given->parts[i].name = NULL;
    }
    ock_texts_fold(given);
    return OCK_OK;
}

static ock_status read_all(command *c)
{
    const ock_options *o = c->session->options;
    ock_status status = read_items(o, &c->what.items);
    if (status == OCK_OK) {
        status = read_given(o, &c->what.given);
    }
    if (status == OCK_OK) {
        warn_of_compressed(c);
    }
    if (status == OCK_OK && o->baseline != NULL) {
        status = ock_texts_read(&c->what.baseline, o->baseline);
    }
    if (status == OCK_OK && o->fold) {
        status = fold_given(c);
        ock_texts_fold(&c->what.baseline);
        ock_texts_fold(&c->what.items);
    }
    if (status == OCK_OK) {
        status = check_bytes(c, &c->what.given, o->given[0], "corpus");
    }
    if (status == OCK_OK && o->baseline != NULL) {
        status = check_bytes(c, &c->what.baseline, o->baseline, "baseline");
    }
    if (status == OCK_OK) {
        c->scores = calloc(c->what.items.part_count, sizeof *c->scores);
        status = c->scores == NULL ? ock_fail_memory(0, "the scores") : OCK_OK;
    }
    return status;
}

/* ---- what is said ---- */

typedef struct numbered {
    uint64_t key;
    size_t item;
} numbered;

static int compare(const void *a, const void *b)
{
    const numbered *x = a, *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->item < y->item ? -1 : x->item > y->item;
}

/* The items by a key, in ascending order; of equals as they come. The caller frees it. */
static numbered *sorted(const command *c, uint64_t (*key)(const ock_score *score))
{
    const size_t count = c->what.items.part_count;
    numbered *list = calloc(count, sizeof *list);
    for (size_t i = 0; i < count && list != NULL; i++) {
        list[i] = (numbered){key(&c->scores[i]), i};
    }
    if (list != NULL) {
        qsort(list, count, sizeof *list, compare);
    }
    return list;
}

static uint64_t by_evidence(const ock_score *score)
{
    return UINT64_MAX - score->evidence;
}

static uint64_t by_place(const ock_score *score)
{
    return score->copied.at;
}

/* Places in one folded file, of items [begin, end) of the list, become places in the file as it was. */
static void unfold_file(command *c, size_t file, const numbered *list, size_t begin, size_t end,
                        size_t *places)
{
    const ock_text_part *folded = &c->what.given.parts[file], *raw = &c->corpus.parts[file];
    for (size_t i = begin; i < end; i++) {
        places[i] = list[i].key - folded->begin;
    }
    ock_fold_origins(c->corpus.bytes + raw->begin, raw->end - raw->begin, places + begin,
                     end - begin);
    for (size_t i = begin; i < end; i++) {
        c->places[list[i].item] = raw->begin + places[i];
    }
}

static ock_status unfold_places(command *c)
{
    const size_t count = c->what.items.part_count;
    numbered *list = sorted(c, by_place);
    size_t *places = calloc(count, sizeof *places);
    ock_status status = list == NULL || places == NULL ? ock_fail_memory(0, "the places") : OCK_OK;
    size_t begin = 0;
    for (size_t f = 0; f < c->corpus.part_count && status == OCK_OK; f++) {
        size_t end = begin;
        while (end < count && list[end].key < c->what.given.parts[f].end) {
            end++;
        }
        unfold_file(c, f, list, begin, end, places);
        begin = end;
    }
    free(places);
    free(list);
    return status;
}

static ock_status find_places(command *c)
{
    const size_t count = c->what.items.part_count;
    numbered *list = sorted(c, by_evidence);
    c->places = calloc(count, sizeof *c->places);
    c->order = calloc(count, sizeof *c->order);
    if (list == NULL || c->places == NULL || c->order == NULL) {
        free(list);
        return ock_fail_memory(0, "the order of the items");
    }
    for (size_t i = 0; i < count; i++) {
        c->order[i] = list[i].item;
        c->places[i] = c->scores[i].copied.at;
    }
    free(list);
    return c->session->options->fold ? unfold_places(c) : OCK_OK;
}

static ock_score_report report_of(const command *c)
{
    const ock_options *o = c->session->options;
    return (ock_score_report){.path = o->operands[o->operand_count - 1],
                              .items = &c->what.items,
                              .scores = c->scores,
                              .corpus = o->fold ? &c->corpus : &c->what.given,
                              .places = c->places,
                              .order = c->order,
                              .top = o->top,
                              .corpus_bytes = c->what.given.count,
                              .baseline_bytes = c->what.baseline.count,
                              .folded = o->fold};
}

static ock_status tell(command *c, uint64_t forgotten)
{
    const ock_options *o = c->session->options;
    ock_status status = find_places(c);
    if (status != OCK_OK) {
        return status;
    }
    const ock_score_report report = report_of(c);
    if (forgotten > 0) {
        ock_report_line(c->session->run.report, OCK_REPORT_WARNING,
                        "copies are not looked for in %" PRIu64
                        " bytes of the corpus, for it is longer than the history of matches",
                        forgotten);
    }
    ock_output *page = NULL;
    if (o->html != NULL) {
        status = ock_score_write_html(&report, o->html, o->force, &page);
    }
    if (status == OCK_OK && o->json) {
        status = ock_score_print_json(&report);
    } else if (status == OCK_OK) {
        ock_score_print_table(&report);
    }
    return ock_side_file_end(ock_messages_end(status), page, c->session->run.report);
}

static ock_status compare_with_limit(const command *c)
{
    const ock_options *o = c->session->options;
    const uint64_t most = c->scores[c->order[0]].evidence;
    char name[OCK_SCORE_PLACE_BYTES];
    if (!o->fail_above_given || most <= (uint64_t)o->fail_above * OCK_COST_UNIT) {
        return OCK_OK;
    }
    const ock_score_report report = report_of(c);
    return ock_fail(OCK_ABOVE, "%s: %.1f bits of evidence, more than --fail-above %" PRIu32,
                    ock_score_name(&report, c->order[0], name), ock_score_bits(most),
                    o->fail_above);
}

ock_status ock_score_command(const ock_session *session)
{
    const ock_run_settings *run = &session->run;
    const bool root = ock_comm_rank(run->comm) == 0;
    const ock_scorer_setting setting = {.memory = run->memory,
                                        .kernels = run->kernels,
                                        .team = run->team,
                                        .wishes = session->options->wishes,
                                        .folded = session->options->fold,
                                        .state = session->options->state,
                                        .keeps = root};
    command c = {.session = session};
    uint64_t forgotten = 0;
    ock_status status = ock_comm_agree(run->comm, root ? read_all(&c) : OCK_OK);
    if (status == OCK_OK) {
        status = ock_score_items(run->comm, &setting, &c.what, c.scores, &forgotten);
    }
    if (status == OCK_OK) {
        status = root ? tell(&c, forgotten) : OCK_OK;
        if (status == OCK_OK && root) {
            status = compare_with_limit(&c);
        }
        status = ock_comm_agree(run->comm, status);
    }
    ock_texts_clear(&c.what.given);
    ock_texts_clear(&c.what.baseline);
    ock_texts_clear(&c.what.items);
    ock_texts_clear(&c.corpus);
    free(c.scores);
    free(c.places);
    free(c.order);
    return status;
}
