/* signals.h - the two signals a run listens to. Handlers only set flags; rank 0 looks at them
 * between steps. */
#ifndef OCK_SIGNALS_H
#define OCK_SIGNALS_H

#include <stdbool.h>

/* SIGUSR2 asks for a status line; SIGUSR1 for a checkpoint and the end of the run where `stoppable`,
 * and is left alone otherwise. Call on every rank, before message passing starts: launchers send
 * signals to all of them. */
void ock_signals_listen(bool stoppable);

/* Whether SIGUSR1 has come. */
bool ock_signals_stop_asked(void);

/* Whether SIGUSR2 has come since the last call. */
bool ock_signals_status_asked(void);

#endif
