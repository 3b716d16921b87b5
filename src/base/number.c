/* number.c - reads decimal numbers. */
#include "base/number.h"

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
