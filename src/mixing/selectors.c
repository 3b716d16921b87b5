/* SPDX-License-Identifier: MIT */
/* selectors.c - which weight vectors and which cells of secondary estimation a bit is for.
 *
 * All name what they look at; contexts in use are found by their rows, wherever they stand in a list. A part of
 * the past that no context in use needs (past.h) is not followed: what is chosen by it is always the same. */
#include <string.h>

#include "contexts/hash.h"
#include "contexts/symbol_kind.h"
#include "mixing/mixing_private.h"

/* Weight sets, the most worthy first (tests/bench/bench_contexts.c): a level uses the first so many. */
enum {
    SET_GROUPS,       /* groups of three symbols */
    SET_SECOND,       /* the second newest symbol */
    SET_THIRD,        /* the third */
    SET_MASKS,        /* which of four symbols were small letters, which no letters */
    SET_NEWEST,       /* the newest symbol */
    SET_ORDER2,       /* the two newest, hashed */
    SET_RUNS,         /* groups of the newest two runs of symbols */
    SET_NODE,         /* bits known */
    SET_AGE,          /* since when the word so far was not here, and its length */
    SET_WORDS,        /* how many contexts of words have seen it, whether a word ended so, length */
    SET_KNOWN_WORDS,  /* how many, with the node */
    SET_FOLLOWER,     /* what followed two symbols last */
    SET_CLASSES,      /* classes of three symbols */
    SET_KNOWN_ORDERS, /* how many orders have seen it, with the node */
    SET_EXPECTED,     /* the symbol that a match expects */
    SET_NETWORK,      /* what the network says */
    SET_TOKEN,        /* what followed the token last */
    SET_START,        /* the line's first symbols */
    SET_INITIAL,      /* the word's initial */
    SET_SPACES,       /* which of eight symbols were blanks */
    SET_BRACKET,      /* the innermost bracket and its distance */
    SET_FOLDED,       /* what followed four symbols last */
    SET_KINDS,        /* kinds of five symbols */
    SET_ABOVE,        /* the symbol of the line above */
    SET_LENGTHS,      /* lengths of two words */
    SET_CAPITALS,     /* length, capitals of words, the last mark */
    SET_COLUMN,       /* column */
    SETS
};

_Static_assert((int)SETS == (int)OCK_MAX_SETS, "the configuration knows how many");

/* Of easy symbols. */
enum { EASY_TRUST, EASY_EXPECTED, EASY_NEWEST, EASY_ORDER2, EASY_SETS };

/* Of bases. */
enum {
    BASE_FORWARDS, /* how good the best copy was of late, */
    BASE_TURNED,   /* and that of the other strand */
    BASE_ORDER2,
    BASE_ORDER4,
    BASE_NODE,
    BASE_KNOWN,    /* how many long contexts have seen it */
    BASE_EXPECTED, /* the bases that the copies expect */
    BASE_SETS,
    COARSE = 8 /* grades of a copy that are told apart no further */
};

enum {
    ORDERS = 7,
    WORDS = 16
}; /* contexts of orders 1 to 6, or of words, that have seen it: less */

