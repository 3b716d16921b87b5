/* number.h - decimal numbers in texts that others may have written. */
#ifndef OCK_NUMBER_H
#define OCK_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The decimal number that *text begins with: digits alone, no sign, no space. *text is moved behind it.
 * False, with nothing changed, when no digit is there or the number is above `most`. */
bool ock_number_take(const char **text, uint64_t most, uint64_t *number);

#endif
