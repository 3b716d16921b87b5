/* SPDX-License-Identifier: MIT */
/* codec.h - the loop of Ockham: predict, code, train; one function for both directions.
 *
 *     every step of T positions:
 *         begin the step          encoder: every rank learns the step's symbols, sent a step before
 *         all lanes repeat?       asked where they have for long (regular.h): after a yes the step
 *                                 is over, and nobody learns from it
 *         predict                 encoder: T positions at once; decoder: one by one
 *         code                    experts are mixed, a symbol becomes an interval or the reverse
 *         finish the position     decoder: intervals to rank 0, symbols and next targets back
 *         learn                   tables shared by all lanes are replayed
 *         finish the step         encoder: intervals to rank 0, which codes them a step later
 *         train                   one optimiser update
 *         mark                    now and then: a digest of the state, see chain.h
 *         keep                    now and then: a checkpoint, see ock_keeping
 *
 * The direction is a port: what differs between encoder and decoder stands in port_encode.c and
 * port_decode.c, the rest in codec.c. Bytes come from sources and go to sinks and targets, which are
 * tables of calls (base/source.h, lane_stream.h): nothing here knows a file. */
#ifndef OCK_CODEC_H
#define OCK_CODEC_H

#include "base/memory.h"
#include "base/state.h"
#include "codec/lane_stream.h"
#include "codec/regular.h"
#include "coder/lane_cost.h"
#include "mixing/mixing.h"
#include "mpi/comm.h"
#include "network/network.h"
#include "numeric/kernels.h"
#include "plan/config.h"
#include "plan/history.h"
#include "plan/share.h"
#include "state/chain.h"
#include "threads/governor.h"
#include "threads/team.h"

typedef struct ock_codec ock_codec;

/* What is done between steps at the wish of rank 0. Decisions from clocks, signals and files are
 * taken by rank 0 before a step, reach all ranks with the step's first message, and are carried out
 * by all after the step: so all act at the same one, and no message is added. */
typedef enum ock_order {
    OCK_ORDER_NONE,
    OCK_ORDER_SAVE,
    OCK_ORDER_STOP /* save, then end the run with OCK_STOPPED */
} ock_order;

/* The running step, the same on all ranks once it has begun. */
typedef struct ock_step {
    const ock_lane_map *map; /* of what is run through: the input, or what is studied before it */
    uint64_t position;       /* of the step's first symbol in every lane */
    size_t count;            /* positions, 1 .. T */
    bool expected;           /* to repeat in all lanes */
    bool light;              /* and it does */
    ock_order order;         /* rank 0's */
} ock_step;

typedef struct ock_port_saving {
    /* Makes sure that all that was produced is kept. Also reports a failure the port has kept to
     * itself. */
    ock_status (*flush)(void *context, ock_codec *codec, ock_produced *produced);
    /* Goes back to what a checkpoint at `position` of every lane has named. OCK_BAD_DATA when that
     * is not there (any more): nothing has happened then, and another checkpoint may be tried.
     * OCK_ENVIRONMENT when it cannot be read. Comes before the state is loaded. */
    ock_status (*go_back)(void *context, uint64_t position, const ock_produced *produced);
    /* The state was loaded: OCK_BAD_DATA when a value in it is impossible. */
    ock_status (*check)(const void *context);
} ock_port_saving;

/* What a direction brings. All calls are collective and agree on failures: when one rank fails, all
 * return the same status. */
typedef struct ock_port {
    bool decode;
    /* A step follows: every rank gets the symbols (encoder) or the first targets. Rank 0's step->order
     * reaches the others by the end of finish_step. Where step->expected, the answer is coded before them,
     * and step->light is set to it; after a yes finish_step comes next. */
    ock_status (*begin_step)(void *context, ock_codec *codec, ock_step *step);
    /* A decoder's; may be NULL. Own lanes' choices of position t are made (`mine`: this rank's status in
     * making them). They are on their way on return, and their symbols in the history. finish_position
     * follows, and before it, on ranks other than 0, work that wants no other lane's symbol. */
    ock_status (*start_position)(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                 ock_status mine);
    /* Own lanes' choices of position t are made, with the same `mine`. On return every rank has the
     * position's symbols in the history. An encoder, which has them all
     * beforehand, is told once a step: t is the last position, `mine` of all of them. */
    ock_status (*finish_position)(void *context, ock_codec *codec, const ock_step *step, size_t t,
                                  ock_status mine);
    /* All positions are done, their symbols in the history. An encoder may tell a failure of any rank
     * one step later, but not where step->order is given or the input ends. */
    ock_status (*finish_step)(void *context, ock_codec *codec, ock_step *step);
    void *context;

    /* For checkpoints; both NULL in a port that cannot be saved. Between steps, on all ranks: shows
     * what the port must know to go on. */
    void (*state)(void *context, ock_state_visitor *visitor);
    const ock_port_saving *saving;

    /* For digests of the state: shows what both directions know alike of the lanes' coders, the same
     * values under the same names. NULL: nothing. */
    void (*shared)(void *context, ock_state_visitor *visitor);
} ock_port;

