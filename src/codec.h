/* codec.h - the loop of Ockham: predict, code, train; one function for both directions.
 *
 *     every step of T positions:
 *         begin the step          encoder: every rank learns the step's symbols
 *         all lanes repeat?       asked where they have for long (regular.h): after a yes the step
 *                                 is over, and nobody learns from it
 *         predict                 encoder: T positions at once; decoder: one by one
 *         code                    experts are mixed, a symbol becomes an interval or the reverse
 *         finish the position     decoder: intervals to rank 0, symbols and next targets back
 *         learn                   tables shared by all lanes are replayed
 *         finish the step         encoder: intervals to rank 0, which codes them
 *         train                   one optimiser update
 *
 * The direction is a port: what differs between encoder and decoder stands in port_encode.c and
 * port_decode.c, the rest in codec.c. */
#ifndef OCK_CODEC_H
#define OCK_CODEC_H

#include "bypass.h"
#include "comm.h"
#include "config.h"
#include "files.h"
#include "history.h"
#include "kernels.h"
#include "mixing.h"
#include "network.h"
#include "regular.h"
#include "share.h"

typedef struct ock_codec ock_codec;

/* What a direction brings. All calls are collective and agree on failures: when one rank fails, all
 * return the same status. */
typedef struct ock_port {
    bool decode;
    /* `count` positions follow: every rank gets the symbols (encoder) or the first targets. Where
     * codec->expected, the answer is coded before them, and codec->light is set to it; after a yes
     * finish_step comes next. */
    ock_status (*begin_step)(void *context, ock_codec *codec, size_t count);
    /* Own lanes' choices of position t are made (`mine`: this rank's status in making them). On
     * return every rank has the position's symbols in the history. */
    ock_status (*finish_position)(void *context, ock_codec *codec, size_t t, ock_status mine);
    /* All `count` positions are done, their symbols in the history. */
    ock_status (*finish_step)(void *context, ock_codec *codec, size_t count);
    void *context;
} ock_port;

struct ock_codec {
    ock_comm *comm;
    const ock_kernels *kernels;
    ock_plan plan;
    ock_share share;
    ock_arena arena;
    ock_history history;
    ock_network *network; /* NULL when the configuration has none */
    ock_mixing *mixing;   /* NULL when the configuration has none */
    ock_choice *choices;  /* (own lanes, T) */
    ock_bypass *bypasses; /* (own lanes) */
    ock_regular regular;  /* of all lanes */
    bool expected;        /* the running step is expected to repeat in all lanes */
    bool light;           /* and it does */
    uint64_t position;    /* of the step's first symbol in every lane */
    ock_port port;
    void (*report)(void *context, const ock_codec *codec); /* after each step; may be NULL */
    void *report_context;
};

/* A codec in the initial state both directions start from. Collective (agrees on failure). */
ock_status ock_codec_new(ock_comm *comm, const ock_kernels *kernels, const ock_plan *plan,
                         ock_codec **codec) OCK_WARN_UNUSED;
void ock_codec_free(ock_codec *codec);

/* Runs the whole input through the port. Collective. */
ock_status ock_codec_run(ock_codec *codec, const ock_port *port) OCK_WARN_UNUSED;

/* Symbols of all lanes coded before `position`. */
uint64_t ock_codec_symbols_done(const ock_codec *codec);

#endif
