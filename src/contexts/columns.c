/* columns.c - follows decimal numbers, predicts the next one. */
#include "contexts/columns.h"

#include <string.h>

#include "contexts/hash.h"
#include "contexts/symbol_kind.h"

enum { DIGITS = 17, TAPS = 16, REFERENCES = 6 };

static int64_t power(uint64_t exponent)
{
    int64_t p = 1;
    for (uint64_t i = 0; i < exponent && i < DIGITS; i++) {
        p *= 10;
    }
    return p;
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
    const int64_t most = power(DIGITS);
    if (from >= to) {
        return value / power(from - to);
    }
    const int64_t factor = power(to - from);
    return size_of(value) > most / factor ? (value < 0 ? -most : most) : value * factor;
}

/* ---- numbers before ---- */

static bool is_kept(const ock_columns *c, uint64_t number)
{
    return number < c->count && c->count - number < OCK_COLUMN_KEPT - OCK_COLUMN_BACK;
}

/* Number `number`, with so many decimals. */
static int64_t number_at(const ock_column_past *past, uint64_t number, uint64_t decimals)
{
    const uint64_t at = number % OCK_COLUMN_KEPT;
    return scaled((int64_t)past->value[at], past->decimals[at], decimals);
}

static uint64_t logarithm(uint64_t value)
{
    return value == 0 ? 0 : 64 - (uint64_t)__builtin_clzll(value);
}

/* What the number was where another one, `key` of them, was nearest to what that is now; between two, if there are. */
typedef struct neighbours {
    int64_t key[2], value[2];
    bool found[2];
} neighbours;

static uint64_t key_number(const ock_column_past *past, uint64_t number, uint64_t back)
{
    return back == 0 ? past->first[number % OCK_COLUMN_KEPT] : number - back;
}

static int64_t near_value(const ock_columns *c, const ock_column_past *past, unsigned view,
                          const ock_column_slot *s, uint64_t back, uint64_t *gap)
{
    enum { MOST = 512 };
    neighbours n = {{0}, {0}, {false}};
    const uint64_t own = back == 0 ? c->first : c->count - back;
    const uint64_t decimals = past->decimals[own % OCK_COLUMN_KEPT];
    const int64_t key = number_at(past, own, decimals);
    uint64_t number = s->last;
    if (own >= c->count) {
        return (int64_t)s->value[0];
    }
    for (unsigned i = 0; i < MOST && is_kept(c, number); i++) {
        const uint64_t other = key_number(past, number, back);
        if (other < number) {
            const int64_t theirs = number_at(past, other, decimals);
            const unsigned above = theirs > key;
            if (!n.found[above] || (above ? theirs < n.key[1] : theirs > n.key[0])) {
                n.found[above] = true;
                n.key[above] = theirs;
                n.value[above] = number_at(past, number, s->decimals);
            }
        }
        const uint64_t next = past->before[view][number % OCK_COLUMN_KEPT];
        if (next >= number) {
            break;
        }
        number = next;
    }
    if (!n.found[0] && !n.found[1]) {
        return (int64_t)s->value[0];
    }
    if (n.found[0] && (n.key[0] == key || !n.found[1])) {
        return n.value[0];
    }
    if (!n.found[0]) {
        return n.value[1];
    }
    *gap = (uint64_t)size_of(n.value[1] - n.value[0]) * 4;
    const double share = (double)(key - n.key[0]) / (double)(n.key[1] - n.key[0]);
    return n.value[0] + (int64_t)((double)(n.value[1] - n.value[0]) * share);
}

/* ---- predictions ---- */

static void set_inputs(const ock_columns *c, const ock_column_past *past, const ock_column_slot *s,
                       double x[TAPS])
{
    const int64_t most = (int64_t)s->change * 64 + 1;
    const int64_t last = (int64_t)s->value[0];
    memset(x, 0, TAPS * sizeof *x);
    x[0] = (double)bounded(last - (int64_t)s->value[1], most);
    x[1] = (double)bounded((int64_t)s->value[1] - (int64_t)s->value[2], most);
    x[2] = (double)s->change;
    for (uint64_t k = 1; k <= REFERENCES && is_kept(c, s->last); k++) {
        const int64_t now = number_at(past, c->count - k, s->decimals);
        x[2 * k + 1] = (double)bounded(now - last, most);
        x[2 * k + 2] = (double)bounded(now - number_at(past, s->last - k, s->decimals), most);
    }
}

