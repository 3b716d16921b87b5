/* signals.h - every disposition of a signal that the program changes: SIGPIPE; the two signals a run
 * listens to, of which handlers only set flags that rank 0 looks at between steps; and what is done
 * before the process ends by signals that end it. Process-wide, as signals are. */
#ifndef OCK_SIGNALS_H
#define OCK_SIGNALS_H

#include <stdbool.h>

/* At the start of the process: a reader that went away is an error to report, not a signal to die of. */
void ock_signals_ignore_broken_pipes(void);

/* For a process that makes files: SIGINT, SIGTERM, SIGHUP and SIGUSR1 remove its temporary files before
 * they end it; but one of them that is ignored, or has a handler, stays as it is. Call after message
 * passing has started, which may have handlers of its own. */
void ock_signals_remove_temporaries(void);

/* SIGUSR2 asks for a status line; SIGUSR1 for a checkpoint and the end of the run where `stoppable`,
 * and is left alone otherwise. Call on every rank, before message passing starts: launchers send
 * signals to all of them. */
void ock_signals_listen(bool stoppable);

/* For every rank but rank 0, which alone has files to remove, before rank 0 makes any: SIGINT, SIGTERM
 * and SIGHUP (unless ignored) end the process five seconds later. Open MPI's daemon sends SIGTERM to
 * all its ranks and SIGKILL a second later (odls_base_sigkill_timeout), of which each rank that ends
 * takes a second or what is left of one: those with nothing to do would leave rank 0 no time, and so
 * are left to the SIGKILL that comes when rank 0 has ended. */
void ock_signals_end_late(void);

/* Whether SIGUSR1 has come. */
bool ock_signals_stop_asked(void);

/* Whether SIGUSR2 has come since the last call. */
bool ock_signals_status_asked(void);

#endif