void ock_selectors_shape(unsigned effort, size_t sets, ock_mixer_shape *shape)
{
    enum {
        SYMBOL_BITS = 256 * BITS,
        CLASS_BITS = 512 * BITS,
        NODE_WORDS = 256 * WORDS,
        NODE_ORDERS = 256 * ORDERS,
        NETWORK_BITS = NETWORK_BUCKETS * BITS,
        MATCH_ORDERS = MATCH_BUCKETS * ORDERS,
        MATCH_BITS = MATCH_BUCKETS * BITS,
        COPY_BITS = (OCK_COPY_KINDS + 1) * BITS,
        WORD_BITS = WORDS * BITS,
        PAIR_BITS = 25 * BITS /* of bases, or none, that copies of both strands expect */
    };
    static const ock_mixer_shape full = {.contexts = {[SET_GROUPS] = 1 << 12,
                                                      [SET_SECOND] = 256,
                                                      [SET_THIRD] = 256,
                                                      [SET_MASKS] = SYMBOL_BITS,
                                                      [SET_NEWEST] = 256,
                                                      [SET_ORDER2] = 1 << 12,
                                                      [SET_RUNS] = SYMBOL_BITS,
                                                      [SET_NODE] = 256,
                                                      [SET_AGE] = 1 << 10,
                                                      [SET_WORDS] = SYMBOL_BITS,
                                                      [SET_KNOWN_WORDS] = NODE_WORDS,
                                                      [SET_FOLLOWER] = SYMBOL_BITS,
                                                      [SET_CLASSES] = CLASS_BITS,
                                                      [SET_KNOWN_ORDERS] = NODE_ORDERS,
                                                      [SET_EXPECTED] = SYMBOL_BITS,
                                                      [SET_TOKEN] = SYMBOL_BITS,
                                                      [SET_START] = SYMBOL_BITS,
                                                      [SET_INITIAL] = SYMBOL_BITS,
                                                      [SET_SPACES] = SYMBOL_BITS,
                                                      [SET_BRACKET] = 2048,
                                                      [SET_FOLDED] = SYMBOL_BITS,
                                                      [SET_KINDS] = 1024,
                                                      [SET_ABOVE] = SYMBOL_BITS,
                                                      [SET_LENGTHS] = SYMBOL_BITS,
                                                      [SET_CAPITALS] = 1024,
                                                      [SET_COLUMN] = SYMBOL_BITS,
                                                      [SET_NETWORK] = NETWORK_BITS},
                                         .final_contexts = {MATCH_ORDERS, 256}};
    static const ock_mixer_shape easy = {.contexts = {[EASY_TRUST] = MATCH_BITS,
                                                      [EASY_EXPECTED] = SYMBOL_BITS,
                                                      [EASY_NEWEST] = 256,
                                                      [EASY_ORDER2] = 1 << 12},
                                         .final_contexts = {MATCH_BITS, 256}};
    static const ock_mixer_shape bases = {.contexts = {[BASE_FORWARDS] = COPY_BITS,
                                                       [BASE_TURNED] = COPY_BITS,
                                                       [BASE_ORDER2] = 1 << 7,
                                                       [BASE_ORDER4] = SYMBOL_BITS,
                                                       [BASE_NODE] = 256,
                                                       [BASE_KNOWN] = WORD_BITS,
                                                       [BASE_EXPECTED] = PAIR_BITS},
                                          .final_contexts = {SYMBOL_BITS, 256}};
    *shape = effort == BASES ? bases : effort == EASY ? easy : full;
    shape->sets = effort == BASES ? BASE_SETS : effort == EASY ? EASY_SETS : sets;
}

/* ---- contexts that are counted together ---- */

static bool is_one_of(size_t row, const uint8_t *rows, size_t count)
{
    return memchr(rows, (int)row, count) != NULL;
}

void ock_selectors_flags(const ock_config *config, known_flags flags[OCK_DATA_KINDS])
{
    static const uint8_t orders[] = {OCK_CONTEXT_order1, OCK_CONTEXT_order2, OCK_CONTEXT_order3,
                                     OCK_CONTEXT_order4, OCK_CONTEXT_order5, OCK_CONTEXT_order6};
    static const uint8_t words[] = {
        OCK_CONTEXT_word,           OCK_CONTEXT_word_previous, OCK_CONTEXT_depth_word,
        OCK_CONTEXT_bracket_second, OCK_CONTEXT_line_word,     OCK_CONTEXT_tag_word,
        OCK_CONTEXT_word_kilobyte,  OCK_CONTEXT_token_second,  OCK_CONTEXT_letters8,
        OCK_CONTEXT_letters5,       OCK_CONTEXT_indent_word,   OCK_CONTEXT_bracket_word};
    static const uint8_t bases[] = {OCK_CONTEXT_bases11, OCK_CONTEXT_bases12, OCK_CONTEXT_bases14,
                                    OCK_CONTEXT_bases16, OCK_CONTEXT_bases18, OCK_CONTEXT_bases20,
                                    OCK_CONTEXT_bases24};
    const ock_context_list *lists = ock_context_lists_of(config);
    for (unsigned k = 0; k < OCK_DATA_KINDS; k++) {
        const uint8_t *list = lists[k].of;
        for (size_t i = 0; i < ock_config_contexts(config) && i < lists[k].count; i++) {
            const bool word =
                is_one_of(list[i], words, sizeof words) || is_one_of(list[i], bases, sizeof bases);
            flags[k].counts[i] = (uint32_t)is_one_of(list[i], orders, sizeof orders)
                                     << KNOWN_ORDERS * KNOWN_BITS |
                                 (uint32_t)word << KNOWN_WORDS * KNOWN_BITS;
        }
    }
}

/* ---- weights ---- */

static size_t at_most(uint64_t value, size_t limit)
{
    return value < limit ? (size_t)value : limit;
}

