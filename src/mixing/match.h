/* SPDX-License-Identifier: MIT */
/* match.h - the match experts: predict the symbol that followed a recent repeat.
 *
 * Per table group: a ring of recent symbols for each lane and, for each of OCK_MATCHES lengths, an
 * index from the hash of that many last symbols of a lane to a place in any lane's ring. The rings
 * and the index follow from symbols alone and are replayed by every rank that holds the group; the
 * match of a lane is followed by its owner only. */
#ifndef OCK_MATCH_H
#define OCK_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "contexts/bases.h"
#include "plan/config.h"

enum { OCK_MATCHES = 2, OCK_MATCH_MAX_LENGTH = 65535 };

typedef struct ock_match_index {
    size_t lanes;
    uint32_t ring_bits;            /* log2 of symbols in one lane's ring */
    uint32_t bits;                 /* log2 of entries of one length */
    uint32_t minimum[OCK_MATCHES]; /* symbols verified at least; about as many are hashed */
    uint8_t *rings;                /* (lanes, 2^ring_bits) */
    uint64_t *written;             /* (lanes) symbols written so far */
    uint64_t *rolling;             /* (lanes, OCK_MATCHES) hashes of the newest symbols */
    uint32_t *entries; /* (OCK_MATCHES, 2^bits) lane << ring_bits | place, 0 also for none */
} ock_match_index;

/* A lane's current match of one of the lengths. */
typedef struct ock_match {
    uint32_t lane, place; /* of the predicted symbol */
    uint32_t length;      /* symbols it was right, 0: no match */
} ock_match;

ock_status ock_match_init(ock_match_index *index, const ock_config *config, size_t lanes,
                          ock_arena *arena) OCK_WARN_UNUSED;

/* log2 of symbols in one lane's ring, of a group of `lanes` lanes. */
uint32_t ock_match_ring_bits(const ock_config *config, size_t lanes);

/* Whether all entries name lanes that exist, for an index that was loaded. */
bool ock_match_index_is_sound(const ock_match_index *index);

/* The symbol at a place of a lane's ring, whose places go round. */
static inline uint8_t ock_match_symbol_at(const ock_match_index *index, size_t lane, uint64_t place)
{
    const uint64_t mask = ((uint64_t)1 << index->ring_bits) - 1;
    return index->rings[(lane << index->ring_bits) + (place & mask)];
}

/* The symbol predicted by a match of length > 0. */
uint8_t ock_match_symbol(const ock_match_index *index, const ock_match *match);

/* The lane's next symbol is known, rings and index still without it: keeps or drops the match. */
void ock_match_follow(const ock_match_index *index, ock_match *match, uint8_t symbol);

/* Writes a lane's symbol to its ring. */
void ock_match_append(ock_match_index *index, size_t lane, uint8_t symbol);

/* After all lanes' symbols were appended and before they are indexed: looks for a match of length
 * number `which` where there is none. */
void ock_match_find(const ock_match_index *index, size_t which, ock_match *match, size_t lane);

/* Who looks for matches without being a lane: the newest symbols are its own, what they are looked for in is the
 * index, which stays as it is. Begin with zeros. */
enum { OCK_MATCH_RECENT = 64 };
typedef struct ock_match_seeker {
    uint8_t recent[OCK_MATCH_RECENT]; /* a ring */
    uint64_t written;
    uint64_t rolling[OCK_MATCHES];
} ock_match_seeker;

/* The seeker's next symbol. */
void ock_match_seeker_append(const ock_match_index *index, ock_match_seeker *seeker,
                             uint8_t symbol);

/* As ock_match_find, for the seeker's newest symbols. */
void ock_match_seek(const ock_match_index *index, size_t which, ock_match *match,
                    const ock_match_seeker *seeker);

/* What entering a lane's place in the indexes comes to, to be done later. */
typedef struct ock_match_entry {
    uint32_t *at[OCK_MATCHES]; /* NULL: nothing */
    uint32_t value;
} ock_match_entry;

/* The lane's present place. */
ock_match_entry ock_match_entry_of(const ock_match_index *index, size_t lane);

/* Bases are found by so many of them, whatever their case, and not by symbols: where they are common, the first index has
 * an entry for their context (ock_bases_order, ock_bases_turned), */
enum { OCK_MATCH_BASES = 16 };
uint32_t *ock_match_base_entry(const ock_match_index *index, uint64_t context);
/* which takes the place of the other one. */
void ock_match_enter_bases(const ock_match_index *index, const ock_bases *bases,
                           ock_match_entry *entry);

/* Enters it, in those indexes whose entry lies in part `part` of `parts`. Entries of lanes come in
 * ascending order of lanes. */
void ock_match_insert(ock_match_index *index, const ock_match_entry *entry, size_t part,
                      size_t parts);

#endif
