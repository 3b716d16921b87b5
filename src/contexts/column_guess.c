/* SPDX-License-Identifier: MIT */
/* column_guess.c - predictions of decimal numbers as a whole, and how well they do. */
#include <string.h>

#include "contexts/columns_private.h"
#include "contexts/hash.h"

static const int64_t largest_error = INT64_C(1) << 58;

int64_t ock_columns_power(uint64_t exponent)
{
    /* clang-format off */
    static const int64_t powers[OCK_COLUMN_DIGITS + 1] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
        10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
        1000000000000000, 10000000000000000, 100000000000000000};
    /* clang-format on */
    return powers[exponent < OCK_COLUMN_DIGITS ? exponent : OCK_COLUMN_DIGITS];
}

static int64_t size_of(int64_t value)
{
    return value < 0 ? -value : value;
}

static int64_t bounded(int64_t value, int64_t most)
{
    return value < -most ? -most : value > most ? most : value;
}

/* With another number of decimals. */
static int64_t scaled(int64_t value, uint64_t from, uint64_t to)
{
    const int64_t most = ock_columns_power(OCK_COLUMN_DIGITS);
    if (from == to) {
        return value;
    }
    if (from > to) {
        return value / ock_columns_power(from - to);
    }
    const int64_t factor = ock_columns_power(to - from);
    return size_of(value) > most / factor ? (value < 0 ? -most : most) : value * factor;
}

/* ---- numbers before ---- */

static bool is_kept(const ock_columns *c, uint64_t number)
{
    return number < c->numbers && c->numbers - number < OCK_COLUMN_KEPT - OCK_COLUMN_BACK;
}

/* With so many decimals. */
static int64_t number_at(const ock_column_past *past, uint64_t number, uint64_t decimals)
{
    const uint64_t at = number % OCK_COLUMN_KEPT;
    return scaled((int64_t)past->value[at], past->decimals[at], decimals);
}

static uint64_t first_of(const ock_column_past *past, uint64_t number)
{
    return past->first[number % OCK_COLUMN_KEPT];
}

/* ---- by another number ---- */

/* Of numbers at the place, those where the other one was nearest to what it is now: [0] not above it, [1] above it. */
typedef struct neighbours {
    bool found[2];
    int64_t other[2], value[2];
} neighbours;

static void look_at(neighbours *n, int64_t now, int64_t other, int64_t value)
{
    const unsigned above = other > now;
    if (!n->found[above] || (above ? other < n->other[1] : other > n->other[0])) {
        n->found[above] = true;
        n->other[above] = other;
        n->value[above] = value;
    }
}

/* back: which number before it the other one is; 0: the line's first. */
static void find_neighbours(const ock_columns *c, const ock_column_past *past, unsigned view,
                            uint64_t back, uint64_t own, neighbours *n)
{
    const unsigned most = back == 0 ? 512 : 128;
    const ock_column_slot *s = &past->slots[view][c->slot[view]];
    const uint64_t decimals = past->decimals[own % OCK_COLUMN_KEPT];
    const int64_t now = number_at(past, own, decimals);
    uint64_t number = s->last, before = c->numbers;
    for (unsigned i = 0; i < most && number < before && is_kept(c, number); i++) {
        const uint64_t other = back == 0 ? first_of(past, number) : number - back;
        if (other < number) {
            look_at(n, now, number_at(past, other, decimals), number_at(past, number, s->decimals));
        }
        before = number;
        number = past->before[view][number % OCK_COLUMN_KEPT];
    }
}

/* Between the neighbours, if there are two; then half of what they differ by is the error to be expected. */
static int64_t by_another(const ock_columns *c, const ock_column_past *past, unsigned view,
                          uint64_t back, uint64_t *error)
{
    neighbours n = {.found = {false}};
    const uint64_t own = back == 0 ? c->first : c->numbers - back;
    if (own < c->numbers) {
        find_neighbours(c, past, view, back, own, &n);
    }
    if (!n.found[0] && !n.found[1]) {
        return (int64_t)past->slots[view][c->slot[view]].value[0];
    }
    if (!n.found[0] || !n.found[1]) {
        return n.value[n.found[1]];
    }
    const int64_t now = number_at(past, own, past->decimals[own % OCK_COLUMN_KEPT]);
    if (n.other[0] == now) {
        return n.value[0];
    }
    const int64_t apart = n.value[1] - n.value[0];
    const double share = (double)(now - n.other[0]) / (double)(n.other[1] - n.other[0]);
    *error = (uint64_t)size_of(apart) * 4;
    return n.value[0] + (int64_t)((double)apart * share);
}

