/* SPDX-License-Identifier: MIT */
/* container_specimen.h - containers to write, and files to spoil, for the tests of .ock files. */
#ifndef OCK_CONTAINER_SPECIMEN_H
#define OCK_CONTAINER_SPECIMEN_H

#include <stddef.h>
#include <stdint.h>

#include "io/container/container_private.h"
#include "io/file/spool.h"

enum { CONTRACT = 7, PATH_BYTES = 512 };

typedef struct specimen {
    ock_container_info info;
    uint8_t **lanes; /* (info.lanes) transcripts */
    ock_spool *spool;
} specimen;

extern const uint8_t specimen_plan[OCK_DIGEST_BYTES];

uint64_t next_random(uint64_t *state);

/* The folder of a test program, made before its first test and removed after its last. */
int make_folder(void **state);
int remove_folder(void **state);
const char *folder_path(void);
const char *path_of(const char *name, char path[PATH_BYTES]);

uint8_t *read_whole(const char *path, size_t *count); /* the caller frees it */
void write_whole(const char *path, const uint8_t *bytes, size_t count);

/* Gives a spoilt file a right user block again, as an attacker would. The transcript in it stays. */
void reseal(const char *path);

/* OCK_BAD_DATA, with the path and `because` in the message. */
void expect_refused(const char *path, const char *because);

/* Pseudo-random content, `marks` each of trace and state; lane i has lane_bytes + i % 3 bytes (all none when lane_bytes is 0). */
specimen make(uint32_t lanes, size_t lane_bytes, size_t config, uint32_t marks);
void discard(specimen *made);
uint64_t write_file(const specimen *from, const char *path);

/* The file most tests spoil: 3 lanes of 200, 201 and 202 bytes, 40 of configuration, 2 marks. With the table of lengths,
 * of two bytes a lane, the user block has 392 of them and the dataset 217. */
uint64_t write_small(const char *path);

#endif
