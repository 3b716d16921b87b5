/* SPDX-License-Identifier: MIT */
/* signals.c - flags set by signals that ask for something; what comes before the end by others. */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "io/file/temporaries.h"

enum { LATE_SECONDS = 5 };

static volatile sig_atomic_t stop, status;

static void note(int number)
{
    if (number == SIGUSR2) {
        status = 1;
    } else {
        stop = number;
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

/* ---- signals that end the process ---- */

/* Installs the handler for those of the signals (count) that would end the process as things are: one
 * that is ignored, or has a handler already, stays as it is. */
static void catch_those_that_end(const int *numbers, size_t count, void (*handler)(int))
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

/* The last call of a handler: the process ends by the signal when the handler returns. */
static void end_by_signal(int number)
{
    struct sigaction original;

    memset(&original, 0, sizeof original);
    original.sa_handler = SIG_DFL;
    (void)sigaction(number, &original, NULL);
    (void)raise(number); /* delivered when the handler returns */
}

static void remove_and_end(int number)
{
    const int saved = errno;

    ock_temporaries_remove();
    end_by_signal(number);
    errno = saved;
}

void ock_signals_listen(bool stoppable)
{
    static const int asks = SIGUSR1;

    listen_to(SIGUSR2);
    if (stoppable) {
        listen_to(SIGUSR1);
        listen_to(SIGXCPU);
    } else {
        catch_those_that_end(&asks, 1, remove_and_end);
    }
}

void ock_signals_remove_temporaries(void)
{
    /* All that end a process and that it can be told of, but for its own faults: those of them for which a
     * core is dumped are to be looked at as they are, and some end nothing (ock_signals_make_errors). */
    static const int numbers[] = {SIGHUP,  SIGINT,  SIGQUIT,   SIGTERM, SIGUSR1, SIGUSR2,  SIGALRM,
                                  SIGXCPU, SIGPROF, SIGVTALRM, SIGIO,   SIGPWR,  SIGSTKFLT};

    catch_those_that_end(numbers, sizeof numbers / sizeof numbers[0], remove_and_end);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++) {
        catch_those_that_end(&number, 1, remove_and_end);
    }
}

static void ignore(int number)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    (void)sigaction(number, &action, NULL);
}

void ock_signals_make_errors(void)
{
    ignore(SIGPIPE);
    ignore(SIGXFSZ);
}

static void end_late(int number)
{
    const int saved = errno;
    struct timespec left = {LATE_SECONDS, 0};

    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        continue;
    }
    end_by_signal(number);
    errno = saved;
}

void ock_signals_end_late(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};

    catch_those_that_end(numbers, sizeof numbers / sizeof numbers[0], end_late);
}

const char *ock_signals_stop_asked(void)
{
    switch (stop) {
    case 0:
        return NULL;
    case SIGXCPU:
        return "SIGXCPU (the limit of CPU time)";
    default:
        return "SIGUSR1";
    }
}

bool ock_signals_status_asked(void)
{
    bool asked = status != 0;
    status = 0;
    return asked;
}
