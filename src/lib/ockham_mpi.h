/* SPDX-License-Identifier: MIT */
/** @file ockham_mpi.h
 * libockham on the ranks of a communicator: link with libockham_mpi, which has all of libockham too, and
 * call functions of ockham.h that are collective on all ranks together, with the same options. How many
 * ranks there are changes no byte. */
#ifndef OCKHAM_MPI_H
#define OCKHAM_MPI_H

#include <mpi.h>

#include <ockham.h>

#ifdef __cplusplus
extern "C" {
#endif

/** From now on the handle works on the ranks of a communicator; before MPI_Finalize the handle is freed, by
 * all ranks. MPI was started with thread level funneled at least, and one thread of a rank calls the library
 * with such handles. A failure is the same on all ranks, unless MPI itself fails. Collective.
 * @param handle which has none yet, or gets another
 * @param communicator is duplicated
 * @return OCKHAM_ENVIRONMENT when MPI fails, and the handle is as it was */
OCKHAM_API ockham_status ockham_use_communicator(ockham *handle, MPI_Comm communicator);

#ifdef __cplusplus
}
#endif
#endif
