/* SPDX-License-Identifier: MIT */
/* scratch_folder.h - a directory for the files of one test program. Include after cmocka.h. */
#ifndef OCK_SCRATCH_FOLDER_H
#define OCK_SCRATCH_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH_PATH_BYTES = 512 };

static char scratch_folder[SCRATCH_PATH_BYTES / 2];

static inline int make_scratch_folder(void **state)
{
    const char *parent = getenv("TMPDIR");

    (void)state;
    snprintf(scratch_folder, sizeof scratch_folder, "%.200s/ock-unit.XXXXXX",
             parent == NULL ? "/tmp" : parent);
    return mkdtemp(scratch_folder) == NULL ? -1 : 0;
}

static inline int remove_scratch_folder(void **state)
{
    char command[SCRATCH_PATH_BYTES];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", scratch_folder);
    return system(command);
}

static inline const char *scratch_path(const char *name, char path[SCRATCH_PATH_BYTES])
{
    snprintf(path, SCRATCH_PATH_BYTES, "%s/%s", scratch_folder, name);
    return path;
}

static inline void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static inline void expect_text(const char *path, const char *text)
{
    char bytes[256];
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(bytes, text);
}

static inline void write_scratch(const char *name, const char *text)
{
    char path[SCRATCH_PATH_BYTES];

    write_text(scratch_path(name, path), text);
}

static inline void expect_scratch(const char *name, const char *text)
{
    char path[SCRATCH_PATH_BYTES];

    expect_text(scratch_path(name, path), text);
}

/* How many names there are in the directory. */
static inline int scratch_count(void)
{
    DIR *listing = opendir(scratch_folder);
    int count = -2; /* . and .. */

    assert_non_null(listing);
    while (readdir(listing) != NULL) {
        count++;
    }
    closedir(listing);
    return count;
}

#endif
