/* SPDX-License-Identifier: MIT */
/* handle.c - handles of the library: made, set, freed; what they say. */
#include <stdlib.h>
#include <string.h>

#include "archive/plan_file.h"
#include "base/number.h"
#include "codec/port_encode.h"
#include "io/container/container.h"
#include "lib/library_private.h"
#include "threads/team.h"

const char *ockham_version(void)
{
    return OCK_LIBRARY_VERSION;
}

int ockham_contract(void)
{
    return OCK_CONTRACT_VERSION;
}

const char *ockham_status_text(ockham_status status)
{
    static const char *const texts[] = {"done",
                                        "wrong usage, or a system error",
                                        "damaged data, or of another version",
                                        "a self-check failed",
                                        "the buffer is too small",
                                        "cancelled"};
    return (size_t)status < sizeof texts / sizeof texts[0] ? texts[status] : "no status";
}

ockham *ockham_new(void)
{
    ockham *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->threads = 1;
    made->wishes.level = OCK_LEVEL_DEFAULT;
    if (ock_config_level(OCK_LEVEL_DEFAULT, &made->wishes.config) != OCK_OK ||
        ock_comm_alone(&made->comm) != OCK_OK) {
        ockham_free(made);
        made = NULL;
    }
    ock_error_clear();
    return made;
}

void ockham_free(ockham *handle)
{
    if (handle == NULL) {
        return;
    }
    ock_comm_free(handle->comm);
    for (size_t i = 0; i < handle->prior_count; i++) {
        free(handle->priors[i]);
    }
    free(handle);
}

const char *ockham_error(const ockham *handle)
{
    return handle != NULL ? handle->error.text : "no handle: memory was short";
}

ock_status ock_fail_null(void)
{
    return ock_fail(OCK_ENVIRONMENT, "an argument is NULL");
}

ockham_status ock_handle_end(ockham *handle, ock_status status)
{
    if (status == OCK_OK) {
        ock_error_clear();
    }
    if (handle != NULL) {
        ock_error_take(&handle->error);
    }
    switch ((int)status) {
    case (int)OCK_NO_ROOM:
        return OCKHAM_NO_ROOM;
    case OCK_STOPPED:
        return OCKHAM_CANCELLED;
    default:
        return (ockham_status)status;
    }
}

void ockham_watch(ockham *handle, ockham_watcher *watcher, void *context)
{
    if (handle != NULL) {
        handle->watcher = watcher;
        handle->watcher_context = context;
    }
}

/* ---- options ---- */

typedef struct count_option {
    const char *name;
    size_t place;
    uint32_t least, most;
} count_option;

static const count_option counts[] = {
    {"level", offsetof(ockham, wishes.level), OCK_LEVEL_MIN, OCK_LEVEL_MAX},
    {"lanes", offsetof(ockham, wishes.lanes), 0, OCK_MAX_LANES},
    {"shards", offsetof(ockham, wishes.shards), 0, OCK_MAX_LANES},
    {"seed", offsetof(ockham, wishes.config.seed), 0, UINT32_MAX},
    {"threads", offsetof(ockham, threads), 0, OCK_MAX_THREADS},
    {"deadline", offsetof(ockham, deadline), 0, 1000000},
    {"verify", offsetof(ockham, verify), 0, 1},
};

static ock_status set_count(ockham *handle, const count_option *option, const char *value)
{
    uint64_t number = 0;
    const char *end = value;
    if (!ock_number_take(&end, option->most, &number) || *end != '\0' || number < option->least) {
        return ock_fail(OCK_ENVIRONMENT, "%s=%s: expected an integer from %u to %u", option->name,
                        value, (unsigned)option->least, (unsigned)option->most);
    }
    *(uint32_t *)((char *)handle + option->place) = (uint32_t)number;
    return option->place == offsetof(ockham, wishes.level)
               ? ock_config_level(handle->wishes.level, &handle->wishes.config)
               : OCK_OK;
}

static ock_status add_prior(ockham *handle, const char *path)
{
    if (handle->prior_count == OCK_MAX_PRIORS || strcmp(path, "-") == 0) {
        return ock_fail(OCK_ENVIRONMENT, "prior=%s: expected a file, and at most %d of them", path,
                        (int)OCK_MAX_PRIORS);
    }
    char *copy = strdup(path);
    if (copy == NULL) {
        return ock_fail_memory(strlen(path) + 1, "a file name");
    }
    handle->priors[handle->prior_count++] = copy;
    return OCK_OK;
}

static ock_status set(ockham *handle, const char *name, const char *value)
{
    if (handle == NULL || name == NULL || value == NULL) {
        return ock_fail_null();
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (strcmp(counts[i].name, name) == 0) {
            return set_count(handle, &counts[i], value);
        }
    }
    if (strcmp(name, "set") == 0) {
        return ock_config_set(&handle->wishes.config, value);
    }
    if (strcmp(name, "prior") == 0) {
        return add_prior(handle, value);
    }
    if (strcmp(name, "memory-limit") == 0) {
        return ock_size_parse(value, &handle->memory_limit)
                   ? OCK_OK
                   : ock_fail(OCK_ENVIRONMENT, "%s=%s: expected a number of bytes", name, value);
    }
    return ock_fail(OCK_ENVIRONMENT, "%s: no such option", name);
}

ockham_status ockham_set(ockham *handle, const char *name, const char *value)
{
    ock_error_clear();
    return ock_handle_end(handle, set(handle, name, value));
}

/* ---- bound ---- */

/* Structure, plan and trace; and of each lane its digest, its length and the end of its coder. */
static uint64_t bound(const ock_plan *plan, size_t plan_bytes)
{
    enum { LANE_BYTES = OCK_DIGEST_BYTES + 24, STRUCTURE_BYTES = 4096 };
    return plan->input_bytes + plan->input_bytes / 64 + STRUCTURE_BYTES + plan_bytes +
           (uint64_t)OCK_TRACE_MAX_MARKS * 8 + (uint64_t)plan->map.lanes * LANE_BYTES +
           ock_plan_marks(plan) * OCK_DIGEST_BYTES;
}

size_t ockham_bound(ockham *handle, size_t bytes)
{
    ock_plan plan;
    char *text = NULL;
    if (handle == NULL) {
        return 0;
    }
    ock_error_clear();
    ock_status status = ock_plan_make(bytes, &handle->wishes, &plan);
    if (status == OCK_OK) {
        status = ock_plan_text(&plan, NULL, &text);
    }
    if (ock_handle_end(handle, status) != OCKHAM_OK) {
        return 0;
    }
    /* Each prior is a line of the plan, which is not known here. */
    const uint64_t most = bound(&plan, strlen(text) + 128 * handle->prior_count);
    free(text);
    return most > bytes && most <= SIZE_MAX ? (size_t)most : SIZE_MAX;
}
