/* SPDX-License-Identifier: MIT */
/* bit_history.c - generates the bit-history machine. */
#include "mixing/bit_history.h"

#include <stdbool.h>
#include <string.h>

enum { MAX_RUN = 40 };

/* The larger count's bound, given the smaller one: long memory only for
 * near-deterministic contexts. */
static unsigned bound(unsigned smaller)
{
    static const unsigned bounds[] = {MAX_RUN, 20, 10, 6, 5};
    return smaller < sizeof bounds / sizeof bounds[0] ? bounds[smaller] : 0;
}

static bool allowed(unsigned n0, unsigned n1)
{
    unsigned small = n0 < n1 ? n0 : n1, large = n0 < n1 ? n1 : n0;
    return large <= bound(small);
}

/* A count of the other bit after a surprise: 0 1 2 stay, larger ones shrink to
 * about their logarithm. */
static unsigned discounted(unsigned n)
{
    if (n <= 2) {
        return n;
    }
    unsigned log2 = 0;
    while (n >> (log2 + 1) != 0) {
        log2++;
    }
    return log2 + 1;
}

/* Numbers of the states: [n0][n1][last bit]; the last bit counts only where both were seen. */
typedef struct numbering {
    uint8_t of[MAX_RUN + 1][MAX_RUN + 1][2];
} numbering;

static unsigned number_states(numbering *states, ock_bit_history *machine)
{
    unsigned count = 0;
    for (unsigned total = 0; total <= 2 * MAX_RUN; total++) {
        for (unsigned n0 = 0; n0 <= total; n0++) {
            unsigned n1 = total - n0;
            if (n0 > MAX_RUN || n1 > MAX_RUN || !allowed(n0, n1)) {
                continue;
            }
            unsigned variants = n0 != 0 && n1 != 0 ? 2 : 1;
            for (unsigned v = 0; v < 2; v++) {
                states->of[n0][n1][v] = (uint8_t)(count + (v < variants ? v : 0));
            }
            for (unsigned v = 0; v < variants; v++) {
                machine->n0[count] = (uint8_t)n0;
                machine->n1[count++] = (uint8_t)n1;
            }
        }
    }
    return count;
}

static uint8_t successor(const numbering *states, unsigned n0, unsigned n1, unsigned bit)
{
    n0 = bit ? discounted(n0) : n0 + 1;
    n1 = bit ? n1 + 1 : discounted(n1);
    while (n0 > MAX_RUN || n1 > MAX_RUN || !allowed(n0, n1)) {
        if (n0 > n1) {
            n0--;
        } else {
            n1--;
        }
    }
    return states->of[n0][n1][bit];
}

void ock_bit_history_make(ock_bit_history *machine)
{
    numbering states;
    memset(machine, 0, sizeof *machine);
    memset(&states, 0, sizeof states);
    machine->count = number_states(&states, machine);
    for (unsigned s = 0; s < machine->count; s++) {
        for (unsigned bit = 0; bit < 2; bit++) {
            machine->next[s][bit] = successor(&states, machine->n0[s], machine->n1[s], bit);
        }
    }
}