/* The longer match speaks for both. */
static const expectation *leading_match(const opinion *o)
{
    return &o->match[o->match[1].bucket > 0 ? 1 : 0];
}

static size_t orders_known(const opinion *o)
{
    return at_most(o->known[KNOWN_ORDERS], ORDERS - 1);
}

static size_t expected_symbol(const expectation *match)
{
    return match->bucket > 0 ? match->symbol : 0;
}

/* Which of the last four symbols were of a kind. */
static size_t mask_of(uint64_t kinds, unsigned kind)
{
    size_t mask = 0;
    for (unsigned i = 0; i < 4; i++) {
        mask |= (size_t)((kinds >> (2 * i) & 3) == kind) << i;
    }
    return mask;
}

static size_t two_symbols(uint64_t recent)
{
    return ock_hash_place(recent & 0xFFFF, 12);
}

/* Where the past is of numbers, what they expect is asked in place of what words, letters and tokens are. */
static void choose_by_numbers(const ock_numbers *n, size_t *c)
{
    const size_t best = n->size[OCK_BY_BEST];
    c[SET_GROUPS] = n->expected[OCK_BY_BLEND] >> 2 << 6 | n->expected[OCK_BY_PLANE] >> 2;
    c[SET_MASKS] = n->expected[OCK_BY_BLEND] * BITS;
    c[SET_RUNS] = n->expected[OCK_BY_LAST] * BITS;
    c[SET_AGE] = n->size[OCK_BY_BLEND] << 5 | n->size[OCK_BY_PLANE];
    if (n->layout.real != 1) {
        c[SET_SECOND] = n->phase << 5 | n->spreads.around >> 2;
        c[SET_AGE] = n->spreads.around >> 2 << 5 | n->size[OCK_BY_PLANE];
    }
    c[SET_WORDS] = (n->phase << 5 | best) * BITS;
    c[SET_KNOWN_WORDS] = best / 2;
    c[SET_FOLLOWER] = n->expected[OCK_BY_MEDIAN] * BITS;
    c[SET_CLASSES] = n->place * BITS;
}

/* Where they are decimal, likewise. */
static void choose_by_columns(const ock_columns *c, size_t *to)
{
    const size_t field = ock_columns_brief(c, OCK_AT_FIELD, OCK_AS_FILTER);
    const size_t word = ock_columns_brief(c, OCK_AT_WORD, OCK_AS_FILTER);
    to[SET_WORDS] = (field >> 5 << 4 | word >> 5) * BITS;
    to[SET_KNOWN_WORDS] = (field & 31) * BITS;
    to[SET_FOLLOWER] = c->slot[OCK_AT_WORD] * BITS;
    to[SET_CLASSES] = (word & 31) * BITS;
    to[SET_EXPECTED] = c->slot[OCK_AT_FIELD] * BITS;
    to[SET_AGE] = (ock_columns_brief(c, OCK_AT_FIELD, OCK_AS_LAST) & 31) << 5 | (field & 31);
}

/* Where they are records in pages, likewise. */
static void choose_by_pages(const ock_pages *p, size_t *c)
{
    const size_t upper = ock_pages_brief(p, OCK_PAGE_BY_UPPER);
    const size_t last = ock_pages_brief(p, OCK_PAGE_BY_LAST);
    const size_t brief = last << 6 | ock_pages_brief(p, OCK_PAGE_BY_STEP) << 4 |
                         ock_pages_brief(p, OCK_PAGE_BY_LOWER) << 2 | upper;
    c[SET_MASKS] = brief * BITS;
    c[SET_RUNS] = p->slot * BITS;
    c[SET_AGE] = p->slot << 2 | at_most(p->in, 3);
    c[SET_WORDS] = (p->guess[OCK_PAGE_BY_LAST].expected & 255) * BITS;
    c[SET_KNOWN_WORDS] = last << 2 | upper;
    c[SET_FOLLOWER] = (p->guess[OCK_PAGE_BY_UPPER].expected & 255) * BITS;
    c[SET_CLASSES] = p->left * BITS;
}

