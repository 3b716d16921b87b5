/* SPDX-License-Identifier: MIT */
/* hdf5_driver.h - for io/hdf5: how the HDF5 library writes to a file that is open already.
 *
 * The library knows files by their names and opens them itself; whoever may rename in the directory could
 * lead it elsewhere, and a file without a name has nothing to open. */
#ifndef OCK_HDF5_DRIVER_H
#define OCK_HDF5_DRIVER_H

#include <hdf5.h>

#include "io/file/file_io.h"

/* The file access list `access` gets a driver that reads and writes `file`, which stays the caller's and
 * stays open at least as long as what the library opens by the list. Under the lock of hdf5_setup.h, after
 * ock_hdf5_start. Negative on failure. */
herr_t ock_hdf5_use_descriptor(hid_t access, const ock_open_file *file);

#endif
