/* SPDX-License-Identifier: MIT */
/* number.c - reads decimal numbers, and lengths with units. */
#include "base/number.h"

#include <string.h>

bool ock_number_take(const char **text, uint64_t most, uint64_t *number)
{
    const char *at = *text;
    uint64_t value = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (digit > most || value > (most - digit) / 10) {
            return false;
        }
        value = 10 * value + digit;
    }
    if (at == *text) {
        return false;
    }
    *text = at;
    *number = value;
    return true;
}

/* What the text of a unit multiplies by, 0: it is none. */
static uint64_t unit_bytes(const char *text)
{
    static const char letters[] = "kmgtKMGT";
    const char *letter = text[0] != '\0' ? strchr(letters, text[0]) : NULL;
    uint64_t bytes = 1;
    if (text[0] == '\0') {
        return 1;
    }
    const bool decimal = letter != NULL && strcmp(text + 1, "B") == 0;
    if (letter == NULL || !(decimal || text[1] == '\0' || strcmp(text + 1, "iB") == 0)) {
        return 0;
    }
    for (int i = 0; i <= (letter - letters) % 4; i++) {
        bytes *= decimal ? 1000 : 1024;
    }
    return bytes;
}

bool ock_size_parse(const char *text, uint64_t *bytes)
{
    uint64_t number = 0;
    if (!ock_number_take(&text, UINT64_MAX, &number)) {
        return false;
    }
    const uint64_t unit = unit_bytes(text);
    if (unit == 0 || number > UINT64_MAX / unit) {
        return false;
    }
    *bytes = number * unit;
    return true;
}
