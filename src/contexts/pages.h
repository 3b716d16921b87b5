/* SPDX-License-Identifier: MIT */
/* pages.h - records in the pages of an SQLite database: which field of which column the next byte is of, and what the
 * records beside it have there.
 *
 * A page of a b-tree is a header, pointers to its cells in the order of their keys, and the cells, most of them from
 * the end of the page downwards; a cell is a record, whose header has a type for each column, or a key of an inner
 * page. (https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1.) Where a page is no such page, or is damaged,
 * nothing is expected. */
#ifndef OCK_PAGES_H
#define OCK_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "contexts/cells.h"

enum {
    OCK_PAGE_LEAST = 512,
    OCK_PAGE_MOST = 1 << 16,
    OCK_PAGE_HEAD = OCK_PAGE_REST + 1, /* of the page, */
    OCK_PAGE_POINTER,                  /* pointers, */
    OCK_PAGE_FREE,                     /* bytes between those and the cells */
    OCK_PAGE_OTHER,                    /* a page that is no node of a tree */
    OCK_PAGE_KEPT = 32,                /* cells of other pages */
    OCK_NO_BYTE = 256
};

/* What other records say of the next byte. */
enum {
    OCK_PAGE_BY_LAST,  /* the cell before, in the order of bytes */
    OCK_PAGE_BY_STEP,  /* it goes on as from the one before that; or as the cell's length says */
    OCK_PAGE_BY_LOWER, /* of the cells known, the one before in the order of keys, */
    OCK_PAGE_BY_UPPER, /* and the one after */
    OCK_PAGE_GUESSES
};

/* Of the present field: */
typedef struct ock_page_guess {
    uint64_t bytes, count; /* first byte highest; how many */
    uint64_t from;         /* symbol number of text; 0: the bytes above */
    uint64_t wrong, right; /* 1: some byte of it was; bytes that were right of late, up to some */
    uint64_t expected;     /* the next byte; OCK_NO_BYTE: none */
} ock_page_guess;

typedef struct ock_pages {
    uint64_t laid;               /* pages go on up to this symbol */
    uint64_t size, begin;        /* of pages; symbol number of the present one */
    uint64_t place;              /* of the next byte in it */
    uint64_t first;              /* 1: it has the file's header */
    uint64_t type;               /* of the page; 0: another */
    uint64_t cells, content;     /* how many; where they begin */
    uint64_t end, rank;          /* of the present cell; number of its pointer, and 1 */
    uint64_t filled;             /* cells so far */
    uint64_t in;                 /* bytes of the present field so far */
    uint64_t stage;              /* as fields above: OCK_PAGE_CHILD: in a cell */
    uint64_t head;               /* where pointers begin */
    uint64_t pointer, step;      /* the last one, how far it was from the one before */
    uint64_t ran[2];             /* where runs of pointers ended, the newest first; 0: none */
    uint64_t lower_by, upper_by; /* so many pointers away */
    uint64_t page_of[4]; /* the last page of each type: its begin, and 1; 0: there was none */
    uint64_t field, slot, where, text, before, initial, types, left; /* contexts (pages.c) */
    ock_cell cell, last, second, lower, upper;
    ock_page_guess guess[OCK_PAGE_GUESSES];
} ock_pages;

typedef struct ock_page_past {
    uint64_t rank
        [OCK_PAGE_MOST]; /* (place) of the pointer to a cell that begins there, and 1; 0: none does */
    ock_cell kept[OCK_PAGE_KEPT]; /* the last of each type, and of each size of header */
} ock_page_past;

/* The newest symbols: `kept` of them end at `end`, the next one is number `count`. */
typedef struct ock_page_bytes {
    const uint8_t *end;
    uint64_t kept, count;
} ock_page_bytes;

/* The next symbols are those of pages, up to symbol number `end`; the next one is number `at` of the database. */
void ock_pages_lay(ock_pages *pages, ock_page_past *past, const ock_page_bytes *bytes,
                   uint64_t size, uint64_t at, uint64_t end);

/* The next symbol is known: the newest one of `bytes`. Only of pages. */
void ock_pages_follow(ock_pages *pages, ock_page_past *past, const ock_page_bytes *bytes);

/* What a guess expects, how well it did, and the field. */
static inline uint64_t ock_pages_opinion(const ock_pages *p, unsigned by)
{
    const ock_page_guess *g = &p->guess[by];
    return g->expected | (g->right < 7 ? g->right : 7) << 9 | g->wrong << 12 | p->field << 13;
}

/* The same in 2 bits: none, wrong, right, right for some time. */
static inline uint64_t ock_pages_brief(const ock_pages *p, unsigned by)
{
    const ock_page_guess *g = &p->guess[by];
    return g->expected == OCK_NO_BYTE ? 0 : g->wrong ? 1 : g->right < 4 ? 2 : 3;
}

/* Whether a state that was loaded is possible. */
bool ock_pages_is_sound(const ock_pages *pages, const ock_page_past *past);

#endif
