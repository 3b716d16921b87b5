/* SPDX-License-Identifier: MIT */
/* progress.c - rate, ratio so far and time left. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/signals.h"

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

/* The codec's report. */
static void look(void *progress, const ock_codec *codec)
{
    ock_progress *p = progress;
    double time = ock_clock_seconds(), interval = p->terminal ? 0.25 : 5.0, log_interval = 10.0;
    uint64_t done = ock_codec_symbols_done(codec), total = codec->plan.map.bytes;
    bool show_now = ock_signals_status_asked() || (!p->quiet && time - p->last_shown >= interval);
    bool log_now = time - p->last_logged >= log_interval;
    if (done == 0 || !(show_now || log_now)) {
        return;
    }
    uint64_t coded = p->transcript_bytes(p->of);
    if (show_now) {
        show(p, done, total, coded, time - p->start);
        p->last_shown = time;
    }
    if (log_now) {
        json_t *fields =
            json_pack("{s:I, s:I, s:I, s:f}", "symbols", (json_int_t)done, "of", (json_int_t)total,
                      "transcript_bytes", (json_int_t)coded, "seconds", time - p->start);
        p->last_logged = time;
        if (ock_log_write(p->log, "progress", fields) != OCK_OK) {
            ock_error_clear(); /* a full log disk must not end a long run; ock_log_close tells */
        }
    }
}

/* What was said so far comes before the line. */
static void begin(void *progress, ock_codec *codec, uint64_t (*transcript_bytes)(void *of),
                  void *of)
{
    ock_progress *p = progress;
    double start = ock_clock_seconds();
    *p = (ock_progress){.log = p->log,
                        .quiet = p->quiet,
                        .start = start,
                        .last_shown = start,
                        .last_logged = start,
                        .terminal = isatty(STDERR_FILENO),
                        .before = ock_codec_symbols_done(codec),
                        .transcript_bytes = transcript_bytes,
                        .of = of};
    codec->report = look;
    codec->report_context = p;
    (void)fflush(stdout);
}

/* Clears the line. */
static void end(void *progress)
{
    const ock_progress *p = progress;
    if (p->shown && p->terminal) {
        fprintf(stderr, "\r%*s\r", 78, "");
    }
}

ock_progress_view ock_progress_show(ock_progress *progress)
{
    return (ock_progress_view){begin, end, progress};
}
