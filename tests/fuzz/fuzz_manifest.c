/* SPDX-License-Identifier: MIT */
/* fuzz_manifest.c - the coded list of files as it stands in an .ock file: decoded, and what comes of it
 * checked. A list that says it is long takes long to decode, which is no finding: here all are short. */
#include <stdlib.h>
#include <string.h>

#include "archive/manifest_code.h"
#include "base/memory.h"
#include "fuzz.h"
#include "numeric/cpu.h"
#include "numeric/fpenv.h"
#include "numeric/kernels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const ock_kernels *kernels;
    ock_memory memory;
    ock_manifest manifest = {NULL, 0};
    ock_manifest_totals totals;
    ock_fpenv before;
    uint8_t *value = malloc(bytes + 1);
    ock_status status = OCK_OK;

    if (value == NULL) {
        return 0;
    }
    memcpy(value, data, bytes);
    for (size_t i = 1; i < 8 && i < bytes; i++) { /* the length of the list, of 64 bits */
        value[i] = i == 1 ? value[i] & 3 : 0;
    }
    if (kernels == NULL && ock_kernels_select(NULL, &kernels) != OCK_OK) {
        abort();
    }
    ock_memory_init(&memory, (uint64_t)1 << 30);
    ock_fpenv_enter(&before);
    status = ock_manifest_decode(&memory, kernels, value, bytes, "fuzzed", &manifest, &totals);
    ock_fpenv_leave(&before);
    if (status != OCK_OK && ock_error_text()[0] == '\0') {
        abort(); /* damage is called by its name */
    }
    if (status == OCK_OK && ock_manifest_check(&manifest, "decoded", &totals) != OCK_OK) {
        abort(); /* what it gives out is a list */
    }
    ock_error_clear();
    free(manifest.bytes);
    free(value);
    return 0;
}
