/* SPDX-License-Identifier: MIT */
/* mdl_page.h - the page of mdl --html: the files that it needs, opened and held against each other. */
#ifndef OCK_MDL_PAGE_H
#define OCK_MDL_PAGE_H

#include "cli/options.h"
#include "io/file/output.h"
#include "measure/lengths.h"

/* *page, an output for the file of --html, gets the page of these files; it is to be ended (side_file.h). NULL after a
 * failure: OCK_ENVIRONMENT where the files are not of one input, OCK_BAD_DATA where --input or --trace-bytes belong to
 * something else. Not collective. */
ock_status ock_mdl_page(const ock_options *options, const ock_length *all, size_t count,
                        uint64_t program_bits, ock_output **page) OCK_WARN_UNUSED;

#endif
