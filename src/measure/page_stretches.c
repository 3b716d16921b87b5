/* SPDX-License-Identifier: MIT */
/* page_stretches.c - where the input is dearest and where it is cheapest. */
#include <stdlib.h>
#include <string.h>

#include "measure/page_parts.h"
#include "measure/page_write.h"

enum { SHOWN = 8, SHORTEST = 32, MOST_PARTS = 1 << 16, EXCERPT = 160, MANY = 100 };

/* Equal parts of the input, and those that were chosen. */
typedef struct stretches {
    const ock_page *page;
    uint32_t parts;
    const uint64_t *sums; /* (parts) */
    bool *taken;          /* (parts) they, and their neighbours */
} stretches;

static double per_byte(const stretches *s, uint32_t i)
{
    return ock_page_part_mean(s->page, s->parts, i, s->sums[i]);
}

/* The best that is not taken; `parts` where all are. Of equals the first. */
static uint32_t next_of(const stretches *s, bool dearest)
{
    uint32_t best = s->parts;
    double most = 0;
    for (uint32_t i = 0; i < s->parts; i++) {
        const double value = dearest ? per_byte(s, i) : -per_byte(s, i);
        if (!s->taken[i] && (best == s->parts || value > most)) {
            best = i;
            most = value;
        }
    }
    return best;
}

/* Where there are many, what lies beside it is taken too: it is the same stretch. */
static void take(const stretches *s, uint32_t i)
{
    const uint32_t beside = s->parts >= MANY ? 1 : 0;
    s->taken[i] = true;
    s->taken[i >= beside ? i - beside : i] = true;
    s->taken[i + beside < s->parts ? i + beside : i] = true;
}

static ock_status write_row(const stretches *s, uint32_t i, FILE *to)
{
    const ock_range part = ock_page_part(s->page, s->parts, i);
    const size_t bytes = ock_range_length(part);
    ock_status status = OCK_OK;
    fputs("<tr><th scope=row class=n>", to);
    ock_page_count(to, part.begin);
    fputs("</th><td class=n>", to);
    ock_page_count(to, bytes);
    fprintf(to, "</td><td class=n>%.3f</td>", per_byte(s, i));
    if (s->page->input != NULL) {
        fputs("<td><pre class=heat>", to);
        status =
            ock_page_excerpt(s->page, part.begin, bytes < EXCERPT ? bytes : EXCERPT, false, to);
        fputs(bytes > EXCERPT ? "</pre> \xe2\x80\xa6</td>" : "</pre></td>", to);
    }
    fputs("</tr>\n", to);
    return status;
}

static ock_status write_table(const stretches *s, bool dearest, FILE *to)
{
    ock_status status = OCK_OK;
    const char *name = dearest ? "Dearest" : "Cheapest";
    const uint32_t rows = s->parts < 2 * SHOWN ? s->parts / 2 : SHOWN;
    memset(s->taken, 0, s->parts * sizeof *s->taken);
    fprintf(to,
            "<h3>%s</h3><div class=scroll tabindex=0 role=region aria-label=\"%s stretches\">"
            "<table class=stretches><thead><tr><th scope=col class=n>from byte<th scope=col "
            "class=n>bytes<th scope=col class=n>bits/byte%s</tr></thead><tbody>\n",
            name, name, s->page->input != NULL ? "<th scope=col>what stands there" : "");
    for (uint32_t row = 0; row < rows && status == OCK_OK; row++) {
        const uint32_t i = next_of(s, dearest);
        if (i == s->parts) {
            break;
        }
        take(s, i);
        status = write_row(s, i, to);
    }
    fputs("</tbody></table></div>\n", to);
    return status;
}

static ock_status write_both(const ock_page *page, uint32_t parts, const uint64_t *sums, FILE *to)
{
    stretches s = {page, parts, sums, calloc(parts, sizeof(bool))};
    if (s.taken == NULL) {
        return ock_fail_memory(parts, "the stretches");
    }
    ock_status status = write_table(&s, true, to);
    if (status == OCK_OK) {
        status = write_table(&s, false, to);
    }
    free(s.taken);
    return status;
}

ock_status ock_page_stretches(const ock_page *page, FILE *to)
{
    const uint64_t most = ock_page_input_bytes(page) / SHORTEST;
    uint32_t parts = most > MOST_PARTS ? MOST_PARTS : most == 0 ? 1 : (uint32_t)most;
    uint64_t *sums = NULL;
    if (ock_page_input_bytes(page) == 0) {
        return OCK_OK;
    }
    ock_status status = ock_page_sums(page, ock_page_shown(page), &parts, &sums);
    fputs("<section id=stretches><h2>Dearest and cheapest stretches</h2>\n", to);
    if (status == OCK_OK && parts > 1) {
        status = write_both(page, parts, sums, to);
    } else {
        fputs("<p>The input is a single stretch: it is short, or there is no trace of its "
              "bytes.</p>\n",
              to);
    }
    fputs("</section>\n", to);
    free(sums);
    return status;
}
