/* SPDX-License-Identifier: MIT */
/* rows.h - every context, one row each: its name, what it needs followed, what it hashes, in words.
 *
 *     ROW(name, needs, value, text)
 *
 * needs: parts of the past beyond what is always followed (past.h); OWN: of text and of what is unknown, each lane counts for
 * itself, so that what came last in such a context came in this lane. value: of the past, in these words:
 *   R(n)     the newest n symbols (1 .. 8)          W(x)  words.h       T(x)  tokens.h
 *   A(n)     the symbol of the line above, n ahead  L(x)  lines.h       B(x)  brackets.h
 *   UP(n)    the symbol n before (stride.h)         C(x)  classes.h     F(x)  followers.h
 *   K(x)     columns.h; GUESS(at, as) what one of its predictions expects, and how far off it was
 *   N(x)     numbers.h; NEXT, SIZE(by) what one of its predictions expects, the size of its errors; NUMBER(by) both
 *   P(x)     pages.h; PAGE(by) what one of the cells beside has there
 *   BASES(n) the newest n bases (bases.h)
 *   H2 .. H4 several values as one
 *
 * Their order is part of the contract: a row's number keys its hashes. Those of bases come last, in the order of
 * OCK_BASE_ORDERS. */

#define OCK_BASE_ORDERS 1, 2, 3, 4, 6, 8, 10, 11, 12, 14, 16, 18, 20, 24