/* ---- least squares ---- */

/* Of numbers before it: how far they are from the last one, and how much they have changed since that; large ones
 * do not drown the others. */
static void set_inputs(const ock_columns *c, const ock_column_past *past, const ock_column_slot *s,
                       double x[OCK_COLUMN_TAPS])
{
    enum { REFERENCES = 6 };
    const uint64_t d = s->decimals, large = UINT64_C(1) << 50;
    const int64_t last = (int64_t)s->value[0], second = (int64_t)s->value[1];
    const int64_t most = (int64_t)(s->change < large ? s->change : large) * 64 + 1;
    memset(x, 0, OCK_COLUMN_TAPS * sizeof *x);
    x[0] = (double)bounded(last - second, most);
    x[1] = (double)bounded(second - (int64_t)s->value[2], most);
    x[2] = (double)s->change;
    if (!is_kept(c, s->last)) {
        return;
    }
    for (uint64_t k = 1; k <= REFERENCES; k++) {
        const int64_t now = number_at(past, c->numbers - k, d);
        x[2 * k + 1] = (double)bounded(now - last, most);
        x[2 * k + 2] = (double)bounded(now - number_at(past, s->last - k, d), most);
    }
    if (c->first < c->numbers) {
        const int64_t then = number_at(past, first_of(past, s->last), d);
        x[2 * REFERENCES + 3] = (double)bounded(number_at(past, c->first, d) - then, most);
    }
}

static int64_t filtered(const ock_least_squares *filter, const double *x, int64_t last)
{
    return last + ock_whole_within(ock_least_squares_predict(filter, OCK_COLUMN_TAPS, x), 0x1p55);
}

/* ---- all ---- */

static uint64_t nearest(const ock_column_slot *s)
{
    uint64_t best = 0;
    for (uint64_t k = 1; k < OCK_COLUMN_BACK; k++) {
        best = s->apart[k] < s->apart[best] ? k : best;
    }
    return best;
}

static size_t pattern_of(const ock_column_slot *s)
{
    return ock_hash_place(ock_hash_pair(s->changes, s->key), OCK_COLUMN_PATTERN_BITS);
}

void ock_columns_guess(ock_columns *c, const ock_column_past *past, ock_column_filters *f,
                       unsigned view)
{
    const ock_column_slot *s = &past->slots[view][c->slot[view]];
    const int64_t last = (int64_t)s->value[0], most = ock_columns_power(OCK_COLUMN_DIGITS);
    const uint64_t newest = c->numbers - 1, d = s->decimals;
    const uint64_t other = view == OCK_AT_FIELD ? 0 : 2;
    uint64_t *error = c->error[view];
    memcpy(error, s->error, sizeof s->error);
    set_inputs(c, past, s, f->input[view]);
    const int64_t guesses[OCK_GUESSES] = {
        [OCK_AS_LAST] = last,
        [OCK_AS_STEP] = 2 * last - (int64_t)s->value[1],
        [OCK_AS_PATTERN] = last + (int64_t)past->went[pattern_of(s)],
        [OCK_AS_COPY] = number_at(past, newest - nearest(s), d),
        [OCK_AS_PREV1] = number_at(past, newest, d),
        [OCK_AS_PREV2] = number_at(past, newest - 1, d),
        [OCK_AS_FILTER] = s->seen > 4 ? filtered(&f->of[s->filter], f->input[view], last) : last,
        [OCK_AS_NEAR] = by_another(c, past, view, 1, &error[OCK_AS_NEAR]),
        [OCK_AS_OTHER] = by_another(c, past, view, other, &error[OCK_AS_OTHER])};
    for (unsigned k = 0; k < OCK_GUESSES; k++) {
        c->guess[view][k] = (uint64_t)bounded(guesses[k], most);
    }
}

/* ---- learning ---- */

/* Towards the new value; fast at first. */
static void move_mean(uint64_t *mean, uint64_t seen, int64_t apart)
{
    const uint64_t share = seen < 7 ? seen + 1 : 8;
    const uint64_t size = (uint64_t)size_of(bounded(apart, largest_error));
    *mean = *mean - *mean / share + 16 * size / share;
}

