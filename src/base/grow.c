/* SPDX-License-Identifier: MIT */
/* grow.c - doubles the room of an array. */
#include "base/grow.h"

#include <stdlib.h>

ock_status ock_grow(void **array, size_t count, size_t *room, size_t element, const char *what)
{
    enum { FIRST = 64 };
    if (count < *room) {
        return OCK_OK;
    }
    const size_t larger = *room > 0 ? 2 * *room : FIRST;
    void *moved = realloc(*array, larger * element);
    if (moved == NULL) {
        return ock_fail_memory(larger * element, what);
    }
    *array = moved;
    *room = larger;
    return OCK_OK;
}