/* Sets from SET_AGE on, which fast levels leave out. */
static void choose_further(const ock_past *p, size_t *c)
{
    const ock_words *w = &p->words;
    const uint64_t kinds = p->classes.kinds;
    c[SET_AGE] = at_most(w->age, 31) << 5 | at_most(w->length, 31);
    c[SET_WORDS] = ((size_t)w->ended << 3 | at_most(w->length, 7)) * BITS;
    c[SET_KNOWN_WORDS] = 0;
    c[SET_FOLLOWER] = (p->following.after2 & 255) * BITS;
    c[SET_CLASSES] = (p->classes.classes & 511) * BITS;
    c[SET_TOKEN] = (p->tokens.followed & 255) * BITS;
    c[SET_START] = (p->lines.start & 255) * BITS;
    c[SET_INITIAL] = (w->initial & 255) * BITS;
    c[SET_SPACES] = (p->classes.spaces & 255) * BITS;
    c[SET_BRACKET] = (p->brackets.marks & 127) << 4 | at_most(p->brackets.since, 15);
    c[SET_FOLDED] = (p->following.folded4 & 255) * BITS;
    c[SET_KINDS] = kinds & 1023;
    c[SET_ABOVE] = (size_t)ock_lines_above(&p->lines, &p->texts, 0) * BITS;
    c[SET_LENGTHS] = (at_most(w->length, 15) << 4 | at_most(w->lengths & 255, 15)) * BITS;
    c[SET_CAPITALS] =
        at_most(w->length, 15) << 6 | (w->capitals & 3) << 4 | (p->classes.punctuation & 15);
    c[SET_COLUMN] = at_most(p->lines.column, OCK_LINE_COLUMNS - 1) * BITS;
}

static void choose_by_past(const ock_past *p, opinion *o)
{
    const uint64_t recent = p->symbols.recent, kinds = p->classes.kinds;
    size_t *c = o->chosen;
    c[SET_GROUPS] = p->classes.groups & 0xFFF;
    c[SET_SECOND] = recent >> 8 & 255;
    c[SET_THIRD] = recent >> 16 & 255;
    c[SET_MASKS] = (mask_of(kinds, OCK_KIND_SMALL) << 4 | mask_of(kinds, OCK_KIND_OTHER)) * BITS;
    c[SET_NEWEST] = recent & 255;
    c[SET_ORDER2] = two_symbols(recent);
    c[SET_RUNS] = (p->classes.collapsed & 255) * BITS;
    if (o->mixer->sets > SET_AGE) {
        choose_further(p, c);
    }
    switch (o->kind) {
    case OCK_DATA_NUMBERS:
        choose_by_numbers(&p->numbers, c);
        break;
    case OCK_DATA_TABLE:
        choose_by_columns(&p->columns, c);
        break;
    case OCK_DATA_PAGES:
        choose_by_pages(&p->pages, c);
        break;
    default:
        break;
    }
}

/* What the bits known add to the choices of sets from SET_AGE on. */
static void select_further(const opinion *o, const ock_split *split, size_t *c)
{
    const size_t known = bits_known(split), node = split->node;
    const size_t words = at_most(o->known[KNOWN_WORDS], WORDS - 1);
    if (o->kind == OCK_DATA_TABLE) {
        c[SET_KNOWN_WORDS] += known;
    } else {
        c[SET_KNOWN_WORDS] += node * WORDS;
        c[SET_EXPECTED] = expected_symbol(leading_match(o)) * BITS + known;
    }
    if (o->kind == OCK_DATA_TEXT || o->kind == OCK_DATA_OTHER) {
        c[SET_WORDS] += (words << 4) * BITS;
        c[SET_KNOWN_WORDS] += words;
    }
    c[SET_KNOWN_ORDERS] = node * ORDERS + orders_known(o);
    c[SET_NETWORK] = (size_t)o->network_bucket * BITS + known;
}

void ock_select_weights(const ock_split *split, const opinion *o, ock_mixer_choice *choice)
{
    enum { KNOWN = BITS - 1 };
    static const uint8_t by_known[OCK_MIX_SETS] = {
        [SET_MASKS] = KNOWN,   [SET_RUNS] = KNOWN,     [SET_WORDS] = KNOWN,  [SET_FOLLOWER] = KNOWN,
        [SET_CLASSES] = KNOWN, [SET_EXPECTED] = KNOWN, [SET_TOKEN] = KNOWN,  [SET_START] = KNOWN,
        [SET_INITIAL] = KNOWN, [SET_SPACES] = KNOWN,   [SET_FOLDED] = KNOWN, [SET_ABOVE] = KNOWN,
        [SET_LENGTHS] = KNOWN, [SET_COLUMN] = KNOWN};
    const size_t known = bits_known(split), sets = o->mixer->sets;
    size_t *c = choice->context;
    for (size_t s = 0; s < sets; s++) {
        c[s] = o->chosen[s] + (known & by_known[s]);
    }
    c[SET_NODE] = split->node;
    if (sets > SET_AGE) {
        select_further(o, split, c);
    }
    choice->final_context[0] = (size_t)leading_match(o)->bucket * ORDERS + orders_known(o);
    choice->final_context[1] = split->node;
}

