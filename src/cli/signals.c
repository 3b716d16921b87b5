/* signals.c - flags set by SIGUSR1 and SIGUSR2; a late end by others. */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "io/file/end_signals.h"

enum { LATE_SECONDS = 5 };

static volatile sig_atomic_t stop, status;

static void note(int number)
{
    if (number == SIGUSR1) {
        stop = 1;
    } else {
        status = 1;
    }
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
    if (stoppable) {
        listen_to(SIGUSR1);
    }
}

static void end_late(int number)
{
    const int saved = errno;
    struct timespec left = {LATE_SECONDS, 0};

    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        continue;
    }
    ock_end_by_signal(number);
    errno = saved;
}

void ock_signals_end_late(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    ock_end_signals_catch(numbers, sizeof numbers / sizeof numbers[0], end_late);
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
