/* SPDX-License-Identifier: MIT */
/* config_json.h - a configuration as JSON. */
#ifndef OCK_CONFIG_JSON_H
#define OCK_CONFIG_JSON_H

#include <jansson.h>

#include "plan/config.h"

/* An object of numbers, one a field; the caller's. NULL when memory is short. */
json_t *ock_config_json(const ock_config *config);

#endif
