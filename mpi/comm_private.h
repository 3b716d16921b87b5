/* SPDX-License-Identifier: MIT */
/* comm_private.h - what the two bodies of comm.h share with comm_agree.c and the tests. */
#ifndef OCK_COMM_PRIVATE_H
#define OCK_COMM_PRIVATE_H

#include <stddef.h>

#include "mpi/comm.h"

/* *value becomes the smallest that any rank brought: one small integer collective. Collective. */
ock_status ock_comm_minimum(ock_comm *comm, int *value) OCK_WARN_UNUSED;

/* `bytes` from rank `root`'s buffer to everyone's. Collective. */
ock_status ock_comm_bcast_from(ock_comm *comm, int root, void *buffer,
                               size_t bytes) OCK_WARN_UNUSED;

/* Largest piece handed to one MPI call, equal on all ranks, 1 .. INT_MAX. For tests of the
 * chunking; the serial body ignores it. Not collective. */
void ock_comm_set_chunk(ock_comm *comm, size_t bytes);

#endif
