/* SPDX-License-Identifier: MIT */
/* signals.h - every disposition of a signal that the program changes: those that become errors of calls; those
 * a run listens to, of which handlers only set flags that rank 0 looks at between steps; and what is done
 * before the process ends by signals that end it. Process-wide, as signals are. */
#ifndef OCK_SIGNALS_H
#define OCK_SIGNALS_H

#include <stdbool.h>

/* At the start of the process: a reader that went away (SIGPIPE) and a file beyond the limit of file sizes
 * (SIGXFSZ) are errors to report, not signals to die of. */
void ock_signals_make_errors(void);

/* For a process that makes files: every signal that would end it, but for SIGKILL and those of its own faults
 * (SIGSEGV and the like), removes its temporary files first; but one that is ignored, or has a handler,
 * stays as it is. Call after message passing has started, which may have handlers of its own. */
void ock_signals_remove_temporaries(void);

/* SIGUSR2 asks for a status line; SIGUSR1, and SIGXCPU at the soft limit of CPU time, of any rank, for a
 * checkpoint and the end of the run where `stoppable`; otherwise SIGUSR1 ends the process as below, and SIGXCPU is left
 * alone. Call on every rank, before message passing starts: launchers send signals to all of them, and MPICH takes SIGUSR1,
 * and passes it on only to a handler that was there. */
void ock_signals_listen(bool stoppable);

/* For every rank but rank 0, which alone has files to remove, before rank 0 makes any: SIGINT, SIGTERM,
 * SIGHUP and SIGXCPU (unless ignored) end the process five seconds later. Open MPI's daemon sends SIGTERM to
 * all its ranks and SIGKILL a second later (odls_base_sigkill_timeout), of which each rank that ends
 * takes a second or what is left of one: those with nothing to do would leave rank 0 no time, and so
 * are left to the SIGKILL that comes when rank 0 has ended. */
void ock_signals_end_late(void);

/* The signal that has asked for the end of the run, in words; NULL: none has. Static storage. */
const char *ock_signals_stop_asked(void);

/* Whether SIGUSR2 has come since the last call. */
bool ock_signals_status_asked(void);

#endif
