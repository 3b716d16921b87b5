/* SPDX-License-Identifier: MIT */
/* score.h - whether texts are in a corpus already: their code lengths given it and without it, and the evidence.
 *
 * Evidence is a number of bits that needs no threshold to be read. For each byte of an item,
 *
 *     gain = 1/2 ((fresh - copied) + (1 - min(copied, 8)))
 *
 * fresh and copied being what the byte costs, in bits, those who expect new text and copied text (scorer.h): how much
 * better copied text explains it, and how far it is below one bit then. The evidence is the largest sum of gains of a
 * stretch of the item, 0 at least: what surrounds the stretch takes nothing from it, and a word that was replaced
 * within costs no more than the others give. Of text that is new the first term is negative almost always. */
#ifndef OCK_SCORE_H
#define OCK_SCORE_H

#include "measure/scorer.h"
#include "measure/texts.h"

/* Costs and evidence are in 2^-16 bits (OCK_COST_UNIT). */
typedef struct ock_score {
    uint64_t
        given; /* the item's code length given the corpus: the better judge's, and a bit to say which */
    uint64_t without;    /* given the baseline, likewise, or given nothing */
    uint64_t evidence;   /* that the item is in the corpus */
    uint64_t begin, end; /* the stretch of the item that has it */
    ock_copied copied;   /* the longest one that stands in the corpus as it is */
} ock_score;

/* The stretch of the largest sum of gains, and that sum; costs: (count) of ock_judges_say. The first of equals. */
void ock_score_stretch(const uint32_t *fresh, const uint32_t *copied, size_t count,
                       ock_score *score);

/* What is scored, on rank 0; the others get it from there. */
typedef struct ock_scoring {
    ock_texts given;    /* the corpus: at least a byte */
    ock_texts baseline; /* no bytes: without it means given nothing */
    ock_texts items;
} ock_scoring;

/* scores: (items.part_count), on rank 0; NULL elsewhere. Every rank learns corpus and baseline and scores its part of
 * the items, with all threads of its team. forgotten: as ock_scorer_forgotten has it. Collective (agrees on
 * failure). */
ock_status ock_score_items(ock_comm *comm, const ock_scorer_setting *setting, ock_scoring *what,
                           ock_score *scores, uint64_t *forgotten) OCK_WARN_UNUSED;

#endif
