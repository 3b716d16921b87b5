/* SPDX-License-Identifier: MIT */
/* output_name.h - what an output is called when nobody says. */
#ifndef OCK_OUTPUT_NAME_H
#define OCK_OUTPUT_NAME_H

#include <stdbool.h>

#include "base/status.h"

/* Whether the path ends in .ock. */
bool ock_output_name_is_packed(const char *path);

/* compress: INPUT -> INPUT.ock, without the slashes after a directory; - -> -. The caller frees *name.
 * OCK_ENVIRONMENT, with a message and *name NULL, where the input ends in .ock already or has no name
 * of its own (., .., /), or memory is short. Not collective. */
ock_status ock_output_name_packed(const char *input, char **name) OCK_WARN_UNUSED;

/* decompress: INPUT.ock -> INPUT; - -> -. Likewise; OCK_ENVIRONMENT where the input is not a
 * name with .ock after it. */
ock_status ock_output_name_restored(const char *input, char **name) OCK_WARN_UNUSED;

#endif
