/* SPDX-License-Identifier: MIT */
/* option_values.h - the arguments of options: read, held against their range, stored. */
#ifndef OCK_OPTION_VALUES_H
#define OCK_OPTION_VALUES_H

#include "cli/option_table.h"

/* Reads `argument` (of a level its digit, of an option without one ignored) as the option's type and
 * stores it in the field that the table names; strings are not copied. OCK_ENVIRONMENT, with the
 * option, the argument and the range in the message, when it is none of that type. Not collective. */
ock_status ock_option_store(const ock_option *option, const char *argument,
                            ock_options *options) OCK_WARN_UNUSED;

#endif
