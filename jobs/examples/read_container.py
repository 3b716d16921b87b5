#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows what an .ock file holds, by h5py: it is HDF5. Usage: read_container.py FILE.ock"""
import sys

import h5py

with h5py.File(sys.argv[1], "r") as file:
    print(file["contract"].asstr()[()])
    for name in file:
        print(f"{name:12} {file[name].dtype} {file[name].shape}")