void ock_select_weights_by_orders(const ock_split *split, const opinion *o,
                                  ock_mixer_choice *choice)
{
    const size_t orders = orders_known(o);
    for (unsigned s = 0; s < SETS; s++) {
        choice->context[s] = orders;
    }
    choice->context[SET_GROUPS] = (size_t)split->node * ORDERS + orders;
    choice->final_context[0] = (size_t)leading_match(o)->bucket * ORDERS + orders;
    choice->final_context[1] = split->node;
}

void ock_select_weights_easy(const lane_state *l, const ock_split *split, const opinion *o,
                             ock_mixer_choice *choice)
{
    const uint64_t recent = contexts_of(l)->past.symbols.recent;
    const expectation *match = leading_match(o);
    const size_t known = bits_known(split), trust = (size_t)match->bucket * BITS + known;
    size_t *c = choice->context;
    c[EASY_TRUST] = trust;
    c[EASY_EXPECTED] = expected_symbol(match) * BITS + known;
    c[EASY_NEWEST] = recent & 255;
    c[EASY_ORDER2] = two_symbols(recent);
    choice->final_context[0] = trust;
    choice->final_context[1] = split->node;
}

/* The bases that the best copies of either strand expect, as one. */
static size_t expected_bases(const opinion *o)
{
    size_t bases = 0;
    for (size_t way = 0; way < OCK_COPY_WAYS; way++) {
        const expectation *copy = &o->copy[way];
        bases *= OCK_NO_BASE + 1;
        bases += copy->bucket > 0 ? ock_bases_code((uint8_t)copy->symbol) : OCK_NO_BASE;
    }
    return bases;
}

void ock_select_weights_of_bases(const lane_state *l, const ock_split *split, const opinion *o,
                                 ock_mixer_choice *choice)
{
    const uint64_t recent = contexts_of(l)->past.bases.recent;
    const size_t known = bits_known(split);
    const size_t forwards = o->copy[OCK_COPY_FORWARDS].bucket;
    const size_t turned = o->copy[OCK_COPY_TURNED].bucket;
    size_t *c = choice->context;
    c[BASE_FORWARDS] = forwards * BITS + known;
    c[BASE_TURNED] = turned * BITS + known;
    c[BASE_ORDER2] = (recent & 15) * BITS + known;
    c[BASE_ORDER4] = (recent & 255) * BITS + known;
    c[BASE_NODE] = split->node;
    c[BASE_KNOWN] = at_most(o->known[KNOWN_WORDS], WORDS - 1) * BITS + known;
    c[BASE_EXPECTED] = expected_bases(o) * BITS + known;
    const size_t grades = at_most((forwards + COARSE - 1) / COARSE, 15) << 4 |
                          at_most((turned + COARSE - 1) / COARSE, 15);
    choice->final_context[0] = grades * BITS + known;
    choice->final_context[1] = split->node;
}

/* ---- secondary estimation ---- */

/* The one that changes while a symbol's bits come. */
static uint64_t estimated_by_match(const expectation *match)
{
    return match->bucket << 8 | expected_symbol(match);
}

static uint64_t estimated_by(size_t which, const ock_past *p, const expectation *match)
{
    const ock_words *w = &p->words;
    const uint64_t recent = p->symbols.recent, newest = recent & 255;
    switch (which) {
    case APM_ORDER1:
        return newest;
    case APM_ORDER2:
        return recent & 0xFFFF;
    case APM_ORDER3:
        return recent & 0xFFFFFF;
    case APM_WORD:
        return ock_hash_pair(w->word, newest);
    case APM_MATCH:
        return estimated_by_match(match);
    case APM_INITIAL:
        return ock_hash_pair(recent & 0xFFFF, w->initial);
    case APM_ORDER4:
        return recent & 0xFFFFFFFF;
    case APM_BIGRAM:
        return ock_hash_pair(w->word, w->previous[0]);
    case APM_GROUPS:
        return p->classes.groups & 0xFFFF;
    case APM_BRACKETS:
        return ock_hash_pair(p->brackets.marks, newest);
    case APM_TOKEN:
        return ock_hash_pair(p->tokens.followed & 255, newest);
    default:
        return ock_hash_pair(w->letters & 0xFFFFFF, w->ended);
    }
}

