/* SPDX-License-Identifier: MIT */
/* state.h - the logical state of a run as a list of named tensors: what a checkpoint saves and
 * loads, and what a digest of the state covers.
 *
 * Each owner lists its own state in one function beside it (ock_network_state, ock_mixing_state,
 * ...), by showing every part to a visitor. All ranks make the same walk over the whole state and
 * show the parts that others hold too, without data: names, order and sizes follow from the plan
 * alone, never from rank, number of ranks or instruction set.
 *
 * Only what decides about later bits is listed. Left out are derived copies (transposed weights:
 * renewed by ock_codec_restored), activations, messages, and everything fixed by the plan. Padding
 * and pointers never are in a part. Values stand as in memory. */
#ifndef OCK_STATE_H
#define OCK_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Which ranks hold a part. */
typedef enum ock_holder {
    OCK_HELD_BY_ALL,     /* every rank has a replica */
    OCK_HELD_BY_WORKERS, /* every rank that owns a shard has a replica; the others have the memory
                            for it, out of date */
    OCK_HELD_BY_SLICE,   /* cut like the parameter vector: rank r has ock_slice(count, ranks, r) */
    OCK_HELD_BY_LANE,    /* the rank that owns lane `index` */
    OCK_HELD_BY_SHARD,   /* the rank that owns shard `index` */
    OCK_HELD_BY_GROUP,   /* every rank that owns a shard of table group `index` has a replica */
    OCK_HELD_BY_ROOT     /* rank 0 */
} ock_holder;

/* A piece of a tensor. Parts of one tensor are shown one after the other under the same name and
 * make it up in that order. */
typedef struct ock_state_part {
    const char *name; /* valid during the visit */
    ock_holder holder;
    uint32_t index; /* number of the lane, shard or group; else 0 */
    size_t element; /* bytes of an element */
    size_t count;   /* elements of the whole part, on all ranks */
    void *data;     /* the holders' memory; by slice: of the own slice alone. Elsewhere NULL */
} ock_state_part;

enum { OCK_STATE_NAME_BYTES = 64 };

/* Who looks at the parts. A failure of `visit` ends the looking: it is kept in `status` and further
 * parts are passed over, so that walks need no error paths. */
typedef struct ock_state_visitor {
    ock_status (*visit)(void *context, const ock_state_part *part);
    void *context;
    ock_status status;
    char prefix[OCK_STATE_NAME_BYTES / 2]; /* put before names, see ock_state_enter */
} ock_state_visitor;

/* Shows one part, the prefix put before its name. */
void ock_state_show(ock_state_visitor *visitor, const ock_state_part *part);

/* From now on names begin with "PREFIXindex."; ock_state_leave ends that. Not nested. */
void ock_state_enter(ock_state_visitor *visitor, const char *prefix, size_t index);
void ock_state_leave(ock_state_visitor *visitor);

/* A part every rank has. */
void ock_state_show_replica(ock_state_visitor *visitor, const char *name, size_t element,
                            size_t count, void *data);

/* The fields of a structure of which there is one per lane, shard or group, or of an array in it. */
typedef struct ock_state_field {
    const char *name;
    size_t offset, element, count;
} ock_state_field;

/* A field of a structure at rank 0; `object` is NULL elsewhere. */
void ock_state_show_root(ock_state_visitor *visitor, const ock_state_field *field, void *object);

/* A member that is a single value, and one that is an array of values (of arrays). */
#define OCK_STATE_VALUE(name, type, member)                                                        \
    {                                                                                              \
        name, offsetof(type, member), sizeof(((type *)0)->member), 1                               \
    }
#define OCK_STATE_ARRAY(name, type, member, element)                                               \
    {                                                                                              \
        name, offsetof(type, member), sizeof(element),                                             \
            sizeof(((type *)0)->member) / sizeof(element)                                          \
    }

#endif
