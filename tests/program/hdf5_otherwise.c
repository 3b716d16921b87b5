/* SPDX-License-Identifier: MIT */
/* hdf5_otherwise.c - an HDF5 library that lays files out otherwise than the one Ockham knows, preloaded: it
 * ignores the bounds of versions, and so writes an older superblock. */
#include <hdf5.h>

herr_t H5Pset_libver_bounds(hid_t list, H5F_libver_t low, H5F_libver_t high)
{
    (void)list;
    (void)low;
    (void)high;
    return 0;
}
