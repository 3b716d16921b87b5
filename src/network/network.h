/* SPDX-License-Identifier: MIT */
/* network.h - the neural predictor: embeddings, a stack of layers, softmax head, and its training.
 *
 * The parameters are replicated on every rank; Adam's moments are sharded, each rank
 * holding those of its slice (reduce.h). One optimiser update a step, from the gradient of
 * all T symbols of all lanes. */
#ifndef OCK_NETWORK_H
#define OCK_NETWORK_H

#include "base/memory.h"
#include "base/state.h"
#include "mpi/comm.h"
#include "network/layer.h"
#include "numeric/kernels.h"
#include "plan/config.h"
#include "plan/history.h"
#include "plan/share.h"
#include "threads/team.h"

typedef struct ock_network ock_network;

/* Builds the network in its initial state. The communicator is used by ock_network_train.
 * Not collective. */
ock_status ock_network_new(ock_comm *comm, ock_memory *memory, const ock_kernels *kernels,
                           const ock_plan *plan, ock_network **network) OCK_WARN_UNUSED;
void ock_network_free(ock_network *network);

/* Before a step: all own lanes fall asleep; own lane number `lane` wakes, in ascending order. They are all awake
 * at the start. A sleeping lane is neither predicted nor learned from, and what layers remember of it
 * stays as it is. Not collective. */
void ock_network_sleep(ock_network *network);
void ock_network_wake(ock_network *network, size_t lane);
/* How many own lanes are awake. */
size_t ock_network_awake(const ock_network *network);

/* Predicts the span's positions of the own lanes that are awake; symbols before each position are in `history`.
 * Positions of a step come in order. All members of a team call alike, and wait for each other
 * within it, but not at its end: another member's trees are there after the next barrier. Not collective. */
void ock_network_predict(ock_network *network, const ock_worker *me, const ock_history *history,
                         ock_span span);

/* Tree of bit probabilities (head.h) of position t in own lane `lane` (0 = the first own one):
 * (512); NULL of a lane that sleeps. Valid until the next predict of that position. */
const float *ock_network_tree(const ock_network *network, size_t lane, size_t t);

/* The gradients of a step whose positions are all predicted, `history` holding every lane's T symbols: the first
 * part of ock_network_train, which it does itself where this was not called. Trees stay as they are. All members
 * of a team or crew call alike. Not collective. */
void ock_network_differentiate(ock_network *network, const ock_worker *me,
                               const ock_history *history);

/* After all T positions, `history` holding every lane's T symbols: gradient, reduction, update.
 * The team (NULL: this thread alone) works on it together. OCK_INTERNAL on all ranks when a gradient or
 * parameter is not finite. Collective. */
ock_status ock_network_train(ock_network *network, ock_team *team,
                             const ock_history *history) OCK_WARN_UNUSED;

/* Shows the network's state: parameters, the optimiser's moments and schedule, embedding tables, the
 * layers' memories. Not collective. */
void ock_network_state(ock_network *network, ock_state_visitor *visitor);

/* The state was replaced: renews the copies derived from it. Not collective. */
void ock_network_restored(ock_network *network);

/* Dense parameters and bytes held on this rank, for reports. */
size_t ock_network_parameters(const ock_network *network);
size_t ock_network_bytes(const ock_network *network);

#endif
