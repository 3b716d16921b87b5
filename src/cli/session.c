/* session.c - what is said and logged when a run begins. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/digest.h"
#include "io/container/container.h"
#include "version.h"

json_t *ock_config_json(const ock_config *config)
{
    json_t *object = json_object();
    const char *name;
    int is_float;
    double real;
    uint32_t integer;
    for (size_t i = 0; (name = ock_config_value(config, i, &is_float, &real, &integer)) != NULL;
         i++) {
        json_object_set_new(object, name,
                            is_float ? json_real(real) : json_integer((json_int_t)integer));
    }
    return object;
}

static json_t *start_line(const ock_session *s, const ock_plan *plan)
{
    char host[256] = "", library[OCK_COMM_LIBRARY_BYTES];
    if (gethostname(host, sizeof host - 1) != 0) {
        host[0] = '\0';
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:I, s:i, s:i, s:i, s:i, s:o}",
                     "version", OCK_VERSION, "compiler", OCK_COMPILER, "mpi",
                     ock_comm_library(library), "hdf5", ock_container_hdf5_version(), "isa",
                     s->kernels->name, "host", host, "ranks", ock_comm_size(s->comm), "input",
                     ock_log_text(s->options->input), "input_bytes",
                     (json_int_t)plan->map.input_bytes, "contract", (int)OCK_CONTRACT_VERSION,
                     "lanes", (int)plan->map.lanes, "shards", (int)plan->map.shards, "level",
                     (int)plan->level, "config", ock_config_json(&plan->config));
}

static void describe(const ock_session *s, const ock_plan *plan)
{
    char field[64];
    fprintf(stderr,
            "ockham: %d ranks, %s kernels, %" PRIu32 " lanes in %" PRIu32 " shards, level %" PRIu32
            "\nockham:",
            ock_comm_size(s->comm), s->kernels->name, plan->map.lanes, plan->map.shards,
            plan->level);
    for (size_t i = 0; ock_config_field(&plan->config, i, field, sizeof field); i++) {
        fprintf(stderr, " %s", field);
    }
    fputc('\n', stderr);
}

ock_status ock_session_begin(const ock_session *s, const ock_plan *plan)
{
    int ranks = ock_comm_size(s->comm);
    ock_status status = ock_comm_watch(s->comm, s->options->deadline);
    if (status != OCK_OK || ock_comm_rank(s->comm) != 0) {
        return status;
    }
    if (s->options->verbosity >= 0 && (uint32_t)ranks > plan->map.shards) {
        fprintf(stderr,
                "ockham: %d ranks but %" PRIu32
                " shards: the other ranks own no shard (see --shards)\n",
                ranks, plan->map.shards);
    }
    if (s->options->verbosity > 0) {
        describe(s, plan);
    }
    return ock_log_write(s->log, "start", start_line(s, plan));
}

void ock_session_log_digest(const ock_session *session, const char *event, uint64_t step,
                            const uint8_t digest[OCK_MARK_BYTES])
{
    char text[65];
    ock_digest_hex(digest, text);
    if (ock_log_write(session->log, event,
                      json_pack("{s:I, s:s}", "step", (json_int_t)step, "digest", text)) !=
        OCK_OK) {
        ock_error_clear();
    }
}
