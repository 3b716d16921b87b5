/* SPDX-License-Identifier: MIT */
/* hdf5_subset.h - the few structures of HDF5 that an .ock file is made of, read without the HDF5
 * library; for io/container and io/checkpoint.
 *
 * An untrusted file may be made by an attacker with correct digests, and the library is not hardened
 * against that: of 10,574 small .ock files with one to three damaged bytes in their metadata and every
 * checksum recomputed, HDF5 1.10.8 crashed on 196. This reader accepts only what Ockham writes under the
 * format bounds V110 ("HDF5 File Format Specification" 3.0: superblock 3, object header 2, compact links,
 * compact and contiguous layout) and refuses everything else: it contains no code for external storage,
 * soft links, filters, chunks or named types. */
#ifndef OCK_HDF5_SUBSET_H
#define OCK_HDF5_SUBSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* The largest message of an object header, 64 KiB, and room for the small ones beside it. */
enum { OCK_H5_MAX_HEADER_BYTES = 67000 };

/* A file whose bytes are known to be unchanged, but not to be valid. */
typedef struct ock_h5_file {
    int fd;
    const char *path;
    uint64_t bytes; /* of the whole file, user block included */
    uint64_t base;  /* where the HDF5 part begins */
} ock_h5_file;

/* Bytes in a header buffer; NULL when there are none. */
typedef struct ock_h5_bytes {
    const uint8_t *at;
    size_t count;
} ock_h5_bytes;

/* The messages of an object, and where in the file they lie. */
typedef struct ock_h5_header {
    uint8_t *messages; /* owned */
    size_t count;
    uint64_t offset; /* of the file, user block included; so are all offsets below */
} ock_h5_header;

typedef struct ock_h5_dataset {
    ock_h5_header header;
    ock_h5_bytes space; /* dataspace message */
    ock_h5_bytes type;  /* datatype message */
    bool compact;       /* the value lies in the header */
    uint64_t offset;    /* where the value lies in the file, wholly inside it */
    uint64_t value_bytes;
    unsigned seen; /* which messages were met */
} ock_h5_dataset;

#define OCK_H5_ABSENT UINT64_MAX

/* Mean length of the names, rounded up: with their number it sizes the root's header, and is stored there. */
unsigned ock_h5_name_estimate(const char *const names[], size_t count);

/* Checks superblock and root group: the root holds hard links to datasets, each by one of the `count` names, and
 * was made for just those. addresses: (count), to be given to ock_h5_dataset_open, OCK_H5_ABSENT for a
 * name that is not there. OCK_BAD_DATA for anything else. */
ock_status ock_h5_find(const ock_h5_file *file, const char *const names[], size_t count,
                       uint64_t *addresses) OCK_WARN_UNUSED;

/* Reads the header at `address`: a plain dataset and nothing but. `name` is for messages. To be
 * closed even after a failure. */
ock_status ock_h5_dataset_open(const ock_h5_file *file, uint64_t address, const char *name,
                               ock_h5_dataset *dataset) OCK_WARN_UNUSED;
void ock_h5_dataset_close(ock_h5_dataset *dataset);

/* A dataspace message: scalar; or one fixed dimension, whose length it gives. */
bool ock_h5_is_scalar(ock_h5_bytes space);
bool ock_h5_is_row(ock_h5_bytes space, uint64_t *length);

/* Whether a text is lines of printable ASCII, as all of ours are. */
bool ock_h5_is_plain_text(const char *text);

#endif