typedef struct ock_keeping {
    /* Rank 0, before each step. */
    ock_order (*decide)(void *context, const ock_codec *codec);
    /* All ranks, after a step that is not the last; order is not OCK_ORDER_NONE. Collective. */
    ock_status (*obey)(void *context, ock_codec *codec, ock_order order);
    void *context;
    /* Every rank: whether it was asked to stop the run. The port tells rank 0, which finds codec->asked when it
     * decides. NULL: it never is. */
    bool (*asked)(void *context);
} ock_keeping;

struct ock_codec {
    ock_comm *comm;
    const ock_kernels *kernels;
    ock_plan plan;
    ock_share share;
    ock_arena arena;
    ock_history history;
    ock_network *network;      /* NULL when the configuration has none */
    ock_mixing *mixing;        /* NULL when the configuration has none */
    ock_governor governor;     /* how many of the team are used */
    ock_team *team;            /* works on all of it together; NULL: this thread alone. Not owned */
    ock_choice *choices;       /* (own lanes, T) */
    ock_lane_cost *costs;      /* (own lanes) */
    ock_regular regular;       /* of all lanes */
    const ock_laid_lane *laid; /* (lanes) layouts known beforehand; NULL: none. Not owned */
    uint64_t position;         /* of the first symbol that is not yet coded, in every lane */
    ock_port port;             /* of the run */
    const ock_keeping *keeping; /* NULL: nothing is kept */
    int asked; /* rank 0: the last other rank that said it was asked to stop the run; 0: none did */
    void (*report)(void *context, const ock_codec *codec); /* after each step; may be NULL */
    void *report_context;
    ock_chain chain; /* digests of the state */
    /* Rank 0, with each of them; a failure ends the run on all ranks. May be NULL. */
    ock_status (*marked)(void *context, const ock_mark *mark);
    void *marked_context;
    /* All ranks, after each step and before its mark; a failure, which they agree on, ends the run.
     * May be NULL. Collective. */
    ock_status (*stepped)(void *context, ock_codec *codec);
    void *stepped_context;
};

/* A codec in the initial state both directions start from. Collective (agrees on failure). */
ock_status ock_codec_new(ock_comm *comm, ock_memory *memory, const ock_kernels *kernels,
                         const ock_plan *plan, ock_codec **codec) OCK_WARN_UNUSED;
void ock_codec_free(ock_codec *codec);

/* From now on this team (NULL: the caller alone) works on the codec together; it outlives that. No bit
 * depends on it. Its other members have the caller's floating-point environment of when they were
 * started. Not collective. */
void ock_codec_use_team(ock_codec *codec, ock_team *team);

/* Shows the state of everything between two steps: codec, network, mixing stage and port. All ranks
 * make the same walk. Not collective by itself. */
void ock_codec_state(ock_codec *codec, const ock_port *port, ock_state_visitor *visitor);

/* The first part of that: what needs no port, and the marks made so far. Likewise. */
void ock_codec_model_state(ock_codec *codec, ock_state_visitor *visitor);

/* Shows what both directions have alike between two steps: that of which digests are made. Likewise. */
void ock_codec_shared_state(ock_codec *codec, ock_state_visitor *visitor);

/* The digest of that, which rank 0 gets (ock_chain_digest). Collective. */
ock_status ock_codec_digest(ock_codec *codec, uint8_t digest[OCK_MARK_BYTES]) OCK_WARN_UNUSED;

/* Makes the mark that is due after the last step, if one is (*made true), and rank 0 gets it. Of each step
 * once. Otherwise like ock_chain_mark. Collective. */
ock_status ock_codec_due_mark(ock_codec *codec, bool *made, ock_mark *mark) OCK_WARN_UNUSED;

/* What keeping->asked says, for ports. Not collective. */
bool ock_codec_is_asked(const ock_codec *codec);

/* The state was replaced: renews what is derived from it, and checks all values that the program
 * relies on (indexes, lengths, ranges), for they may come from anywhere: OCK_BAD_DATA when one is
 * impossible. Not collective by itself. */
ock_status ock_codec_restored(ock_codec *codec, const ock_port *port) OCK_WARN_UNUSED;

/* Runs the rest of the input through the port. Collective. */
ock_status ock_codec_run(ock_codec *codec, const ock_port *port) OCK_WARN_UNUSED;

/* Before the run: learns from `bytes` bytes of other data, which the port brings, as though they were
 * the input in its lanes. Nothing is kept, marked or reported; the codec stays at the start of its
 * input. Collective. */
ock_status ock_codec_study(ock_codec *codec, const ock_port *port, uint64_t bytes) OCK_WARN_UNUSED;

/* How many of the step's positions the lane has. */
size_t ock_step_symbols(const ock_step *step, uint32_t lane);

/* Steps done: the number of the last one. */
uint64_t ock_codec_step(const ock_codec *codec);

/* Symbols of all lanes coded before `position`. */
uint64_t ock_codec_symbols_done(const ock_codec *codec);

#endif
