#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compresses and restores bytes by libockham, through ctypes. Usage: library.py [LIBRARY]"""
import ctypes
import sys

lib = ctypes.CDLL(sys.argv[1] if len(sys.argv) > 1 else "libockham.so.0")
size, pointer = ctypes.c_size_t, ctypes.c_void_p
code = [pointer, ctypes.c_char_p, size, ctypes.c_char_p, size, ctypes.POINTER(size)]
for name, result, arguments in (
    ("new", pointer, []),
    ("free", None, [pointer]),
    ("error", ctypes.c_char_p, [pointer]),
    ("set", ctypes.c_int, [pointer, ctypes.c_char_p, ctypes.c_char_p]),
    ("bound", size, [pointer, size]),
    ("compress", ctypes.c_int, code),
    ("decompress", ctypes.c_int, code),
):
    function = getattr(lib, "ockham_" + name)
    function.restype, function.argtypes = result, arguments


def run(function, handle, data, room):
    """What the function makes of data, in at most `room` bytes."""
    result, count = ctypes.create_string_buffer(room), size()
    if function(handle, data, len(data), result, room, count) != 0:
        raise RuntimeError(lib.ockham_error(handle).decode())
    return result.raw[: count.value]


handle = lib.ockham_new()
lib.ockham_set(handle, b"level", b"1")
data = b"Entities are not to be multiplied without necessity. " * 40
packed = run(lib.ockham_compress, handle, data, lib.ockham_bound(handle, len(data)))
assert run(lib.ockham_decompress, handle, packed, len(data)) == data
print(f"{len(data)} -> {len(packed)} bytes, restored")
try:
    run(lib.ockham_decompress, handle, b"something else", 100)
except RuntimeError as error:
    print("refused:", error)
lib.ockham_free(handle)
