/* SPDX-License-Identifier: MIT */
/* lists.c - which contexts are in use, for each kind of data, the most worthy first: chosen by
 * tests/bench/contexts.sh; those of numbers and tables begin with what their modules offer. */
#include "contexts/contexts.h"

#define N(name) OCK_CONTEXT_##name

/* clang-format off */
/* What two lists have in common. */
#define TEXT_BEGIN                                                                                \
    N(token_followers_groups), N(column_kinds), N(above_column), N(indent_word),                  \
    N(field_above_in), N(collapsed8), N(collapsed6_run), N(order1), N(order2), N(order3),         \
    N(order4), N(order6)
#define TEXT_END                                                                                  \
    N(token_follower), N(token_followers3), N(followers_folded4), N(word_first_third),            \
    N(bracket_inner), N(second), N(second_to_sixth), N(letters6), N(field), N(collapsed12),       \
    N(gap_previous), N(above_order3), N(first_third), N(classes10), N(classes6_order2),           \
    N(number), N(eighth), N(bracket_word), N(phase16), N(capitals_word), N(line_starts_column),   \
    N(column), N(token_two), N(collapsed4_order1), N(followers_several), N(third_to_fifth),       \
    N(word_second_third), N(order14), N(column_above), N(order16), N(order12), N(second_third),   \
    N(groups4_order2), N(letters4), N(third), N(letters2_length), N(tags_closing), N(word_stem),  \
    N(token_follower2), N(above_word), N(token_order1), N(trigram), N(tags_order2), N(high_8),    \
    N(third_fourth), N(row_gradient1), N(rows), N(second_fifth), N(followers1_order2),            \
    N(row_gradient2)
#define BINARY_BEGIN                                                                              \
    N(order1), N(order2), N(order3), N(order4), N(order6)
#define BINARY_DISTANCES                                                                          \
    N(high_8), N(fourth_eighth), N(second_third), N(third_fourth)
#define BINARY_END                                                                                \
    N(phase16), N(row_gradient1), N(rows), N(word), N(word_previous), N(second_fifth),            \
    N(second), N(followers1_order2), N(third), N(token_followers_groups), N(row_gradient2),       \
    N(phase4_fourth), N(fourth_to_seventh), N(second_fourth), N(indent), N(phase4_order1),        \
    N(first_third), N(kinds16), N(follower2), N(rows_order1), N(high_bits), N(third_sixth),       \
    N(order0), N(high_nibbles), N(second_to_fourth), N(follower1), N(row_gradient),               \
    N(third_to_fifth), N(phase4_order2), N(row_gradient1_above), N(classes4_order1),              \
    N(followers1), N(depth_last), N(token_second), N(fourth), N(letters8), N(column_kinds),       \
    N(letters5), N(row_third), N(depth_quote), N(followers_folded4_order2), N(eighth),            \
    N(first_fourth), N(order9), N(first_eighth), N(order3_kilobyte), N(order12),                  \
    N(column_order1), N(number_word), N(high_order1), N(classes10), N(order10), N(row_mean),      \
    N(word_kilobyte), N(indent_word), N(previous_order2), N(tag_word), N(followers1_three),       \
    N(followers_several), N(tags_two), N(word_age_order2), N(token_both_followers),               \
    N(line_word), N(field_above_in), N(row_neighbours), N(row_left_above), N(second_to_sixth),    \
    N(bracket_inner_since), N(collapsed8), N(depth_word), N(above_column), N(collapsed6_run),     \
    N(bracket_second), N(third_to_sixth), N(second_to_fifth), N(groups6)

static const uint8_t text[] = {
    TEXT_BEGIN, N(word), N(word_previous), N(order10), N(tags_two), N(bracket_order1),
    N(depth_quote), N(kinds8_order2), N(token_both_followers), N(token_second), N(word_kilobyte),
    N(bracket_inner_since), N(order5), N(followers_folded4_order2), N(depth_word), N(letters8),
    N(collapsed16_run), N(classes4_order1), N(line_word), N(number_word), N(indent),
    N(depth_last), N(groups6), N(previous_order2), N(order0), N(bracket_second), N(tag_word),
    N(above_ahead), N(above_agreed_ahead), N(kinds6_order3), N(order3_kilobyte),
    N(fourth_to_seventh), N(column_order1), N(letters5), N(letters3), N(bracket_order2),
    N(bracket_since_kinds), N(fourth_eighth), N(token_previous), N(punctuation), N(number_before),
    N(word_4k), N(collapsed4_word), N(order7), N(order9), N(line_word_order2),
    N(classes_length_ended), N(skeleton), N(line_above_start), N(token_second_third),
    N(case_bits), TEXT_END,
};

static const uint8_t table[] = {
    TEXT_BEGIN, N(field_last), N(word_previous), N(order10), N(word_number), N(field_filter),
    N(depth_quote), N(field_near), N(token_both_followers), N(word_filter), N(field_copy),
    N(bracket_inner_since), N(order5), N(followers_folded4_order2), N(depth_word), N(field_first),
    N(collapsed16_run), N(word_near_second), N(line_word), N(number_word), N(field_text),
    N(word_text_before), N(groups6), N(field_step), N(order0), N(bracket_second), N(word_near),
    N(above_ahead), N(above_agreed_ahead), N(field_both), N(order3_kilobyte),
    N(fourth_to_seventh), N(column_order1), N(field_pattern), N(letters3), N(field_before),
    N(bracket_since_kinds), N(fourth_eighth), N(token_previous), N(punctuation), N(number_before),
    N(word_4k), N(collapsed4_word), N(order7), N(order9), N(line_word_order2),
    N(classes_length_ended), N(word_text_second), N(line_above_start), N(token_second_third),
    N(word_step), TEXT_END,
};

