/* SPDX-License-Identifier: MIT */
/* fuzz_config.c - the configuration of a file: five numbers of its contract line and its text. The
 * readers of both must end in a plan that passes its check, or in a refusal. */
#include <stdlib.h>
#include <string.h>

#include "archive/plan_file.h"
#include "fuzz.h"
#include "io/container/container_private.h"

/* The line of the contract up to a newline, the configuration behind it. */
static void load(char *line, char *config)
{
    ock_container_info info = {.config_text = config};
    ock_plan plan;

    if (!ock_contract_parse(line, &info) || info.lanes < 1 ||
        info.lanes > OCK_CONTAINER_MAX_LANES) {
        return;
    }
    const ock_status status = ock_plan_load(&info, &plan);
    if (status != OCK_BAD_DATA) {
        abort(); /* the digest of the plan is all zeros: nothing has it */
    }
}

static void read_text(const char *config)
{
    ock_config read;

    if (ock_config_level(5, &read) != OCK_OK) {
        abort();
    }
    if (ock_config_read(config, &read) == OCK_OK &&
        ock_config_check(&read, OCK_BAD_DATA) == OCK_OK) {
        (void)ock_config_is_complete(&read);
    }
    ock_error_clear();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char *text = malloc(bytes + 1), *end = NULL;

    if (text == NULL) {
        abort();
    }
    if (bytes > 0) {
        memcpy(text, data, bytes);
    }
    text[bytes] = '\0';
    end = strchr(text, '\n');
    if (end != NULL) {
        *end = '\0';
        load(text, end + 1);
        ock_error_clear();
        read_text(end + 1);
    }
    free(text);
    return 0;
}
