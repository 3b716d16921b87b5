/* hdf5_setup.c - the HDF5 library as the writer uses it: start, file access, types. */
#include "hdf5_setup.h"

#include <stdio.h>

#include "container_private.h"

/* At the process's end the library would close what is still open. Version 1.10.8 crashes there
 * when an H5Fclose has failed (a full disk), and the exit code would be lost. Comes before its
 * first other call, which is where it registers for the end. */
static void keep_out_of_exit(void)
{
    (void)H5dont_atexit(); /* says no when it is told twice */
}

ock_status ock_hdf5_start(void)
{
    keep_out_of_exit();
    if (H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0)
        return ock_fail(OCK_ENVIRONMENT, "the HDF5 library does not start");
    return OCK_OK;
}

const char *ock_container_hdf5_version(void)
{
    static char text[32] = "unknown";
    unsigned major = 0, minor = 0, release = 0;

    keep_out_of_exit();
    if (H5get_libversion(&major, &minor, &release) >= 0)
        snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}

/* Locks would fail on cluster file systems without them; a temporary file needs none, and a
 * finished one never changes. Block sizes of 0: nothing is set aside that would stay unused. */
hid_t ock_hdf5_access(void)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    if (access >= 0 && H5Pset_fapl_sec2(access) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_file_locking(access, 0, 1) >= 0 && H5Pset_meta_block_size(access, 0) >= 0 &&
        H5Pset_small_data_block_size(access, 0) >= 0 && H5Pset_sieve_buf_size(access, 0) >= 0)
        return access;
    if (access >= 0)
        H5Pclose(access);
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

    if (type >= 0 && H5Tset_size(type, characters + 1) >= 0)
        return type;
    if (type >= 0)
        H5Tclose(type);
    return H5I_INVALID_HID;
}

hid_t ock_hdf5_type_contract(void)
{
    static const char *const names[] = {"version", "level", "lanes", "shards", "groups", "step"};
    const size_t count = sizeof names / sizeof names[0];
    const hid_t type = H5Tcreate(H5T_COMPOUND, OCK_CONTRACT_BYTES);
    const hid_t coder = ock_hdf5_type_text(OCK_CODER_NAME_BYTES - 1);
    herr_t error = type < 0 || coder < 0 ? -1 : 0;

    for (size_t i = 0; error >= 0 && i < count; i++)
        error = H5Tinsert(type, names[i], 4 * i, H5T_STD_U32LE);
    if (error >= 0)
        error = H5Tinsert(type, "coder", 4 * count, coder);
    if (coder >= 0)
        H5Tclose(coder);
    if (error >= 0)
        return type;
    if (type >= 0)
        H5Tclose(type);
    return H5I_INVALID_HID;
}

hid_t ock_hdf5_type_input(uint32_t lanes)
{
    const hsize_t dimension = lanes;
    const hid_t digest = H5Tcreate(H5T_OPAQUE, OCK_DIGEST_BYTES);
    const hid_t array = digest < 0 ? digest : H5Tarray_create2(digest, 1, &dimension);
    hid_t type = array < 0 ? array
                           : H5Tcreate(H5T_COMPOUND,
                                       OCK_INPUT_FIXED_BYTES + (size_t)lanes * OCK_DIGEST_BYTES);

    if (type >= 0 && (H5Tinsert(type, "bytes", 0, H5T_STD_U64LE) < 0 ||
                      H5Tinsert(type, "blake2b", 8, digest) < 0 ||
                      H5Tinsert(type, "root", 8 + OCK_DIGEST_BYTES, digest) < 0 ||
                      H5Tinsert(type, "lanes", OCK_INPUT_FIXED_BYTES, array) < 0)) {
        H5Tclose(type);
        type = H5I_INVALID_HID;
    }
    if (array >= 0)
        H5Tclose(array);
    if (digest >= 0)
        H5Tclose(digest);
    return type;
}
