/* signals.c - flags set by SIGUSR1 and SIGUSR2. */
#include "signals.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t stop, status;

static void note(int number)
{
    if (number == SIGUSR1)
        stop = 1;
    else
        status = 1;
}

/* Calls that were interrupted go on by themselves. */
static void listen_to(int number)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    action.sa_flags = SA_RESTART;
    (void)sigaction(number, &action, NULL);
}

void ock_signals_listen(bool stoppable)
{
    listen_to(SIGUSR2);
    if (stoppable)
        listen_to(SIGUSR1);
}

bool ock_signals_stop_asked(void)
{
    return stop != 0;
}

bool ock_signals_status_asked(void)
{
    bool asked = status != 0;
    status = 0;
    return asked;
}
