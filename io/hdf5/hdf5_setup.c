/* SPDX-License-Identifier: MIT */
/* hdf5_setup.c - the HDF5 library as the writer uses it: start, file access, types. */
#include "io/hdf5/hdf5_setup.h"

#include <pthread.h>
#include <stdio.h>

#include "base/bytes.h"
#include "io/hdf5/hdf5_driver.h"
#include "io/hdf5/hdf5_subset.h"
#include "io/hdf5/user_block.h"

/* Process-wide, as the library's own state is. Recursive: what fails in a section ends by calls that
 * begin one of their own. */
static pthread_mutex_t library = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/* Under the lock: how deep its sections lie in each other, and how the process had errors printed. */
static struct {
    unsigned depth;
    bool muted;
    H5E_auto2_t print;
    void *print_context;
} outside;

static bool mute(void)
{
    return H5open() >= 0 &&
           H5Eget_auto2(H5E_DEFAULT, &outside.print, &outside.print_context) >= 0 &&
           H5Eset_auto2(H5E_DEFAULT, NULL, NULL) >= 0;
}

void ock_hdf5_lock(void)
{
    (void)pthread_mutex_lock(&library); /* cannot fail: it is initialised, and recursive */
    if (outside.depth++ == 0) {
        outside.muted = mute();
    }
}

void ock_hdf5_unlock(void)
{
    if (--outside.depth == 0 && outside.muted) {
        (void)H5Eset_auto2(H5E_DEFAULT, outside.print, outside.print_context);
    }
    (void)pthread_mutex_unlock(&library);
}

ock_status ock_hdf5_start(void)
{
    return outside.muted ? OCK_OK
                         : ock_fail(OCK_ENVIRONMENT, "the HDF5 library cannot be initialised");
}

void ock_hdf5_keep_out_of_exit(void)
{
    (void)H5dont_atexit(); /* fails if it was called before */
}

/* The linked library's, once for all threads. */
static char version[32] = "unknown";

static void find_version(void)
{
    unsigned major = 0, minor = 0, release = 0;

    ock_hdf5_lock();
    if (H5get_libversion(&major, &minor, &release) >= 0) {
        snprintf(version, sizeof version, "%u.%u.%u", major, minor, release);
    }
    ock_hdf5_unlock();
}

const char *ock_hdf5_version(void)
{
    static pthread_once_t found = PTHREAD_ONCE_INIT;

    (void)pthread_once(&found, find_version);
    return version;
}

/* Locks would fail on cluster file systems without them; a temporary file needs none, and a
 * finished one never changes. Block sizes of 0: nothing is set aside that would stay unused. */
static hid_t new_access(void)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    if (access >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_file_locking(access, 0, 1) >= 0 && H5Pset_meta_block_size(access, 0) >= 0 &&
        H5Pset_small_data_block_size(access, 0) >= 0 && H5Pset_sieve_buf_size(access, 0) >= 0) {
        return access;
    }
    if (access >= 0) {
        H5Pclose(access);
    }
    return H5I_INVALID_HID;
}

hid_t ock_hdf5_access(const ock_open_file *file)
{
    const hid_t access = new_access();

    if (access >= 0 && ock_hdf5_use_descriptor(access, file) >= 0) {
        return access;
    }
    if (access >= 0) {
        H5Pclose(access);
    }
    return H5I_INVALID_HID;
}

hid_t ock_hdf5_access_memory(void)
{
    const hid_t access = new_access();

    if (access >= 0 && H5Pset_fapl_core(access, 1 << 16, false) >= 0) {
        return access;
    }
    if (access >= 0) {
        H5Pclose(access);
    }
    return H5I_INVALID_HID;
}

hid_t ock_hdf5_type_unsigned(size_t size)
{
    switch (size) {
    case 1:
        return H5Tcopy(H5T_STD_U8LE);
    case 2:
        return H5Tcopy(H5T_STD_U16LE);
    case 4:
        return H5Tcopy(H5T_STD_U32LE);
    case 8:
        return H5Tcopy(H5T_STD_U64LE);
    default:
        return H5I_INVALID_HID;
    }
}

hid_t ock_hdf5_type_text(size_t characters)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    if (type >= 0 && H5Tset_size(type, characters + 1) >= 0) {
        return type;
    }
    if (type >= 0) {
        H5Tclose(type);
    }
    return H5I_INVALID_HID;
}

hid_t ock_hdf5_type_opaque(size_t bytes)
{
    return H5Tcreate(H5T_OPAQUE, bytes);
}

/* H5Screate_simple would store the largest length besides, 8 bytes that say the same again. A space
 * without one is had by decoding: what H5Sencode puts around the extent of the file format. */
hid_t ock_hdf5_row(uint64_t length)
{
    enum { AT_LENGTH = 11 };
    uint8_t bytes[] = {
        1,  0, 8,                                       /* an extent; version; bytes of a length */
        12, 0, 0, 0,                                    /* its size */
        2,  1, 0, 1,                                    /* version, rank, nothing more, simple */
        0,  0, 0, 0, 0, 0, 0, 0,                        /* the length */
        3,  0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 /* all of it selected */
    };

    ock_put_le(bytes + AT_LENGTH, length, 8);
    return H5Sdecode(bytes);
}

hid_t ock_hdf5_dataset_list(H5D_layout_t layout)
{
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    if (list >= 0 && H5Pset_obj_track_times(list, false) >= 0 && H5Pset_layout(list, layout) >= 0 &&
        H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0 &&
        H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) >= 0 &&
        H5Pset_dset_no_attrs_hint(list, true) >= 0) {
        return list;
    }
    if (list >= 0) {
        H5Pclose(list);
    }
    return H5I_INVALID_HID;
}

hid_t ock_hdf5_create_file(const char *called, const char *const names[], size_t count,
                           hid_t access)
{
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    hid_t file = H5I_INVALID_HID;

    if (access >= 0 && creation >= 0 && H5Pset_userblock(creation, OCK_USER_BLOCK_BYTES) >= 0 &&
        H5Pset_obj_track_times(creation, false) >= 0 &&
        H5Pset_est_link_info(creation, (unsigned)count, ock_h5_name_estimate(names, count)) >= 0) {
        file = H5Fcreate(called, H5F_ACC_TRUNC, creation, access);
    }
    if (creation >= 0) {
        H5Pclose(creation);
    }
    if (access >= 0) {
        H5Pclose(access);
    }
    return file;
}