/* Another place's from now on. */
static void begin_slot(const ock_columns *c, ock_column_slot *s, uint64_t key)
{
    const int64_t value = c->negative ? -(int64_t)c->value : (int64_t)c->value;
    memset(s, 0, sizeof *s);
    s->key = key;
    s->last = UINT64_MAX;
    s->decimals = c->decimals;
    s->value[0] = s->value[1] = s->value[2] = (uint64_t)value;
}

/* A place that comes again takes the filter of another one, in turn. */
static void take_filter(ock_columns *c, ock_column_slot *s, ock_column_filters *f)
{
    s->filter = c->filters++ % OCK_COLUMN_FILTERS;
    memset(&f->of[s->filter], 0, sizeof f->of[s->filter]);
}

/* So many more decimals than before. */
static void refine(ock_column_slot *s, uint64_t more)
{
    const uint64_t factor = (uint64_t)ock_columns_power(more), most = (uint64_t)largest_error;
    uint64_t *const means[] = {&s->change, s->error, s->apart};
    const size_t counts[] = {1, OCK_GUESSES, OCK_COLUMN_BACK};
    for (size_t m = 0; m < 3; m++) {
        for (size_t k = 0; k < counts[m]; k++) {
            means[m][k] = means[m][k] < most / factor ? means[m][k] * factor : most;
        }
    }
    for (size_t k = 0; k < 3; k++) {
        s->value[k] = (uint64_t)scaled((int64_t)s->value[k], 0, more);
    }
    s->decimals += more;
}

static void learn_errors(const ock_columns *c, const ock_column_past *past, ock_column_slot *s,
                         unsigned view, uint64_t more, int64_t value)
{
    for (unsigned k = 0; k < OCK_GUESSES; k++) {
        const int64_t apart = value - scaled((int64_t)c->guess[view][k], 0, more);
        move_mean(&s->error[k], s->seen, apart);
        s->exact[k] = (s->exact[k] << 1 | (apart == 0)) & 255;
    }
    for (uint64_t k = 0; k < OCK_COLUMN_BACK; k++) {
        move_mean(&s->apart[k], s->seen, value - number_at(past, c->numbers - 1 - k, s->decimals));
    }
}

/* Zeros in front. */
static bool is_padded(const ock_columns *c)
{
    return c->whole > 1 && (int64_t)c->value < ock_columns_power(c->decimals + c->whole - 1);
}

void ock_columns_learn(ock_columns *c, ock_column_past *past, ock_column_filters *f, unsigned view,
                       uint64_t key)
{
    enum { OFTEN = 4 };
    const uint64_t slot = ock_hash_place(key, OCK_COLUMN_SLOT_BITS);
    const int64_t written = c->negative ? -(int64_t)c->value : (int64_t)c->value;
    ock_column_slot *s = &past->slots[view][slot];
    uint64_t more = 0;
    if (s->key != key) {
        begin_slot(c, s, key);
    } else if (c->decimals > s->decimals) {
        more = c->decimals - s->decimals;
        refine(s, more);
    }
    const int64_t value = scaled(written, c->decimals, s->decimals);
    const int64_t change = value - (int64_t)s->value[0];
    if (s->seen == OFTEN) {
        take_filter(c, s, f);
    }
    if (c->guessed[view] && c->slot[view] == slot && s->seen > 0) {
        const double decay = 0.995;
        learn_errors(c, past, s, view, more, value);
        if (s->seen >= OFTEN) {
            ock_least_squares_learn(&f->of[s->filter], OCK_COLUMN_TAPS, f->input[view],
                                    (double)change, decay, OCK_SOLVED_EVERY);
        }
    }
    past->went[pattern_of(s)] = (uint64_t)change;
    s->changes = s->changes << 16 | (change & 0xFFFF);
    s->change = s->change - s->change / 8 + (uint64_t)(size_of(change) + 7) / 8;
    memmove(s->value + 1, s->value, 2 * sizeof s->value[0]);
    s->value[0] = (uint64_t)value;
    s->seen++;
    s->width = is_padded(c) ? c->whole : 1;
    past->before[view][c->numbers % OCK_COLUMN_KEPT] = s->last;
    s->last = c->numbers;
}