static const uint8_t binary[] = {
    BINARY_BEGIN, BINARY_DISTANCES, N(number_place), N(number_last), N(number_best), BINARY_END,
    N(order8), N(order7), N(kinds6_order3), N(followers3_order2), N(first_third_fourth),
    N(above_agreed_ahead), N(order14), N(collapsed16_run), N(order16), N(bracket_order1),
    N(followers2_order2), N(first_second_fourth), N(kinds8_order2), N(followers3),
    N(row_neighbours_order1), N(above_ahead), N(row_above), N(row_mean3), N(row_above_order2),
    N(order5), N(case_bits), N(letters3), N(bracket_order2), N(bracket_since_kinds),
};

static const uint8_t numbers[] = {
    BINARY_BEGIN, N(number_wide), N(number_place), N(number_filter), N(number_beside),
    N(number_listed), N(number_listed_order1), N(number_second), N(number_beside_both),
    N(number_beside_filter), N(number_neighbour_filter), N(number_quick), N(number_filters),
    N(number_missed), N(number_best_missed), N(number_quick_order1), N(number_plane),
    N(number_last), N(number_median), N(number_filter_order1), N(number_last_above),
    N(number_neighbour), N(number_best), N(number_sizes), N(number_above), N(number_blend),
    N(number_window), N(number_stack), N(number_stack_quick), N(second_third), N(number_around),
    N(number_around_blend), BINARY_END,
};

static const uint8_t pages[] = {
    BINARY_BEGIN, N(page_text), N(page_last), N(page_step), N(page_upper), N(page_lower),
    N(page_where), N(page_where_left), N(page_beside), N(page_last_step), N(page_all),
    N(page_before), N(page_initial), N(page_types), N(page_types_left), N(page_text_left),
    N(page_order2), N(page_order3), N(page_word), N(page_last_order1), N(page_step_order1),
    N(word), N(word_previous), N(token_followers_groups), N(collapsed8), N(order5),
    N(second_third), N(third_fourth), N(high_8), N(fourth_eighth), N(token_second),
    N(token_both_followers), N(word_kilobyte), N(followers_folded4_order2), N(letters8),
    N(letters5), N(classes4_order1), N(capitals_word), N(previous_order2), N(order8),
    N(second_fifth), N(followers1_order2), N(first_third), N(second), N(third), N(kinds6_order3),
    N(token_follower), N(order10), N(groups6), N(kinds16), N(fourth_to_seventh), N(order0),
    N(order3_kilobyte), N(number_word), N(token_previous), N(skeleton), N(letters3),
    N(high_order1), N(order12), N(collapsed12), N(phase16), N(phase4_fourth), N(second_fourth),
    N(phase4_order1), N(follower2), N(high_bits), N(third_sixth), N(high_nibbles),
    N(second_to_fourth), N(follower1), N(third_to_fifth), N(phase4_order2), N(followers1),
    N(fourth), N(eighth), N(first_fourth), N(order9), N(first_eighth), N(classes10), N(tag_word),
    N(followers1_three), N(followers_several), N(word_age_order2), N(second_to_sixth),
    N(collapsed6_run), N(third_to_sixth), N(second_to_fifth), N(order7), N(followers3_order2),
    N(first_third_fourth), N(order14), N(collapsed16_run), N(order16), N(followers2_order2),
    N(first_second_fourth), N(kinds8_order2), N(followers3), N(case_bits), N(punctuation),
    N(word_4k), N(collapsed4_word), N(classes_length_ended), N(token_second_third),
    N(token_followers3), N(followers_folded4), N(word_first_third), N(letters6), N(gap_previous),
};

static const uint8_t bases[] = {N(bases11), N(bases12), N(bases16), N(bases2), N(bases3), N(bases4), N(bases6), N(bases8), N(bases10), N(bases14), N(bases18), N(bases20), N(bases24), N(bases1), N(order2), N(column_order1)};
/* clang-format on */

_Static_assert(sizeof text == OCK_MAX_CONTEXTS && sizeof binary == OCK_MAX_CONTEXTS &&
                   sizeof numbers == OCK_MAX_CONTEXTS && sizeof table == OCK_MAX_CONTEXTS &&
                   sizeof pages == OCK_MAX_CONTEXTS,
               "as many as the configuration may ask for");

const ock_context_list ock_context_lists[OCK_DATA_KINDS] = {
    [OCK_DATA_TEXT] = {sizeof text, text},          [OCK_DATA_OTHER] = {sizeof binary, binary},
    [OCK_DATA_NUMBERS] = {sizeof numbers, numbers}, [OCK_DATA_TABLE] = {sizeof table, table},
    [OCK_DATA_PAGES] = {sizeof pages, pages},       [OCK_DATA_BASES] = {sizeof bases, bases}};
