/* SPDX-License-Identifier: MIT */
/* config_json.c - writes a configuration as JSON. */
#include "archive/config_json.h"

json_t *ock_config_json(const ock_config *config)
{
    json_t *object = json_object();
    const char *name;
    int is_float;
    double real;
    uint32_t integer;
    for (size_t i = 0; (name = ock_config_value(config, i, &is_float, &real, &integer)) != NULL;
         i++) {
        json_object_set_new(object, name,
                            is_float ? json_real(real) : json_integer((json_int_t)integer));
    }
    return object;
}
