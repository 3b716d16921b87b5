/* SPDX-License-Identifier: MIT */
/* hdf5_setup.h - for io/container and io/checkpoint: the HDF5 library as their writers use it: lock, start,
 * file access, types. */
#ifndef OCK_HDF5_SETUP_H
#define OCK_HDF5_SETUP_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/file/file_io.h"

/* The library may have been built without a lock of its own, and identifies files in memory by name.
 * Callers must therefore hold this lock from before ock_hdf5_start until after the last call of a section;
 * what is created in one section may be used in a later one, also by another thread. Sections may be nested
 * within a thread. The lock does not exclude other users of the library in the same process: for these the
 * library must be thread-safe itself. In a section HDF5 prints no errors; the previous setting is restored
 * at its end. */
void ock_hdf5_lock(void);
void ock_hdf5_unlock(void);

/* OCK_ENVIRONMENT when the library cannot be initialised. */
ock_status ock_hdf5_start(void) OCK_WARN_UNUSED;

/* For programs, before any other HDF5 call, because the first call registers an exit handler, which closes
 * what is still open when the process ends. The handler of version 1.10.8 crashes if an H5Fclose has failed
 * (a full disk), and the exit code would be lost. */
void ock_hdf5_keep_out_of_exit(void);

/* "1.10.8", of the linked library; static storage. Takes the lock itself. */
const char *ock_hdf5_version(void);

/* All that follow: negative on failure; the caller closes what it gets. */

/* Access to an open file (hdf5_driver.h): format bounds, no locks. */
hid_t ock_hdf5_access(const ock_open_file *file);
/* The same for a file that exists only in memory. */
hid_t ock_hdf5_access_memory(void);

/* A new file of Ockham's, with room in its root for the links of `count` names, and no more: user block,
 * no times. What it is called is for the library; `access` says what is written to, and is closed. */
hid_t ock_hdf5_create_file(const char *called, const char *const names[], size_t count,
                           hid_t access);

/* How its datasets are created: no times, no fill values, no room for attributes. */
hid_t ock_hdf5_dataset_list(H5D_layout_t layout);

/* The types in the file, and so of every value handed to HDF5: nothing is ever converted. */
hid_t ock_hdf5_type_text(size_t characters); /* that many, and a NUL */
hid_t ock_hdf5_type_opaque(size_t bytes);
hid_t ock_hdf5_type_unsigned(size_t size); /* 1, 2, 4 or 8 bytes, little-endian */

/* The shape of all that is no scalar: one dimension. */
hid_t ock_hdf5_row(uint64_t length);

#endif