static uint64_t best_copy(const ock_column_slot *s)
{
    uint64_t best = 0;
    for (uint64_t k = 1; k < OCK_COLUMN_BACK; k++) {
        best = s->apart[k] < s->apart[best] ? k : best;
    }
    return best;
}

static size_t filter_of(uint64_t slot)
{
    return slot % OCK_COLUMN_FILTERS;
}

static size_t pattern_of(const ock_column_slot *s, uint64_t slot)
{
    return ock_hash_place(ock_hash_pair(s->changes, slot), OCK_COLUMN_PATTERN_BITS);
}

static void guess(ock_columns *c, const ock_column_past *past, ock_column_filters *f, unsigned view)
{
    const ock_column_slot *s = &past->slots[view][c->slot[view]];
    const int64_t last = (int64_t)s->value[0], most = power(DIGITS);
    uint64_t *g = c->guess[view], *gap = c->gap[view];
    const size_t filter = filter_of(c->slot[view]);
    for (unsigned k = 0; k < OCK_GUESSES; k++) {
        gap[k] = s->error[k];
    }
    set_inputs(c, past, s, f->input[view]);
    const double y = ock_least_squares_predict(&f->at[view][filter], TAPS, f->input[view]);
    c->copied[view] = best_copy(s);
    g[OCK_AS_LAST] = (uint64_t)last;
    g[OCK_AS_STEP] = (uint64_t)bounded(2 * last - (int64_t)s->value[1], most);
    g[OCK_AS_COPY] = (uint64_t)number_at(past, c->count - 1 - c->copied[view], s->decimals);
    g[OCK_AS_FILTER] = (uint64_t)(y > -0x1p55 && y < 0x1p55
                                      ? bounded(last + (int64_t)(y + (y < 0 ? -0.5 : 0.5)), most)
                                      : last);
    g[OCK_AS_PATTERN] = (uint64_t)bounded(last + (int64_t)past->went[pattern_of(s, c->slot[view])], most);
    for (unsigned k = 0; k < 3; k++) {
        g[OCK_AS_PREV1 + k] = (uint64_t)number_at(past, c->count - 1 - k, s->decimals);
        g[OCK_AS_FIRST + k] = (uint64_t)near_value(c, past, view, s, k, &gap[OCK_AS_FIRST + k]);
    }
}

static void move_mean(uint64_t *mean, uint64_t seen, uint64_t value)
{
    const uint64_t share = seen < 7 ? seen + 1 : 8;
    *mean = *mean - *mean / share + (16 * value) / share;
}

static void learn(ock_columns *c, ock_column_past *past, ock_column_filters *f, unsigned view,
                  int64_t value, uint64_t key)
{
    c->slot[view] = ock_hash_place(key, 8);
    ock_column_slot *s = &past->slots[view][c->slot[view]];
    const size_t filter = filter_of(c->slot[view]);
    if (!c->known[view] || s->key != key || s->decimals != c->decimals) {
        memset(s, 0, sizeof *s);
        if (f->at[view][filter].age > 0) {
            memset(&f->at[view][filter], 0, sizeof f->at[view][filter]);
        }
        s->key = key;
        s->value[0] = s->value[1] = s->value[2] = (uint64_t)value;
        s->decimals = c->decimals;
    } else {
        const int64_t change = value - (int64_t)s->value[0];
        for (unsigned k = 0; k < OCK_GUESSES; k++) {
            const uint64_t error = (uint64_t)size_of(value - (int64_t)c->guess[view][k]);
            move_mean(&s->error[k], s->seen, error < 1ull << 58 ? error : 1ull << 58);
            s->exact[k] = (s->exact[k] << 1 | (error == 0)) & 255;
        }
        for (uint64_t k = 0; k < OCK_COLUMN_BACK; k++) {
            const int64_t apart = value - number_at(past, c->count - 1 - k, s->decimals);
            move_mean(&s->apart[k], s->seen, (uint64_t)size_of(apart));
        }
        ock_least_squares_learn(&f->at[view][filter], TAPS, f->input[view], (double)change, 0.995);
        past->went[pattern_of(s, c->slot[view])] = (uint64_t)change;
        s->changes = s->changes << 16 | (change & 0xFFFF);
        s->change = s->change - s->change / 8 + (uint64_t)(size_of(change) + 7) / 8;
        s->value[2] = s->value[1];
        s->value[1] = s->value[0];
        s->value[0] = (uint64_t)value;
        s->seen++;
    }
    s->width = c->whole;
    past->before[view][c->count % OCK_COLUMN_KEPT] = s->last;
    s->last = c->count;
}

