/* progress.c - rate, ratio so far and time left. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/signals.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void ock_progress_start(ock_progress *p, const ock_session *session,
                        uint64_t (*transcript_bytes)(void *context), void *context)
{
    double start = now();
    *p = (ock_progress){.session = session,
                        .start = start,
                        .last_shown = start,
                        .last_logged = start,
                        .terminal = isatty(STDERR_FILENO),
                        .transcript_bytes = transcript_bytes,
                        .context = context};
}

static void show(ock_progress *p, uint64_t done, uint64_t total, uint64_t coded, double seconds)
{
    double rate = (double)(done - p->before) / seconds, left = (double)(total - done) / rate;
    fprintf(stderr,
            "%s%5.1f %%  %" PRIu64 " of %" PRIu64
            " bytes, %.1f KB/s, %.3f bits/byte, %.0f s left%s",
            p->terminal ? "\r" : "ockham: ", 100.0 * (double)done / (double)total, done, total,
            rate / 1000.0, 8.0 * (double)coded / (double)done, left, p->terminal ? "   " : "\n");
    fflush(stderr);
    p->shown = true;
}

void ock_progress_report(void *progress, const ock_codec *codec)
{
    ock_progress *p = progress;
    double time = now(), interval = p->terminal ? 0.25 : 5.0, log_interval = 10.0;
    uint64_t done = ock_codec_symbols_done(codec), total = codec->plan.map.input_bytes;
    bool show_now = ock_signals_status_asked() ||
                    (p->session->options->verbosity >= 0 && time - p->last_shown >= interval);
    bool log_now = time - p->last_logged >= log_interval;
    if (done == 0 || !(show_now || log_now)) {
        return;
    }
    uint64_t coded = p->transcript_bytes(p->context);
    if (show_now) {
        show(p, done, total, coded, time - p->start);
        p->last_shown = time;
    }
    if (log_now) {
        json_t *fields =
            json_pack("{s:I, s:I, s:I, s:f}", "symbols", (json_int_t)done, "of", (json_int_t)total,
                      "transcript_bytes", (json_int_t)coded, "seconds", time - p->start);
        p->last_logged = time;
        if (ock_log_write(p->session->log, "progress", fields) != OCK_OK) {
            ock_error_clear(); /* a full log disk must not end a long run; the last line tells */
        }
    }
}

double ock_progress_end(ock_progress *p)
{
    if (p->shown && p->terminal) {
        fprintf(stderr, "\r%*s\r", 78, "");
    }
    return now() - p->start;
}
