/* SPDX-License-Identifier: MIT */
/* header_hdf5.c - HDF5: contiguous datasets. Groups of the old form and new ones with few links are walked through; not
 * followed are dense groups (fractal heaps), chunks, user blocks, and addresses of less than eight bytes. */
#include "layouts/headers.h"

enum { WAITING = 512, BLOCKS = 16, WORD = 8 };

typedef struct walk {
    ock_file *file;
    size_t count, left;        /* waiting; steps */
    uint64_t waiting[WAITING]; /* addresses of objects and nodes */
} walk;

typedef struct dataset {
    ock_found found;
    bool contiguous, big;
    size_t count;
    uint64_t sizes[OCK_GRID_MAX];
    size_t block, blocks; /* parts of the header */
    uint64_t begin[BLOCKS], end[BLOCKS];
} dataset;

static uint64_t get(walk *w, uint64_t at, unsigned width)
{
    return ock_file_little(w->file, at, width);
}

static void visit(walk *w, uint64_t address)
{
    if (w->count < WAITING && address < w->file->bytes) {
        w->waiting[w->count++] = address;
    }
}

/* ---- messages of a header ---- */

static void read_space(walk *w, dataset *d, uint64_t at)
{
    const uint64_t rank = get(w, at + 1, 1), first = at + (get(w, at, 1) == 1 ? 8 : 4);
    d->count = rank <= OCK_GRID_MAX ? (size_t)rank : 0;
    for (size_t i = 0; i < d->count; i++) {
        d->sizes[i] = get(w, first + i * WORD, WORD);
    }
}

static void read_type(walk *w, dataset *d, uint64_t at)
{
    enum { FIXED, FLOAT, TEXT = 3, SIGNED = 8, BIG = 1 };
    const uint64_t class = get(w, at, 1) & 15, bits = get(w, at + 1, 1), size = get(w, at + 4, 4);
    const bool number = class == FIXED || class == FLOAT;
    d->big = number && bits & BIG;
    d->found.kind = number          ? OCK_REGION_NUMBERS
                    : class == TEXT ? OCK_REGION_TEXT
                                    : OCK_REGION_UNKNOWN;
    d->found.type = class == FLOAT                    ? OCK_REGION_REAL
                    : class == FIXED && bits & SIGNED ? OCK_REGION_SIGNED
                                                      : OCK_REGION_UNSIGNED;
    d->found.width = number ? size : 1;
    d->found.record = size;
}

/* A hard link, in a group of few. */
static void read_link(walk *w, uint64_t at)
{
    const uint64_t flags = get(w, at + 1, 1);
    const bool hard = !(flags & 8) || get(w, at + 2, 1) == 0;
    const unsigned width = 1U << (flags & 3);
    at += 2 + !!(flags & 8) + (flags & 4 ? WORD : 0) + !!(flags & 16);
    if (hard) {
        visit(w, get(w, ock_plus(at + width, get(w, at, width)), WORD));
    }
}

static void read_message(walk *w, dataset *d, uint64_t type, uint64_t at)
{
    enum { SPACE = 1, TYPE = 3, LINK = 6, LAYOUT = 8, MORE = 16, SYMBOLS = 17, CONTIGUOUS = 0x100 };
    const uint64_t first = get(w, at, WORD);
    if (type == SPACE) {
        read_space(w, d, at);
    } else if (type == TYPE) {
        read_type(w, d, at);
    } else if (type == LINK) {
        read_link(w, at);
    } else if (type == LAYOUT && (first & 0xFFFF) >= (CONTIGUOUS | 3) &&
               (first & 0xFF00) == CONTIGUOUS) {
        d->contiguous = true;
        d->found.begin = get(w, at + 2, WORD);
        d->found.length = get(w, at + 10, WORD);
    } else if (type == MORE && d->blocks < BLOCKS) {
        d->begin[d->blocks] = first;
        d->end[d->blocks++] = ock_plus(first, get(w, at + WORD, WORD));
    } else if (type == SYMBOLS) {
        visit(w, first);
    }
}

static void add_dataset(walk *w, const dataset *d)
{
    ock_file *f = w->file;
    f->big = d->big;
    if (d->contiguous && d->found.record > d->found.width) {
        ock_file_add(f, &d->found);
    } else if (d->contiguous) {
        ock_file_add_grid(f, d->found, d->sizes, d->count);
    }
    f->big = false;
}

/* ---- objects and nodes ---- */

/* Messages of a part; in the newer form they have shorter heads. */
static void read_block(walk *w, dataset *d, uint64_t at, uint64_t end, bool newer, bool ordered)
{
    const uint64_t head = newer ? ordered ? 6 : 4 : 8;
    while (at < end && at < w->file->bytes && w->left > 0) {
        const uint64_t size = get(w, at + (newer ? 1 : 2), 2);
        w->left--;
        read_message(w, d, get(w, at, newer ? 1 : 2), at + head);
        at += head + size;
    }
}

static void read_object(walk *w, uint64_t at)
{
    dataset d = {.blocks = 1};
    const bool newer = ock_file_has(w->file, at, "OHDR", 4);
    const uint64_t flags = newer ? get(w, at + 5, 1) : 0;
    const unsigned width = 1U << (flags & 3);
    if (newer) {
        at += 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0);
        d.begin[0] = at + width;
        d.end[0] = ock_plus(at + width, get(w, at, width));
    } else if (get(w, at, 1) == 1) {
        d.begin[0] = at + 16;
        d.end[0] = at + 16 + get(w, at + 8, 4);
    }
    for (; d.block < d.blocks; d.block++) {
        const uint64_t signature = newer && d.block > 0 ? 4 : 0; /* and as much at the end */
        read_block(w, &d, ock_plus(d.begin[d.block], signature),
                   d.end[d.block] - (d.end[d.block] < signature ? 0 : signature), newer, flags & 4);
    }
    add_dataset(w, &d);
}

static void read_node(walk *w, uint64_t at)
{
    const bool tree = ock_file_has(w->file, at, "TREE", 4);
    const bool symbols = ock_file_has(w->file, at, "SNOD", 4);
    if (!tree && !symbols) {
        read_object(w, at);
        return;
    }
    const uint64_t count = get(w, at + 6, 2);
    for (uint64_t i = 0; i < count; i++) {
        visit(w, get(w, at + (tree ? 32 + 16 * i : 16 + 40 * i), WORD));
    }
}

bool ock_read_hdf5(ock_file *f)
{
    walk w = {.file = f, .left = OCK_HEADER_STEPS};
    const uint64_t version = ock_file_get(f, 8, 1);
    const uint64_t word = ock_file_get(f, version < 2 ? 13 : 9, 1);
    if (word == WORD) {
        visit(&w, ock_file_get(f, version == 0 ? 64 : version == 1 ? 68 : 36, WORD));
    }
    while (w.count > 0 && w.left > 0) {
        w.left--;
        read_node(&w, w.waiting[--w.count]);
    }
    return true;
}
