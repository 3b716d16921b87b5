/* end_signals.h - for handlers of signals that end the process, but not before something is done. */
#ifndef OCK_END_SIGNALS_H
#define OCK_END_SIGNALS_H

#include <stddef.h>

/* Installs the handler for those of the signals (count) that would end the process as things are: one
 * that is ignored, or has a handler already, stays as it is. */
void ock_end_signals_catch(const int *numbers, size_t count, void (*handler)(int));

/* The last call of such a handler: the process ends by the signal when the handler returns.
 * Async-signal-safe. */
void ock_end_by_signal(int number);

#endif
