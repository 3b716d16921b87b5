/* fuzz_manifest.c - the coded list of files as it stands in an .ock file: decoded, and what comes of it
 * checked. */
#include <stdlib.h>

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
    ock_status status = OCK_OK;

    if (kernels == NULL && ock_kernels_select(NULL, &kernels) != OCK_OK) {
        abort();
    }
    ock_memory_init(&memory, (uint64_t)1 << 30);
    ock_fpenv_enter(&before);
    status = ock_manifest_decode(&memory, kernels, data, bytes, "fuzzed", &manifest, &totals);
    ock_fpenv_leave(&before);
    if (status != OCK_OK && ock_error_text()[0] == '\0') {
        abort(); /* damage is called by its name */
    }
    if (status == OCK_OK && ock_manifest_check(&manifest, "decoded", &totals) != OCK_OK) {
        abort(); /* what it gives out is a list */
    }
    ock_error_clear();
    free(manifest.bytes);
    return 0;
}
