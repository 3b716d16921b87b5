/* SPDX-License-Identifier: MIT */
/* fuzz_checkpoint.c - the reader of checkpoints: first the bytes as they are, then with a right
 * seal. The state of what is accepted is read in pieces of several sizes. */
#include <stdlib.h>

#include "fuzz.h"
#include "io/checkpoint/checkpoint_private.h"

enum { CONTRACT = 1, LONGEST = 70000 };

static void read_state(ock_checkpoint *checkpoint)
{
    static const size_t pieces[] = {100, LONGEST, 1, 64, 4096};
    uint8_t *piece = malloc(LONGEST);
    ock_status status = piece != NULL ? OCK_OK : OCK_ENVIRONMENT;

    for (size_t i = 0; status == OCK_OK && ock_checkpoint_end(checkpoint) != OCK_OK; i++) {
        ock_error_clear();
        status = ock_checkpoint_read(checkpoint, piece, pieces[i % 5]);
    }
    free(piece);
}

static void open_and_read(const char *path)
{
    ock_checkpoint *checkpoint = NULL;
    const ock_status status = ock_checkpoint_open(path, &checkpoint);

    if (status == OCK_OK) {
        read_state(checkpoint);
    } else if (status != OCK_BAD_DATA || ock_error_text()[0] == '\0') {
        abort(); /* damage is called by its name */
    }
    ock_error_clear();
    ock_checkpoint_close(checkpoint);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const char *path = NULL;
    uint64_t sealed = 0;
    const int fd = ock_fuzz_file(data, bytes, &path);

    open_and_read(path);
    const ock_seal seal = {OCK_FILE_CHECKPOINT, OCK_FORMAT_PLAIN, CONTRACT, ock_no_plan_digest};
    if (ock_seal_write(fd, path, &seal, &sealed) == OCK_OK) {
        open_and_read(path);
    }
    ock_error_clear();
    return 0;
}
