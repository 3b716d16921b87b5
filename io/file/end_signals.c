/* end_signals.c - handlers that come before the end. */
#include "io/file/end_signals.h"

#include <signal.h>
#include <string.h>

void ock_end_signals_catch(const int *numbers, size_t count, void (*handler)(int))
{
    for (size_t i = 0; i < count; i++) {
        struct sigaction now, ours;

        memset(&ours, 0, sizeof ours);
        ours.sa_handler = handler;
        if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
            (void)sigaction(numbers[i], &ours, NULL);
        }
    }
}

void ock_end_by_signal(int number)
{
    struct sigaction original;

    memset(&original, 0, sizeof original);
    original.sa_handler = SIG_DFL;
    (void)sigaction(number, &original, NULL);
    (void)raise(number); /* delivered when the handler returns */
}
