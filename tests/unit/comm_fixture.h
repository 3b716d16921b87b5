/* SPDX-License-Identifier: MIT */
/* comm_fixture.h - a communicator of one rank for all cases of a test program. */
#ifndef OCK_COMM_FIXTURE_H
#define OCK_COMM_FIXTURE_H

#include "model_fixture.h"
#include "mpi/comm.h"

static ock_comm *comm;

/* Setup and teardown of the group. */
static inline int fixture_comm_set_up(void **state)
{
    fixture_set_up(state);
    return ock_comm_alone(&comm) == OCK_OK ? 0 : -1;
}

static inline int fixture_comm_tear_down(void **state)
{
    (void)state;
    ock_comm_free(comm);
    return 0;
}

#endif
