/* SPDX-License-Identifier: MIT */
/* table_group.c - what lanes share: its making, its state, steps in which nothing is counted. */
#include "mixing/table_group.h"

#include <string.h>

static size_t lanes_of(const ock_lane_map *map, uint32_t number)
{
    return ock_range_length(ock_group_lanes(map, number));
}

/* About a sixteenth of a position's blocks share their slot by chance, and all slots fit in the nearest
 * cache. */
static uint32_t slot_bits_for(size_t blocks)
{
    enum { LEAST = 8, MOST = 13, SPARSE = 16 };
    uint32_t bits = LEAST;
    while (bits < MOST && ((size_t)1 << bits) < blocks * SPARSE) {
        bits++;
    }
    return bits;
}

static void start_contexts(ock_contexts *contexts, const ock_config *config, size_t lane)
{
    enum { HURRIED = 16 }; /* contexts of a fast level */
    ock_contexts_start(contexts, ock_context_lists_of(config), ock_config_contexts(config), lane);
    if (config->contexts <= HURRIED) {
        ock_numbers_hurry(&contexts->past.numbers);
    }
}

ock_status ock_table_group_init(ock_table_group *g, const ock_plan *plan, const ock_share *share,
                                uint32_t number, const ock_bit_history *machine, ock_arena *arena)
{
    g->map = plan->map;
    g->share = *share;
    g->first_lane = ock_group_lanes(&g->map, number).begin;
    g->lanes = lanes_of(&g->map, number);
    g->slot_bits = slot_bits_for(g->lanes * ock_config_contexts(&plan->config));
    const ock_arena_part parts[] = {{&g->contexts, g->lanes, sizeof *g->contexts},
                                    {&g->learned[0], g->lanes, sizeof *g->learned[0]},
                                    {&g->learned[1], g->lanes, sizeof *g->learned[1]},
                                    {&g->entries[0], g->lanes, sizeof *g->entries[0]},
                                    {&g->entries[1], g->lanes, sizeof *g->entries[1]},
                                    {&g->slots, g->lanes * OCK_MAX_LEARNED, sizeof *g->slots}};
    ock_status status = ock_arena_take_parts(arena, parts, OCK_PARTS(parts), "the contexts");
    if (status != OCK_OK) {
        return status;
    }
    for (size_t i = 0; i < g->lanes; i++) {
        start_contexts(&g->contexts[i], &plan->config, i);
    }
    status = ock_counters_init(&g->counters, plan->config.table_bits, plan->config.counter_limit,
                               machine, arena);
    return status != OCK_OK ? status : ock_match_init(&g->match, &plan->config, g->lanes, arena);
}

void ock_table_group_prefetch(const ock_table_group *g, size_t lane, size_t contexts,
                              const uint16_t *seen, unsigned first)
{
    const ock_contexts *c = &g->contexts[lane];
    for (size_t i = 0; i < contexts; i++) {
        if (seen[i] == OCK_SEEN_OFTEN) {
            ock_counters_prefetch_second(&g->counters, c->hash[i], first);
        }
    }
}

/* ---- a step in which nothing is counted ---- */

void ock_table_group_skip(ock_table_group *g, const ock_history *history, size_t t)
{
    for (size_t lane = 0; lane < g->lanes; lane++) {
        ock_match_append(&g->match, lane, *ock_history_at(history, g->first_lane + lane, t));
    }
}

void ock_table_group_arrive(ock_table_group *g, const ock_history *history)
{
    for (size_t lane = 0; lane < g->lanes; lane++) {
        const uint8_t *symbols = ock_history_at(history, g->first_lane + lane, 0);
        ock_contexts_advance(&g->contexts[lane], symbols, history->step);
    }
}

ock_match_entry ock_table_group_entry(const ock_table_group *g, size_t lane)
{
    ock_match_entry entry = ock_match_entry_of(&g->match, lane);
    const ock_past *past = &g->contexts[lane].past;
    if (ock_past_kind(past) == OCK_DATA_BASES) {
        ock_match_enter_bases(&g->match, &past->bases, &entry);
    }
    return entry;
}

