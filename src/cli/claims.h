/* SPDX-License-Identifier: MIT */
/* claims.h - no file is read and written at once, or written for two purposes. */
#ifndef OCK_CLAIMS_H
#define OCK_CLAIMS_H

#include "cli/options.h"

/* Compares all that the command would write with all that it reads and with each other, by device and inode
 * where a file is there, else by directory and name: OCK_ENVIRONMENT, with both names, when two are one.
 * Links are followed, and standard input and output count where they are regular files. To be called before
 * anything is opened for writing; what is in a directory or list that is compressed is known later
 * (tree_scan.h). Not collective: rank 0. */
ock_status ock_claims_check(const ock_options *options) OCK_WARN_UNUSED;

#endif