#define OCK_CONTEXT_ROWS(ROW)                                                                      \
    /* the newest symbols */                                                                       \
    ROW(order0, 0, 0, "nothing")                                                                   \
    ROW(order1, 0, R(1), "the newest symbol")                                                      \
    ROW(order2, OWN, R(2), "the two newest")                                                       \
    ROW(order3, OWN, R(3), "three")                                                                \
    ROW(order4, 0, R(4), "four")                                                                   \
    ROW(order5, 0, R(5), "five")                                                                   \
    ROW(order6, 0, R(6), "six")                                                                    \
    ROW(order7, 0, R(7), "seven")                                                                  \
    ROW(order8, 0, R(8), "eight")                                                                  \
    ROW(order9, 0, H2(R(8), OLD(1)), "nine")                                                       \
    ROW(order10, 0, H2(R(8), OLD(2)), "ten")                                                       \
    ROW(order12, 0, H2(R(8), OLD(4)), "twelve")                                                    \
    ROW(order14, 0, H2(R(8), OLD(6)), "fourteen")                                                  \
    ROW(order16, 0, H2(R(8), OLD(8)), "sixteen")                                                   \
    /* words */                                                                                    \
    ROW(word, 0, H2(W(word), R(1)), "the word so far and the newest symbol")                       \
    ROW(word_previous, 0, H2(W(word), W(previous[0])), "the word so far, the one before")          \
    ROW(previous_order2, 0, H2(R(2), W(previous[0])), "the word before, two symbols")              \
    ROW(trigram, 0, H3(W(word), W(previous[0]), W(previous[1])), "the word so far, two before")    \
    ROW(word_second_third, 0, H3(W(word), W(previous[1]), W(previous[2])),                         \
        "the word so far, the second and third before")                                            \
    ROW(word_first_third, 0, H3(W(word), W(previous[0]), W(previous[2])),                          \
        "the word so far, the first and third before")                                             \
    ROW(word_age_order2, 0, H3(W(age), R(2), W(ended)), "that age, two symbols, ended before")     \
    ROW(word_kilobyte, OWN, H2(W(word), W(count) >> 10), "the word so far in this kilobyte")       \
    ROW(word_4k, OWN, H2(W(word), W(count) >> 12), "in these four kilobytes")                      \
    ROW(order3_kilobyte, OWN, H2(R(3), W(count) >> 10), "three symbols in this kilobyte")          \
    ROW(word_stem, 0, H2(W(word), W(stems[0])), "the word so far, the stem before")                \
    ROW(letters2_length, 0, H2(W(letters) & 0xFFFF, W(length)), "two letters, length")             \
    ROW(letters3, 0, W(letters) & 0xFFFFFF, "three letters, over words")                           \
    ROW(letters4, 0, W(letters) & 0xFFFFFFFF, "four letters")                                      \
    ROW(letters5, 0, W(letters) & 0xFFFFFFFFFF, "five letters")                                    \
    ROW(letters6, 0, W(letters) & 0xFFFFFFFFFFFF, "six letters")                                   \
    ROW(letters8, 0, W(letters), "eight letters")                                                  \
    ROW(classes_length_ended, 0, H3(C(classes) & 0xFFF, W(length), W(ended)),                      \
        "classes of four symbols, length, a word ended so before")                                 \
    ROW(number, 0, H2(W(number), R(1)), "the digits so far, the newest symbol")                    \
    ROW(number_word, 0, H2(W(number), W(previous[0])), "the digits so far, the word before")       \
    ROW(number_before, 0, H2(W(number), W(number_before)), "and the number before")                \
    ROW(capitals_word, 0, H2(W(capitals) & 7, W(word)), "capitals of words, the word so far")      \
    ROW(skeleton, 0, H2(W(skeleton), R(1)), "vowels of the word so far, the newest symbol")        \
    ROW(gap_previous, 0, H3(W(gap), W(previous[0]), W(length)), "what stood before the word")      \
    /* tokens */                                                                                   \
    ROW(token_follower, TOKENS, H2(T(followed) & 0xFF, R(1)), "what followed the token last")      \
    ROW(token_follower2, TOKENS, H2(T(followed) & 0xFF, R(2)), "and two symbols")                  \
    ROW(token_followers3, TOKENS, H2(T(followed) & 0xFFFFFF, R(1)), "its last three")              \
    ROW(token_followers_groups, TOKENS, H2(T(followed) & 0xFFFF, C(groups) & 0xFFF),               \
        "its last two, groups of three symbols")                                                   \
    ROW(token_both_followers, TOKENS, H2(T(pair) & 0xFF, T(followed) & 0xFF),                      \
        "what followed two tokens and one")                                                        \
    ROW(token_order1, TOKENS, H2(T(token), R(1)), "the token so far")                              \
    ROW(token_previous, TOKENS, H2(T(token), T(previous[0])), "and the one before")                \
    ROW(token_two, TOKENS, H3(T(token), T(previous[0]), T(previous[1])), "the two before")         \
    ROW(token_second, TOKENS, H2(T(token), T(previous[1])), "the second before")                   \
    ROW(token_second_third, TOKENS, H3(T(token), T(previous[1]), T(previous[2])),                  \
        "the second and third")                                                                    \
    /* followers of symbols */                                                                     \
    ROW(follower1, FOLLOWERS, H2(F(after1) & 0xFF, R(1)), "the last follower of the newest")       \
    ROW(followers1, FOLLOWERS, H2(F(after1) & 0xFFFF, R(1)), "the last two")                       \
    ROW(followers1_three, FOLLOWERS, H2(F(after1) & 0xFFFFFF, R(1)), "the last three")             \
    ROW(followers1_order2, FOLLOWERS, H2(F(after1) & 0xFFFFFF, R(2)), "the last three, symbols")   \
    ROW(follower2, FOLLOWERS, H2(F(after2) & 0xFF, R(1)), "the last follower of two symbols")      \
    ROW(followers2_order2, FOLLOWERS, H2(F(after2), R(2)), "their last two, two symbols")          \
    ROW(followers3, FOLLOWERS, H2(F(after3), R(1)), "their last two")                              \
    ROW(followers3_order2, FOLLOWERS, H2(F(after3), R(2)), "their last two, two symbols")          \
    ROW(followers_folded4, FOLLOWERS, H2(F(folded4), R(1)), "of four symbols")                     \
    ROW(followers_folded4_order2, FOLLOWERS, H2(F(folded4) & 0xFF, R(2)), "the last, symbols")     \
    ROW(followers_several, FOLLOWERS,                                                              \
        H4(F(after1) & 0xFF, F(after2) & 0xFF, F(after3) & 0xFF, F(folded4) & 0xFF),               \
        "the last followers of one to four symbols")                                               \
    /* lines */                                                                                    \
    ROW(column_above, LINES, H3(COLUMN, A(0), R(1)), "column, symbol above, newest symbol")        \
    ROW(column, LINES, H2(L(start), COLUMN), "column, the line's first symbols")                   \
    ROW(column_order1, LINES, H2(COLUMN, R(1)), "column, the newest symbol")                       \
    ROW(column_kinds, LINES, H2(COLUMN, C(kinds) & 0x3F), "column, three kinds")                   \
    ROW(above_word, LINES, H2(A(0), W(word)), "the symbol above, the word so far")                 \
    ROW(above_order3, LINES, H2(A(0), R(3)), "three symbols")                                      \
    ROW(above_ahead, LINES, H4(A(0), A(1), A(2), R(1)), "three symbols above")                     \
    ROW(above_agreed_ahead, LINES, H3(A(0), AGREED, A(1)), "two above, how long")                  \
    ROW(above_column, LINES, H3(A(0), COLUMN, AGREED), "the symbol above, column, how long")       \
    ROW(line_starts_column, LINES, H4(L(start), L(start_above), L(start_second), COLUMN),          \
        "starts of three lines, column")                                                           \
    ROW(line_word, LINES | OWN, H3(L(word), W(word), R(1)),                                        \
        "first word of the line, the word so far")                                                 \
    ROW(line_word_order2, LINES, H2(L(word), R(2)), "first word of the line, two symbols")         \
    ROW(line_above_start, LINES, H2(L(line), L(start_above)), "and the start of the one above")    \
    ROW(indent, LINES, H3(L(indent), L(blank), R(2)), "indentation, two symbols")                  \
    ROW(indent_word, LINES, H3(L(indent), L(blank), W(word)), "indentation, the word so far")      \
    ROW(field, LINES, H3(L(field), L(in_field), L(field_length)), "field and what is in it")       \
    ROW(field_above_in, LINES, H3(L(in_field), FIELD_ABOVE, L(field_length)), "and in it")         \
    /* brackets, quotes, tags */                                                                   \
    ROW(bracket_order1, 0, H2(B(marks), R(1)), "open brackets, the newest symbol")                 \
    ROW(bracket_order2, 0, H2(B(marks), R(2)), "two symbols")                                      \
    ROW(bracket_word, 0, H2(B(marks), W(word)), "the word so far")                                 \
    ROW(bracket_second, 0, H3(B(marks) & 0xFF, W(word), W(previous[1])), "the second before")      \
    ROW(bracket_since_kinds, 0, H3(B(marks), SINCE, C(kinds) & 0xFF), "kinds of four symbols")     \
    ROW(bracket_inner, 0, H3(B(marks) & 0xFF, B(inner), R(1)), "what the bracket began with")      \
    ROW(bracket_inner_since, 0, H2(B(inner), SINCE), "that and the distance")                      \
    ROW(depth_quote, 0, H3(B(depth), B(quote), C(classes) & 7), "depth, quote, a class")           \
    ROW(depth_last, 0, H4(B(depth), ock_brackets_last(&p->brackets), B(quote), R(1)),              \
        "depth, last bracket, quote, symbol")                                                      \
    ROW(depth_word, 0, H3(ock_brackets_last(&p->brackets), B(quote), W(word)),                     \
        "last bracket, quote, the word so far")                                                    \
    ROW(tag_word, 0, H2(B(tag), W(word)), "the last tag, the word so far")                         \
    ROW(tags_order2, 0, H3(ock_brackets_tag(&p->brackets, 0), B(in_name), R(2)),                   \
        "the open tag, two symbols")                                                               \
    ROW(tags_closing, 0, H4(ock_brackets_tag(&p->brackets, 0), B(in_name), B(tag), R(1)),          \
        "the open tag, the name so far")                                                           \
    ROW(tags_two, OWN,                                                                             \
        H4(ock_brackets_tag(&p->brackets, 0), ock_brackets_tag(&p->brackets, 1), W(word), R(1)),   \
        "two open tags, the word so far")                                                          \
    /* kinds, classes, groups */                                                                   \
    ROW(kinds6_order3, 0, H2(C(kinds) & 0xFFF, R(3)), "six kinds, three symbols")                  \
    ROW(kinds8_order2, OWN, H2(C(kinds) & 0xFFFF, R(2)), "eight kinds, two symbols")               \
    ROW(kinds16, 0, H2(C(kinds) & 0xFFFFFFFF, R(1)), "sixteen kinds, the newest symbol")           \
    ROW(classes4_order1, OWN, H2(C(classes) & 0xFFF, R(1)), "four classes, a symbol")              \
    ROW(classes6_order2, 0, H2(C(classes) & 0x3FFFF, R(2)), "six classes, two symbols")            \
    ROW(classes10, 0, C(classes) & 0x3FFFFFFF, "ten classes")                                      \
    ROW(groups4_order2, 0, H2(C(groups) & 0xFFFF, R(2)), "four groups, two symbols")               \
    ROW(groups6, 0, C(groups) & 0xFFFFFF, "six groups")                                            \
    ROW(collapsed4_order1, 0, H2(C(collapsed) & 0xFFFF, R(1)), "groups of four runs, symbol")      \
    ROW(collapsed4_word, 0, H2(C(collapsed) & 0xFFFF, W(word)), "groups of four runs, word")       \
    ROW(collapsed8, 0, H3(C(collapsed) & 0xFFFFFFFF, RUN, R(1)), "of eight runs, the newest")      \
    ROW(collapsed6_run, 0, H2(C(collapsed) & 0xFFFFFF, RUN), "groups of six runs, length")         \
    ROW(collapsed12, 0, H2(C(collapsed) & 0xFFFFFFFFFFFF, R(1)), "groups of twelve runs")          \
    ROW(collapsed16_run, 0, H2(C(collapsed), RUN), "groups of sixteen runs, length")               \
    ROW(punctuation, 0, H2(C(punctuation) & 0xFFFFFF, R(1)), "three punctuation marks")            \
    /* symbols at fixed distances */                                                               \
    ROW(high_bits, 0, R(4) & 0xF8F8F8F8, "four symbols without low bits")                          \
    ROW(high_nibbles, 0, R(6) & 0xF0F0F0F0F0F0, "high bits of six symbols")                        \
    ROW(high_8, 0, R(8) & 0xC0C0C0C0C0C0C0C0, "two high bits of eight")                            \
    ROW(high_order1, 0, R(5) & 0xF0F0F0F0FF, "the newest, high bits of four before")               \
    ROW(case_bits, 0, R(4) & 0xDFDFDFDF, "four symbols without the bit of case")                   \
    ROW(second, 0, R(2) & 0xFF00, "the second newest symbol")                                      \
    ROW(third, 0, R(3) & 0xFF0000, "the third")                                                    \
    ROW(fourth, 0, R(4) & 0xFF000000, "the fourth")                                                \
    ROW(eighth, 0, R(8) >> 56, "the eighth")                                                       \
    ROW(first_third, 0, R(3) & 0xFF00FF, "the first and third")                                    \
    ROW(first_fourth, 0, R(4) & 0xFF0000FF, "the first and fourth")                                \
    ROW(first_eighth, 0, R(8) & 0xFF000000000000FF, "the first and eighth")                        \
    ROW(fourth_eighth, 0, R(8) & 0xFF000000FF000000, "the fourth and eighth")                      \
    ROW(first_third_fourth, 0, R(4) & 0xFFFF00FF, "the first, third and fourth")                   \
    ROW(first_second_fourth, 0, R(4) & 0xFF00FFFF, "the first, second and fourth")                 \
    ROW(second_third, 0, R(3) & 0xFFFF00, "the second and third")                                  \
    ROW(second_fourth, 0, R(4) & 0xFF00FF00, "the second and fourth")                              \
    ROW(second_fifth, 0, R(5) & 0xFF0000FF00, "the second and fifth")                              \
    ROW(third_fourth, 0, R(4) & 0xFFFF0000, "the third and fourth")                                \
    ROW(third_sixth, 0, R(6) & 0xFF0000FF0000, "the third and sixth")                              \
    ROW(second_to_fourth, 0, R(4) & 0xFFFFFF00, "the second to fourth")                            \
    ROW(second_to_fifth, 0, R(5) & 0xFFFFFFFF00, "the second to fifth")                            \
    ROW(second_to_sixth, 0, R(6) & 0xFFFFFFFFFF00, "the second to sixth")                          \
    ROW(third_to_fifth, 0, R(5) & 0xFFFFFF0000, "the third to fifth")                              \
    ROW(third_to_sixth, 0, R(6) & 0xFFFFFFFF0000, "the third to sixth")                            \
    ROW(fourth_to_seventh, 0, R(7) & 0xFFFFFFFF000000, "the fourth to seventh")                    \
    ROW(phase4_order1, 0, H2(W(count) & 3, R(1)), "place among four, a symbol")                    \
    ROW(phase4_fourth, 0, H2(W(count) & 3, R(4) & 0xFF000000), "place among four, the fourth")     \
    ROW(phase4_order2, 0, H2(W(count) & 3, R(2)), "place among four, two symbols")                 \
    ROW(phase16, 0, H2(W(count) & 15, R(1)), "place among sixteen, a symbol")                      \
    /* rows of an image, records of a table */                                                     \
    ROW(row_above, STRIDE, H2(UP(WIDTH), R(1)), "a row before, the newest symbol")                 \
    ROW(row_above_order2, STRIDE, H2(UP(WIDTH), R(2)), "a row before, two symbols")                \
    ROW(row_gradient, STRIDE, (UP(3) + UP(WIDTH) - UP(WIDTH + 3)) & 0xFFFF,                        \
        "above + left - above left, three symbols a pixel")                                        \
    ROW(row_gradient1, STRIDE, (R(1) + UP(WIDTH) - UP(WIDTH + 1)) & 0xFFFF,                        \
        "the same, one a pixel")                                                                   \
    ROW(row_gradient1_above, STRIDE, H2((R(1) + UP(WIDTH) - UP(WIDTH + 1)) & 0xFFFF, UP(WIDTH)),   \
        "and above")                                                                               \
    ROW(row_gradient2, STRIDE, (UP(2) + UP(WIDTH) - UP(WIDTH + 2)) & 0xFFFF, "two a pixel")        \
    ROW(row_neighbours, STRIDE, H3(UP(WIDTH), UP(WIDTH - 1), UP(WIDTH + 1)), "three above")        \
    ROW(row_neighbours_order1, STRIDE, H4(UP(WIDTH), UP(WIDTH - 1), UP(WIDTH + 1), R(1)),          \
        "three above, the newest")                                                                 \
    ROW(rows, STRIDE, H2(UP(WIDTH), UP(2 * WIDTH)), "above, and above that")                       \
    ROW(rows_order1, STRIDE, H3(UP(WIDTH), UP(2 * WIDTH), R(1)), "and the newest symbol")          \
    ROW(row_third, STRIDE, H3(UP(WIDTH), UP(3), WIDTH), "above, the third newest")                 \
    ROW(row_mean, STRIDE, (UP(WIDTH) + UP(1)) >> 1, "mean of above and left")                      \
    ROW(row_mean3, STRIDE, H2((UP(WIDTH) + UP(3)) >> 1, UP(1)), "three a pixel")                   \
    ROW(row_left_above, STRIDE, H4(UP(WIDTH) >> 3, UP(1) >> 3, UP(WIDTH + 1) >> 3, UP(2) >> 3),    \
        "high bits of four neighbours")                                                            \
    /* numbers */                                                                                  \
    ROW(number_place, 0, H2(N(place), R(1)), "place in the record, the newest symbol")             \
    ROW(number_last, 0, NUMBER(LAST), "the number a record before")                                \
    ROW(number_near, 0, NUMBER(NEAR), "as the nearest say")                                        \
    ROW(number_window, 0, NUMBER(WINDOW), "as those around it, in the rows above too")             \
    ROW(number_wide, 0, NUMBER(WIDE), "as more of them")                                           \
    ROW(number_stack, 0, NUMBER(STACK), "least squares over predictions")                          \
    ROW(number_around, 0, H3(NEXT(STACK), AROUND >> 2, N(phase)), "errors around")                 \
    ROW(number_around_blend, 0, H3(NEXT(BLEND), AROUND >> 2, NEXT(ABOVE)), "and above")            \
    ROW(number_stack_quick, 0, H2(NEXT(STACK) | NEXT(QUICK) << 8, N(phase)), "that, quick filter") \
    ROW(number_blend, 0, NUMBER(BLEND), "the blend")                                               \
    ROW(number_slope, 0, NUMBER(SLOPE), "on the line through the last two")                        \
    ROW(number_above, 0, NUMBER(ABOVE), "the number a row above")                                  \
    ROW(number_plane, 0, NUMBER(PLANE), "in the plane of three neighbours")                        \
    ROW(number_neighbour, 0, NUMBER(NEIGHBOUR), "as the number beside it went on")                 \
    ROW(number_beside, 0, NUMBER(BESIDE), "as the number beside it differs from above")            \
    ROW(number_listed, 0, NUMBER(LISTING), "the likeliest colour or whole number")                 \
    ROW(number_listed_order1, 0, H2(NEXT(LISTING), R(1)), "and the newest symbol")                 \
    ROW(number_second, 0, NUMBER(SECOND), "as the second number beside it went on")                \
    ROW(number_beside_both, 0, H2(NEXT(NEIGHBOUR) | NEXT(BESIDE) << 8, N(phase)), "both")          \
    ROW(number_beside_filter, 0, H2(NEXT(FILTER) | NEXT(BESIDE) << 8, N(phase)), "filter, beside") \
    ROW(number_neighbour_filter, 0, H2(NEXT(FILTER) | NEXT(NEIGHBOUR) << 8, N(phase)),             \
        "filter, beside")                                                                          \
    ROW(number_filter, 0, NUMBER(FILTER), "as the filter says")                                    \
    ROW(number_quick, 0, NUMBER(QUICK), "as the quick filter says")                                \
    ROW(number_filters, 0, H2(NEXT(FILTER) | NEXT(QUICK) << 8, N(phase)), "both")                  \
    ROW(number_quick_order1, 0, H3(NEXT(QUICK), R(1), SIZE(QUICK)),                                \
        "quick filter, its errors, the newest symbol")                                             \
    ROW(number_missed, 0, H4(NEXT(FILTER), N(missed)[0], N(missed_here), N(phase)),                \
        "filter, its last misses, beside and before")                                              \
    ROW(number_best_missed, 0, H3(NUMBER(BEST), N(missed)[0], N(missed)[1]),                       \
        "best, the last two misses")                                                               \
    ROW(number_median, 0, NUMBER(MEDIAN), "the median of last, above, plane")                      \
    ROW(number_best, 0, NUMBER(BEST), "as was best of late")                                       \
    ROW(number_last_above, 0, H2(NEXT(LAST) | NEXT(ABOVE) << 8, N(phase)), "last, above")          \
    ROW(number_filter_plane, 0, H2(NEXT(FILTER) | NEXT(PLANE) << 8, N(phase)), "filter, plane")    \
    ROW(number_filter_order1, 0, H3(NEXT(FILTER), R(1), N(phase)), "filter, the newest symbol")    \
    ROW(number_sizes, 0, H4(NEXT(FILTER), SIZE(FILTER), SIZE(MEDIAN), N(place)),                   \
        "filter, two sizes of errors, place in the record")                                        \
    ROW(number_three, 0, H4(NEXT(LAST) >> 2, NEXT(ABOVE) >> 2, NEXT(NEIGHBOUR) >> 2, N(phase)),    \
        "last, above, neighbour, without low bits")                                                \
    ROW(number_median_neighbour, 0, H2(NEXT(MEDIAN) | NEXT(NEIGHBOUR) << 8, N(phase)),             \
        "median, neighbour")                                                                       \
    /* pages of records */                                                                         \
    ROW(page_text, 0, P(text), "column and what is in it")                                         \
    ROW(page_last, 0, PAGE(LAST), "the cell before")                                               \
    ROW(page_step, 0, PAGE(STEP), "as it went on, or the second before")                           \
    ROW(page_upper, 0, PAGE(UPPER), "the next key's cell")                                         \
    ROW(page_lower, 0, PAGE(LOWER), "the key before's")                                            \
    ROW(page_where, 0, H2(P(where), R(1)), "field, place in it, the newest symbol")                \
    ROW(page_where_left, 0, H2(P(where), P(left)), "and what is left of it")                       \
    ROW(page_beside, 0, H3(PAGE(LOWER), PAGE(UPPER), P(where)), "both")                            \
    ROW(page_last_step, 0, H3(PAGE(LAST), PAGE(STEP), P(where)), "the cell before, as it went on") \
    ROW(page_all, 0, H4(PAGE(LAST), PAGE(STEP), PAGE(LOWER), PAGE(UPPER)), "all four")             \
    ROW(page_before, 0, H2(P(text), P(before)), "the column before, and what is in this one")      \
    ROW(page_initial, 0, H2(P(text), P(initial)), "the first column")                              \
    ROW(page_types, 0, H3(P(where), P(types), R(1)), "types")                                      \
    ROW(page_types_left, 0, H3(P(where), P(types), P(left)), "and what is left")                   \
    ROW(page_text_left, 0, H2(P(text), P(left)), "what is in the column, and what is left")        \
    ROW(page_order2, 0, H2(P(field), R(2)), "field, two symbols")                                  \
    ROW(page_order3, 0, H2(P(field), R(3)), "three")                                               \
    ROW(page_word, 0, H2(P(field), W(word)), "field, the word so far")                             \
    ROW(page_last_order1, 0, H3(PAGE(LAST), R(1), P(where)), "the cell before, the newest symbol") \
    ROW(page_step_order1, 0, H3(PAGE(STEP), R(1), P(left)), "as it went on, the newest symbol")    \
    /* decimal numbers */                                                                          \
    ROW(field_last, 0, GUESS(FIELD, LAST), "the number in this field of the line before")          \
    ROW(field_step, 0, GUESS(FIELD, STEP), "on the line through the last two")                     \
    ROW(field_pattern, 0, GUESS(FIELD, PATTERN), "as after the same changes")                      \
    ROW(field_copy, 0, GUESS(FIELD, COPY), "as the number before that is nearest")                 \
    ROW(field_filter, 0, GUESS(FIELD, FILTER), "least squares")                                    \
    ROW(field_near, 0, GUESS(FIELD, NEAR), "as where the number before was so")                    \
    ROW(field_first, 0, GUESS(FIELD, OTHER), "as where the line's first number was so")            \
    ROW(field_both, 0, H2(GUESS(FIELD, COPY), GUESS(FIELD, FILTER)), "nearest, least squares")     \
    ROW(field_before, 0, H2(GUESS(FIELD, PREV1), GUESS(FIELD, PREV2)), "the two numbers before")   \
    ROW(field_text, 0, H3(K(slot)[0], K(text), R(1)), "field, number so far")                      \
    ROW(word_number, 0, GUESS(WORD, LAST), "the number after this word before")                    \
    ROW(word_step, 0, GUESS(WORD, STEP), "on the line through the last two")                       \
    ROW(word_filter, 0, GUESS(WORD, FILTER), "least squares")                                      \
    ROW(word_near, 0, GUESS(WORD, NEAR), "as where the number before was so")                      \
    ROW(word_near_second, 0, GUESS(WORD, OTHER), "as where the second before was so")              \
    ROW(word_text_before, 0, H4(K(slot)[1], K(text), K(texts)[0], R(1)),                           \
        "word, number so far, the one before")                                                     \
    ROW(word_text_second, 0, H4(K(slot)[1], K(text), K(texts)[1], R(1)), "and the second before")  \
    /* bases */                                                                                    \
    ROW(bases1, 0, BASES(1), "the newest base")                                                    \
    ROW(bases2, 0, BASES(2), "2 bases")                                                            \
    ROW(bases3, 0, BASES(3), "3 bases")                                                            \
    ROW(bases4, 0, BASES(4), "4 bases")                                                            \
    ROW(bases6, 0, BASES(6), "6 bases")                                                            \
    ROW(bases8, 0, BASES(8), "8 bases")                                                            \
    ROW(bases10, 0, BASES(10), "10 bases")                                                         \
    ROW(bases11, 0, BASES(11), "11 bases")                                                         \
    ROW(bases12, 0, BASES(12), "12 bases")                                                         \
    ROW(bases14, 0, BASES(14), "14 bases")                                                         \
    ROW(bases16, 0, BASES(16), "16 bases")                                                         \
    ROW(bases18, 0, BASES(18), "18 bases")                                                         \
    ROW(bases20, 0, BASES(20), "20 bases")                                                         \
    ROW(bases24, 0, BASES(24), "24 bases")