void ock_table_group_insert(ock_table_group *g)
{
    for (size_t lane = 0; lane < g->lanes; lane++) {
        const ock_match_entry entry = ock_table_group_entry(g, lane);
        ock_match_insert(&g->match, &entry, 0, 1);
    }
}

/* ---- state ---- */

/* All of a lane's past. The hashes follow from it, but are cheaper stored than derived. Structures of
 * 64-bit values alone are shown as arrays of them. */
#define VALUES(name, member) OCK_STATE_ARRAY("contexts." name, ock_contexts, past.member, uint64_t)
static const ock_state_field context_fields[] = {
    OCK_STATE_ARRAY("contexts.hash", ock_contexts, hash, uint64_t),
    VALUES("symbols", symbols),
    VALUES("words", words),
    VALUES("brackets", brackets),
    VALUES("classes", classes),
    VALUES("bases", bases),
    VALUES("tokens", tokens),
    VALUES("following", following),
    VALUES("lines", lines),
    VALUES("pages", pages),
    OCK_STATE_ARRAY("contexts.texts", ock_contexts, past.texts, uint8_t),
    OCK_STATE_ARRAY("contexts.ages", ock_contexts, past.ages.last, uint32_t),
    OCK_STATE_ARRAY("contexts.ended", ock_contexts, past.ages.ended, uint8_t),
    OCK_STATE_ARRAY("contexts.token_followers", ock_contexts, past.token_followers, uint32_t),
    OCK_STATE_ARRAY("contexts.followers1", ock_contexts, past.followers.after1, uint32_t),
    OCK_STATE_ARRAY("contexts.followers2", ock_contexts, past.followers.after2, uint16_t),
    OCK_STATE_ARRAY("contexts.followers3", ock_contexts, past.followers.after3, uint16_t),
    OCK_STATE_ARRAY("contexts.folded3", ock_contexts, past.followers.folded3, uint16_t),
    OCK_STATE_ARRAY("contexts.folded4", ock_contexts, past.followers.folded4, uint16_t),
    OCK_STATE_ARRAY("contexts.kinds", ock_contexts, past.followers.kinds, uint16_t),
    OCK_STATE_ARRAY("contexts.stride.past", ock_contexts, past.stride.past, uint8_t),
    OCK_STATE_VALUE("contexts.stride.filled", ock_contexts, past.stride.filled),
    OCK_STATE_VALUE("contexts.stride.stride", ock_contexts, past.stride.stride),
    VALUES("numbers", numbers),
    VALUES("columns", columns),
    VALUES("column_past", column_past),
    OCK_STATE_ARRAY("contexts.page_past", ock_contexts, past.page_past, uint64_t),
    OCK_STATE_ARRAY("contexts.column_filters", ock_contexts, past.column_filters, double),
    OCK_STATE_ARRAY("contexts.filters", ock_contexts, past.filters, double),
    OCK_STATE_ARRAY("contexts.number_past", ock_contexts, past.number_past.symbols, uint8_t),
    OCK_STATE_ARRAY("contexts.changes", ock_contexts, past.number_past.changes, uint8_t),
    OCK_STATE_ARRAY("contexts.misses", ock_contexts, past.number_past.misses, uint8_t),
    OCK_STATE_ARRAY("contexts.number_followers", ock_contexts, past.number_past.followers, uint8_t),
    OCK_STATE_ARRAY("contexts.hues_or_corners", ock_contexts, past.number_past.hues, uint16_t),
};

/* What is listed, and what is fixed, is all there is. */
_Static_assert(sizeof(ock_contexts) ==
                   sizeof(uint64_t) * OCK_MAX_CONTEXTS + sizeof(ock_symbols) + sizeof(ock_words) +
                       sizeof(ock_brackets) + sizeof(ock_classes) + sizeof(ock_bases) +
                       sizeof(ock_tokens) + sizeof(ock_following) + sizeof(ock_lines) +
                       sizeof(ock_line_texts) + sizeof(ock_word_ages) +
                       sizeof(ock_token_followers) + sizeof(ock_followers) + sizeof(ock_numbers) +
                       sizeof(ock_columns) + sizeof(ock_column_past) + sizeof(ock_pages) +
                       sizeof(ock_page_past) + sizeof(ock_column_filters) + sizeof(ock_filters) +
                       sizeof(ock_number_past) + OCK_STRIDE_PAST + 2 * sizeof(size_t) +
                       8 * sizeof(size_t),
               "a field of ock_contexts is missing in context_fields");