/* ---- the next digit ---- */

static uint64_t width_of(int64_t size, uint64_t decimals)
{
    uint64_t width = 1;
    for (int64_t whole = size / power(decimals); whole >= 10; whole /= 10) {
        width++;
    }
    return width;
}

static uint64_t opinion_of(const ock_columns *c, const ock_column_slot *s, int64_t value,
                           uint64_t error, uint64_t exact)
{
    enum { LOW = 8, MOST = 31 };
    int64_t size = c->in_number && c->negative ? -value : c->in_number ? value : size_of(value);
    size = size < 0 ? 0 : size;
    uint64_t width = width_of(size, s->decimals);
    width = s->padded && s->width > width ? s->width : width;
    int64_t unit, known;
    if (c->in_number == 2) {
        if (c->decimals >= s->decimals) {
            return 1 << 20 | (exact & 3);
        }
        unit = power(s->decimals - c->decimals - 1);
        known = (int64_t)c->value * unit * 10;
    } else {
        if (c->in_number && c->whole >= width) {
            return 2 << 20 | (exact & 3) | (uint64_t)(c->whole > width) << 2;
        }
        if (s->decimals + width - c->whole > DIGITS) {
            return 0;
        }
        unit = power(s->decimals + width - 1 - c->whole);
        known = c->in_number ? (int64_t)c->value * unit * 10 : 0;
    }
    const int64_t left = size - known;
    int64_t place = left / unit * 2 + (left % unit * 2 >= unit);
    place = left < 0 ? (left > -unit ? -1 : left > -3 * unit ? -2 : -3) : place > 22 ? 22 : place;
    const uint64_t sure = logarithm(error * 2 / (uint64_t)unit);
    return 3 << 20 | (uint64_t)(place + LOW) << 8 | (sure < 15 ? sure : 15) << 2 | (exact & 3) |
           (uint64_t)(c->in_number == 0) << 16;
}

static void expect(ock_columns *c, const ock_column_past *past)
{
    for (unsigned view = 0; view < OCK_VIEWS; view++) {
        const ock_column_slot *s = &past->slots[view][c->slot[view]];
        for (unsigned k = 0; k < OCK_GUESSES; k++) {
            c->opinion[view][k] = !c->known[view] ? 0
                                               : opinion_of(c, s, (int64_t)c->guess[view][k],
                                                            c->gap[view][k], s->exact[k]);
        }
    }
}

/* ---- following ---- */

static uint64_t key_of(const ock_columns *c, unsigned view)
{
    return view == OCK_AT_FIELD ? ock_hash_pair(c->field * 8 + c->in_field, c->separators) | 1
                                : ock_hash_pair(c->word, c->marks) | 1;
}

static void find_slots(ock_columns *c, const ock_column_past *past)
{
    for (unsigned view = 0; view < OCK_VIEWS; view++) {
        const uint64_t key = key_of(c, view);
        c->slot[view] = ock_hash_place(key, 8);
        c->known[view] = past->slots[view][c->slot[view]].key == key;
    }
}

