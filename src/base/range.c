/* SPDX-License-Identifier: MIT */
/* range.c - a total cut into parts. */
#include "base/range.h"

ock_range ock_part(size_t total, size_t parts, size_t index)
{
    __extension__ typedef unsigned __int128 wide;
    return (ock_range){(size_t)((wide)total * index / parts),
                       (size_t)((wide)total * (index + 1) / parts)};
}
