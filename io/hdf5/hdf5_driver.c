/* SPDX-License-Identifier: MIT */
/* hdf5_driver.c - a virtual file driver over a descriptor ("HDF5 Virtual File Layer", of the library's
 * documents). It closes nothing, and truncates what it is given when a file is created in it. A read or write
 * that fails leaves its message, which names the file: who calls the library adds none to it. */
#include "io/hdf5/hdf5_driver.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Since 1.14 the drivers' own calls stand in a header of their own. */
#if H5_VERSION_GE(1, 13, 2)
#include <H5FDdevelop.h>
#endif

typedef struct open_descriptor {
    H5FD_t public; /* the library's part, which comes first */
    ock_open_file to;
    hid_t driver;                       /* a reference, see driver_close */
    haddr_t end_allocated, end_of_file; /* bytes */
} open_descriptor;

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t most)
{
    const ock_open_file *to = H5Pget_driver_info(access);
    open_descriptor *file = NULL;
    struct stat found;

    (void)name;
    (void)most;
    if (to == NULL || ((flags & H5F_ACC_TRUNC) != 0 && ftruncate(to->fd, 0) != 0) ||
        fstat(to->fd, &found) != 0) {
        return NULL;
    }
    file = calloc(1, sizeof *file);
    if (file == NULL) {
        return NULL;
    }
    file->to = *to;
    file->driver = H5Pget_driver(access);
    file->end_of_file = (haddr_t)found.st_size;
    if (H5Iinc_ref(file->driver) < 0) {
        free(file);
        return NULL;
    }
    return &file->public;
}

/* The library gives up its own reference before it looks up this call in the driver, which without another one would
 * be freed by then. */
static herr_t driver_close(H5FD_t *public)
{
    const hid_t driver = ((open_descriptor *)public)->driver;

    free(public);
    return H5Idec_ref(driver) < 0 ? -1 : 0;
}

/* By device and inode, as the library's own drivers do: one file may be open once only. */
static int driver_compare(const H5FD_t *a, const H5FD_t *b)
{
    struct stat of_a, of_b;

    if (fstat(((const open_descriptor *)a)->to.fd, &of_a) != 0 ||
        fstat(((const open_descriptor *)b)->to.fd, &of_b) != 0) {
        return a < b ? -1 : a > b;
    }
    if (of_a.st_dev != of_b.st_dev) {
        return of_a.st_dev < of_b.st_dev ? -1 : 1;
    }
    return of_a.st_ino < of_b.st_ino ? -1 : of_a.st_ino > of_b.st_ino;
}

/* What the library may gather before it writes: all that its POSIX driver allows. */
static herr_t driver_query(const H5FD_t *public, unsigned long *features)
{
    (void)public;
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
                H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA |
                H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
    return 0;
}

static haddr_t driver_end_allocated(const H5FD_t *public, H5FD_mem_t kind)
{
    (void)kind;
    return ((const open_descriptor *)public)->end_allocated;
}

static herr_t driver_allocate(H5FD_t *public, H5FD_mem_t kind, haddr_t end)
{
    (void)kind;
    ((open_descriptor *)public)->end_allocated = end;
    return 0;
}

static haddr_t driver_end_of_file(const H5FD_t *public, H5FD_mem_t kind)
{
    (void)kind;
    return ((const open_descriptor *)public)->end_of_file;
}

/* What lies beyond the end of the file is zero to the library. */
static herr_t driver_read(H5FD_t *public, H5FD_mem_t kind, hid_t transfer, haddr_t at, size_t count,
                          void *bytes)
{
    const open_descriptor *file = (const open_descriptor *)public;
    size_t got = 0;
    const ock_status status = ock_file_read_at(file->to.fd, file->to.name, at, bytes, count, &got);

    (void)kind;
    (void)transfer;
    memset((char *)bytes + got, 0, count - got);
    return status == OCK_OK ? 0 : -1;
}

static herr_t driver_write(H5FD_t *public, H5FD_mem_t kind, hid_t transfer, haddr_t at,
                           size_t count, const void *bytes)
{
    open_descriptor *file = (open_descriptor *)public;
    const ock_status status = ock_file_write_at(file->to.fd, file->to.name, at, bytes, count);

    (void)kind;
    (void)transfer;
    if (status == OCK_OK && at + count > file->end_of_file) {
        file->end_of_file = at + count;
    }
    return status == OCK_OK ? 0 : -1;
}

static herr_t driver_truncate(H5FD_t *public, hid_t transfer, hbool_t closing)
{
    open_descriptor *file = (open_descriptor *)public;

    (void)transfer;
    (void)closing;
    if (file->end_of_file == file->end_allocated) {
        return 0;
    }
    if (ftruncate(file->to.fd, (off_t)file->end_allocated) != 0) {
        return -1;
    }
    file->end_of_file = file->end_allocated;
    return 0;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 2)
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)511, /* the last of those for use within one program */
#endif
    .name = "descriptor",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(ock_open_file),
    .open = driver_open,
    .close = driver_close,
    .cmp = driver_compare,
    .query = driver_query,
    .get_eoa = driver_end_allocated,
    .set_eoa = driver_allocate,
    .get_eof = driver_end_of_file,
    .read = driver_read,
    .write = driver_write,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY};

/* The driver is there as long as the list, or a file opened by it. */
herr_t ock_hdf5_use_descriptor(hid_t access, const ock_open_file *file)
{
    const hid_t registered = H5FDregister(&driver);
    herr_t failed = -1;

    if (registered >= 0) {
        failed = H5Pset_driver(access, registered, file);
        (void)H5FDunregister(registered);
    }
    return failed;
}