static void end_number(ock_columns *c, ock_column_past *past, ock_column_filters *f)
{
    const int64_t value = c->negative ? -(int64_t)c->value : (int64_t)c->value;
    const uint64_t at = c->count % OCK_COLUMN_KEPT;
    for (unsigned view = 0; view < OCK_VIEWS && c->active; view++) {
        learn(c, past, f, view, value, key_of(c, view));
    }
    past->value[at] = (uint64_t)value;
    past->decimals[at] = c->decimals;
    if (c->first > c->count) {
        c->first = c->count;
    }
    past->first[at] = c->first;
    c->count++;
    c->in_field++;
    memmove(c->texts + 1, c->texts, 2 * sizeof c->texts[0]);
    c->texts[0] = c->text;
    c->in_number = c->negative = c->value = c->whole = c->decimals = c->text = 0;
}

static void begin_number(ock_columns *c, uint64_t sign)
{
    c->in_number = 1;
    c->negative = sign;
    c->value = c->whole = c->decimals = 0;
    c->text = sign;
}

static void follow_digit(ock_columns *c, uint8_t symbol)
{
    if (!c->in_number) {
        begin_number(c, 0);
    }
    c->text = ock_hash_next(c->text, symbol);
    if (c->whole + c->decimals >= DIGITS) {
        return;
    }
    c->value = c->value * 10 + symbol - '0';
    c->whole += c->in_number == 1;
    c->decimals += c->in_number == 2;
}

static unsigned separator(uint8_t symbol)
{
    return symbol == '\t' ? 2 : symbol == ',' || symbol == ';' || symbol == '|' ? 1 : 0;
}

static void follow_mark(ock_columns *c, uint8_t symbol)
{
    if (symbol == '\n') {
        c->separators = c->seen;
        c->seen = c->field = c->in_field = c->word = c->marks = 0;
        c->first = UINT64_MAX;
        return;
    }
    const unsigned kind = separator(symbol);
    c->seen = kind > c->seen ? kind : c->seen;
    if ((kind > 0 || symbol == ' ') && kind == c->separators &&
        !(kind == 0 && c->newest == ' ')) {
        c->field++;
        c->in_field = 0;
    }
    if (symbol == '\t') {
        c->word = c->marks = 0;
    } else if (ock_symbol_is_letter(symbol)) {
        c->word = ock_symbol_is_letter((uint8_t)c->newest) ? c->word : 0;
        c->word = ock_hash_next(c->word, symbol);
        c->marks = 0;
    } else if (!(symbol == ' ' && c->newest == ' ')) {
        c->marks = (c->marks << 8 | symbol) & 0xFFFFFFFF;
    }
}

/* A number may be what comes next. */
static void look_ahead(ock_columns *c, const ock_column_past *past, ock_column_filters *f,
                       bool letter)
{
    find_slots(c, past);
    c->known[OCK_AT_FIELD] &= !letter;
    for (unsigned view = 0; view < OCK_VIEWS; view++) {
        if (c->known[view]) {
            guess(c, past, f, view);
        }
    }
}

void ock_columns_follow(ock_columns *c, ock_column_past *past, ock_column_filters *f, uint8_t symbol)
{
    const bool digit = ock_symbol_is_digit(symbol), letter = ock_symbol_is_letter(symbol);
    if (++c->symbols % 64 == 0) {
        c->active = c->digits > (c->active ? 65536 / 10 : 65536 / 6);
    }
    c->digits += (digit ? 65536 >> 8 : 0) - (c->digits >> 8);
    if (digit) {
        follow_digit(c, symbol);
    } else if (symbol == '.' && c->in_number == 1 && c->whole > 0) {
        c->in_number = 2;
        c->text = ock_hash_next(c->text, symbol);
    } else {
        if (c->in_number) {
            end_number(c, past, f);
        }
        follow_mark(c, symbol);
        if (c->active) {
            look_ahead(c, past, f, letter);
        }
        if (symbol == '-' && !ock_symbol_is_letter((uint8_t)c->newest) &&
            !ock_symbol_is_digit((uint8_t)c->newest)) {
            begin_number(c, 1);
        }
    }
    c->newest = symbol;
    if (c->active) {
        expect(c, past);
    }
}

bool ock_columns_is_sound(const ock_columns *c, const ock_column_past *past)
{
    (void)past;
    return c->slot[0] < OCK_COLUMN_SLOTS && c->slot[1] < OCK_COLUMN_SLOTS;
}
