/* SPDX-License-Identifier: MIT */
/* ends.h - the counts of lines, written before the end. */
#ifndef OCK_ENDS_H
#define OCK_ENDS_H

/* Writes what was counted since the last call. */
void ock_ends_write(void);

#endif