typedef struct all_groups {
    ock_table_group *groups; /* (own groups) */
    ock_range own;
    const ock_plan *plan;
    ock_state_visitor *visitor;
} all_groups;

/* NULL where this rank doesn't hold it. */
static ock_table_group *group_at(const all_groups *all, uint32_t number)
{
    bool held = number >= all->own.begin && number < all->own.end;
    return held ? &all->groups[number - all->own.begin] : NULL;
}

static void show_context_field(const all_groups *all, const ock_state_field *field)
{
    for (uint32_t i = 0; i < all->plan->map.groups; i++) {
        ock_table_group *g = group_at(all, i);
        for (size_t lane = 0; lane < lanes_of(&all->plan->map, i); lane++) {
            char *data = g != NULL ? (char *)&g->contexts[lane] + field->offset : NULL;
            ock_state_show(all->visitor, &(ock_state_part){field->name, OCK_HELD_BY_GROUP, i,
                                                           field->element, field->count, data});
        }
    }
}

enum { TABLES = 6 };

/* The tables of a group, without data where this rank doesn't hold it. */
static void list_tables(const all_groups *all, uint32_t number, ock_state_part tables[TABLES])
{
    const ock_config *c = &all->plan->config;
    const ock_table_group *g = group_at(all, number);
    const ock_match_index none = {0}, *match = g != NULL ? &g->match : &none;
    const size_t lanes = lanes_of(&all->plan->map, number);
    const ock_state_part parts[TABLES] = {
        {"counters", OCK_HELD_BY_GROUP, number, sizeof(ock_counter_line),
         (size_t)1 << c->table_bits, g != NULL ? g->counters.lines : NULL},
        {"counters.entries", OCK_HELD_BY_GROUP, number, sizeof(uint32_t),
         (size_t)OCK_ENTRY_WAYS << c->table_bits, g != NULL ? g->counters.entries : NULL},
        {"match.rings", OCK_HELD_BY_GROUP, number, 1, lanes << ock_match_ring_bits(c, lanes),
         match->rings},
        {"match.written", OCK_HELD_BY_GROUP, number, sizeof(uint64_t), lanes, match->written},
        {"match.rolling", OCK_HELD_BY_GROUP, number, sizeof(uint64_t), lanes * OCK_MATCHES,
         match->rolling},
        {"match.entries", OCK_HELD_BY_GROUP, number, sizeof(uint32_t),
         (size_t)OCK_MATCHES << c->match_bits, match->entries},
    };
    memcpy(tables, parts, sizeof parts);
}

/* A tensor is the same table of all groups. */
static void show_tables(const all_groups *all)
{
    for (size_t t = 0; t < TABLES; t++) {
        for (uint32_t i = 0; i < all->plan->map.groups; i++) {
            ock_state_part tables[TABLES];
            list_tables(all, i, tables);
            ock_state_show(all->visitor, &tables[t]);
        }
    }
}

void ock_table_groups_state(ock_table_group *groups, ock_range own, const ock_plan *plan,
                            ock_state_visitor *visitor)
{
    const all_groups all = {groups, own, plan, visitor};
    for (size_t f = 0; f < sizeof context_fields / sizeof context_fields[0]; f++) {
        show_context_field(&all, &context_fields[f]);
    }
    show_tables(&all);
}

bool ock_table_group_is_sound(const ock_table_group *g)
{
    for (size_t lane = 0; lane < g->lanes; lane++) {
        const ock_past *past = &g->contexts[lane].past;
        if (!ock_stride_is_sound(&past->stride) || !ock_numbers_is_sound(&past->numbers) ||
            !ock_columns_is_sound(&past->columns, &past->column_past) ||
            !ock_pages_is_sound(&past->pages, &past->page_past)) {
            return false;
        }
    }
    return ock_match_index_is_sound(&g->match);
}