static uint64_t estimated_by_numbers(size_t which, const ock_past *p, const expectation *match)
{
    const ock_numbers *n = &p->numbers;
    switch (which) {
    case APM_WORD:
        return ock_numbers_opinion(n, OCK_BY_BLEND);
    case APM_INITIAL:
        return ock_numbers_opinion(n, OCK_BY_PLANE);
    case APM_BIGRAM:
        return ock_hash_pair(ock_numbers_opinion(n, OCK_BY_LAST), n->expected[OCK_BY_BLEND]);
    case APM_GROUPS:
        return ock_hash_pair(n->expected[OCK_BY_BEST], n->place);
    case APM_BRACKETS:
        return ock_hash_pair(ock_numbers_opinion(n, OCK_BY_MEDIAN), p->symbols.recent & 255);
    case APM_LETTERS:
        return ock_hash_pair(n->spreads.around, n->expected[OCK_BY_STACK]);
    default:
        return estimated_by(which, p, match);
    }
}

static uint64_t estimated_by_columns(size_t which, const ock_past *p, const expectation *match)
{
    const ock_columns *c = &p->columns;
    switch (which) {
    case APM_WORD:
        return ock_columns_opinion(c, OCK_AT_FIELD, OCK_AS_FILTER);
    case APM_INITIAL:
        return ock_columns_opinion(c, OCK_AT_FIELD, OCK_AS_COPY);
    case APM_BIGRAM:
        return ock_hash_pair(ock_columns_opinion(c, OCK_AT_FIELD, OCK_AS_LAST),
                             ock_columns_brief(c, OCK_AT_FIELD, OCK_AS_FILTER));
    case APM_GROUPS:
        return ock_hash_pair(ock_columns_opinion(c, OCK_AT_WORD, OCK_AS_FILTER),
                             c->slot[OCK_AT_WORD]);
    case APM_BRACKETS:
        return ock_hash_pair(c->slot[OCK_AT_FIELD], c->text);
    case APM_LETTERS:
        return ock_columns_opinion(c, OCK_AT_FIELD, OCK_AS_OTHER);
    default:
        return estimated_by(which, p, match);
    }
}

static uint64_t estimated_by_pages(size_t which, const ock_past *p, const expectation *match)
{
    const ock_pages *pages = &p->pages;
    switch (which) {
    case APM_WORD:
        return pages->text;
    case APM_INITIAL:
        return ock_hash_pair(ock_pages_opinion(pages, OCK_PAGE_BY_LAST), pages->where);
    case APM_BIGRAM:
        return ock_hash_pair(ock_pages_opinion(pages, OCK_PAGE_BY_LOWER),
                             ock_pages_opinion(pages, OCK_PAGE_BY_UPPER));
    case APM_GROUPS:
        return pages->where;
    case APM_BRACKETS:
        return ock_hash_pair(ock_pages_opinion(pages, OCK_PAGE_BY_STEP), pages->where);
    default:
        return estimated_by(which, p, match);
    }
}

static uint64_t estimated_by_kind(size_t which, unsigned kind, const ock_past *p,
                                  const expectation *match)
{
    switch (kind) {
    case OCK_DATA_NUMBERS:
        return estimated_by_numbers(which, p, match);
    case OCK_DATA_TABLE:
        return estimated_by_columns(which, p, match);
    case OCK_DATA_PAGES:
        return estimated_by_pages(which, p, match);
    default:
        return estimated_by(which, p, match);
    }
}

void ock_select_symbol(const lane_state *l, opinion *o)
{
    const ock_past *p = &contexts_of(l)->past;
    const expectation *match = leading_match(o);
    const size_t estimations = o->effort->estimations;
    for (size_t a = 0; a < estimations; a++) {
        o->estimated[a] = estimated_by_kind(a, o->kind, p, match);
    }
    if (o->mixer != &l->mixer[EASY]) {
        choose_by_past(p, o);
    }
}

/* Fetched early, for each is a cache miss. */
void ock_select_estimations(const lane_state *l, const ock_split *split, opinion *o)
{
    const size_t estimations = o->effort->estimations;
    o->estimated[APM_MATCH] = estimated_by_match(leading_match(o));
    for (size_t a = 0; a < estimations; a++) {
        o->apm[a] = ock_hash_place(ock_hash_pair(o->estimated[a], split->node), APM_BITS);
        ock_apm_prefetch(&l->maps->apm[a], o->apm[a]);
    }
}
