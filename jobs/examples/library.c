/* SPDX-License-Identifier: MIT */
/* library.c - compresses a text in memory, restores it, and says what came of it.
 *     cc library.c $(pkg-config --cflags --libs ockham) -o library */
#include <ockham.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "Entities are not to be multiplied without necessity. "
                           "It is vain to do with more what can be done with fewer. "
                           "Entities are not to be multiplied without necessity.";

int main(void)
{
    ockham *handle = ockham_new();
    char back[sizeof text] = "";
    size_t packed_bytes = 0, back_bytes = 0;
    int status = handle == NULL ? OCKHAM_ENVIRONMENT : ockham_set(handle, "level", "3");
    if (status != OCKHAM_OK) {
        return status;
    }
    const size_t room = ockham_bound(handle, sizeof text);
    void *packed = malloc(room);
    status = ockham_compress(handle, text, sizeof text, packed, room, &packed_bytes);
    if (status == OCKHAM_OK) {
        status = ockham_decompress(handle, packed, packed_bytes, back, sizeof back, &back_bytes);
    }
    if (status != OCKHAM_OK) {
        fprintf(stderr, "%s: %s\n", ockham_status_text(status), ockham_error(handle));
    } else {
        printf("ockham %s: %zu -> %zu bytes, %s\n", ockham_version(), sizeof text, packed_bytes,
               memcmp(text, back, sizeof text) == 0 ? "restored" : "not the same");
    }
    free(packed);
    ockham_free(handle);
    return status;
}
