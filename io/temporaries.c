/* temporaries.c - temporary files that vanish when a signal ends the process. */
#include "temporaries.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* Fixed storage: a handler may neither allocate nor lock. A path is complete before its flag is
 * set, and stays as it is until the flag is cleared. */
static char paths[OCK_TEMPORARIES][PATH_MAX];
static volatile sig_atomic_t in_use[OCK_TEMPORARIES];

static void remove_and_end(int number)
{
    const int saved = errno;
    struct sigaction original;

    for (int i = 0; i < OCK_TEMPORARIES; i++) {
        if (in_use[i])
            (void)unlink(paths[i]);
    }
    memset(&original, 0, sizeof original);
    original.sa_handler = SIG_DFL;
    (void)sigaction(number, &original, NULL);
    (void)raise(number); /* delivered when this handler returns */
    errno = saved;
}

static void install_handlers(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    static bool installed;

    if (installed)
        return;
    installed = true;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction now, ours;

        memset(&ours, 0, sizeof ours);
        ours.sa_handler = remove_and_end;
        if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            (void)sigaction(numbers[i], &ours, NULL);
    }
}

ock_status ock_temporary_remember(const char *path, int *slot)
{
    *slot = -1;
    if (strlen(path) >= PATH_MAX)
        return ock_fail(OCK_ENVIRONMENT, "%s: the path is too long", path);
    install_handlers();
    for (int i = 0; i < OCK_TEMPORARIES; i++) {
        if (in_use[i])
            continue;
        strcpy(paths[i], path);
        in_use[i] = 1;
        *slot = i;
        return OCK_OK;
    }
    return ock_fail(OCK_INTERNAL, "%s: more than %d temporary files at once", path,
                    (int)OCK_TEMPORARIES);
}

void ock_temporary_forget(int slot)
{
    if (slot >= 0 && slot < OCK_TEMPORARIES)
        in_use[slot] = 0;
}
