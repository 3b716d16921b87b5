/* SPDX-License-Identifier: MIT */
/* state.c - how parts of the state are shown to a visitor. */
#include "base/state.h"

#include <stdio.h>

void ock_state_show(ock_state_visitor *visitor, const ock_state_part *part)
{
    char name[OCK_STATE_NAME_BYTES];
    ock_state_part named = *part;
    if (visitor->status != OCK_OK || part->count == 0) {
        return;
    }
    snprintf(name, sizeof name, "%s%s", visitor->prefix, part->name);
    named.name = name;
    visitor->status = visitor->visit(visitor->context, &named);
}

void ock_state_enter(ock_state_visitor *visitor, const char *prefix, size_t index)
{
    snprintf(visitor->prefix, sizeof visitor->prefix, "%s%zu.", prefix, index);
}

void ock_state_leave(ock_state_visitor *visitor)
{
    visitor->prefix[0] = '\0';
}

void ock_state_show_replica(ock_state_visitor *visitor, const char *name, size_t element,
                            size_t count, void *data)
{
    ock_state_show(visitor, &(ock_state_part){name, OCK_HELD_BY_ALL, 0, element, count, data});
}

void ock_state_show_root(ock_state_visitor *visitor, const ock_state_field *field, void *object)
{
    void *data = object != NULL ? (char *)object + field->offset : NULL;
    ock_state_show(visitor, &(ock_state_part){field->name, OCK_HELD_BY_ROOT, 0, field->element,
                                              field->count, data});
}
