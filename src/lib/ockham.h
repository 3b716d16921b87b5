/* SPDX-License-Identifier: MIT */
/** @file ockham.h
 * libockham: compresses and decompresses what a program has in memory, or reads and writes by calls.
 *
 *     ockham *o = ockham_new();
 *     size_t bytes = 0, room = ockham_bound(o, input_bytes);
 *     if (ockham_set(o, "level", "3") != OCKHAM_OK ||
 *         ockham_compress(o, input, input_bytes, packed, room, &bytes) != OCKHAM_OK) {
 *         complain(ockham_error(o));
 *     }
 *     ockham_free(o);
 *
 * What is written is a file of the `ockham` program, to the byte the one that it writes for the same input
 * and options, and each reads the other's. Files of directories are the program's alone.
 *
 * A handle is used by one thread at a time; different handles at the same time by different threads. The
 * library has no state beside them, prints nothing, handles no signals, never ends the process, and leaves
 * the floating-point environment as it was. Temporary files have no names and lie in $TMPDIR or /tmp; what is
 * done from memory to memory needs none. HDF5 is called under a lock of the library's own: a program that uses HDF5
 * itself, in another thread at the same time, needs an HDF5 that is built thread-safe.
 *
 * NULL where something is needed is OCKHAM_ENVIRONMENT, also for a handle that ockham_new could not make.
 *
 * Until version 1 the soname's number rises with every change of what stands here. */
#ifndef OCKHAM_H
#define OCKHAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OCKHAM_API __attribute__((visibility("default")))
#else
#define OCKHAM_API
#endif

/** What came of a call. The first four are the exit codes of the program. */
typedef enum ockham_status {
    OCKHAM_OK = 0,
    OCKHAM_ENVIRONMENT =
        1,               /**< wrong use, or no memory, no space; or a call of the caller's failed */
    OCKHAM_BAD_DATA = 2, /**< what was to be decompressed is damaged, or of another version */
    OCKHAM_INTERNAL = 3, /**< a self-check failed: a bug, or a faulty machine */
    OCKHAM_NO_ROOM = 4,  /**< the buffer is too small; how much is needed has been said */
    OCKHAM_CANCELLED = 5 /**< the watcher said so */
} ockham_status;

/** A handle: options, a watcher, and the last error. */
typedef struct ockham ockham;

/** Version of the library.
 * @return "0.1.0" */
OCKHAM_API const char *ockham_version(void);

/** Version of the numeric contract.
 * @return its number: files of another one are OCKHAM_BAD_DATA */
OCKHAM_API int ockham_contract(void);

/** A few words for a status.
 * @param status of any call
 * @return never NULL */
OCKHAM_API const char *ockham_status_text(ockham_status status);

/** A handle with the program's default options, but one thread.
 * @return the caller's, for ockham_free; NULL when memory is short */
OCKHAM_API ockham *ockham_new(void);

/** Frees a handle. Collective where it has a communicator (ockham_mpi.h).
 * @param handle NULL is allowed */
OCKHAM_API void ockham_free(ockham *handle);

/** The last failure of a call with this handle. What stands in names of files stands there as it is.
 * @param handle of that call
 * @return one line in English, "" after a success; the handle's, until its next call */
OCKHAM_API const char *ockham_error(const ockham *handle);

/** Sets an option, as it is called on the command line and there takes its value:
 *
 * | name         | value                                                                          |
 * | ------------ | ------------------------------------------------------------------------------ |
 * | level        | 1 to 9; resets all numbers of the model, and so comes before them              |
 * | lanes        | pieces that are coded beside each other; 0: by the length                      |
 * | shards       | units of data parallelism; 0: by the length                                    |
 * | seed         | start of the random generator                                                  |
 * | set          | NAME=VALUE, a number of the model                                              |
 * | threads      | that work on one run; 0: as many as the process may use (default 1)            |
 * | memory-limit | bytes of a run, as 512M; 0: none (default)                                     |
 * | verify       | 1: what was compressed is decompressed again before it is handed over          |
 * | prior        | name of a file that both sides learn from first; once for each                 |
 * | deadline     | MPI: seconds that a rank waits before it calls MPI_Abort; 0: for ever (default) |
 *
 * Which bytes come out depends on level, lanes, shards, seed, set and prior alone.
 * @param handle whose option it is
 * @param name of the option
 * @param value as text, which is copied
 * @return OCKHAM_ENVIRONMENT for a name or value that is none; nothing is changed then. */
OCKHAM_API ockham_status ockham_set(ockham *handle, const char *name, const char *value);

/** Called after every step of a run, by the thread that called the library (MPI: of rank 0).
 * @param context what ockham_watch was given
 * @param done bytes that are coded; what repeats counts as done at the end
 * @param total bytes of the input
 * @return 0; anything else ends the run with OCKHAM_CANCELLED */
typedef int ockham_watcher(void *context, uint64_t done, uint64_t total);

/** Who watches from now on.
 * @param handle whose runs are watched
 * @param watcher NULL: nobody
 * @param context for its calls */
OCKHAM_API void ockham_watch(ockham *handle, ockham_watcher *watcher, void *context);

/** Bytes that an input is compressed to at most, on all data that is known: noise costs under 1/64 of its
 * length. Data that is made to be predicted wrongly may cost more, which ends in OCKHAM_NO_ROOM.
 * @param handle with its options
 * @param bytes of the input
 * @return 0 where the options don't go together (ockham_error says why) */
OCKHAM_API size_t ockham_bound(ockham *handle, size_t bytes);

/** Compresses a buffer into another. Collective where the handle has a communicator: buffers are rank 0's,
 * others' arguments are ignored.
 * @param handle with its options
 * @param input what is compressed
 * @param input_bytes its length
 * @param packed where the compressed data goes; not within the input
 * @param room bytes there
 * @param packed_bytes how many were written, or with OCKHAM_NO_ROOM are needed; may be NULL. On any
 *        failure nothing was written.
 * @return what came of it */
OCKHAM_API ockham_status ockham_compress(ockham *handle, const void *input, size_t input_bytes,
                                         void *packed, size_t room, size_t *packed_bytes);

/** Decompresses a buffer into another, and checks all of it. Collective like ockham_compress.
 * @param handle with its options, of which threads, memory-limit and prior matter here
 * @param packed the compressed data
 * @param packed_bytes its length
 * @param output with a failure its content is undefined. NULL: all is decoded and checked, and nothing is
 *        written.
 * @param room bytes there
 * @param output_bytes how many were written, or with OCKHAM_NO_ROOM are needed; may be NULL
 * @return what came of it */
OCKHAM_API ockham_status ockham_decompress(ockham *handle, const void *packed, size_t packed_bytes,
                                           void *output, size_t room, size_t *output_bytes);

/** Where bytes come from. */
typedef struct ockham_source {
    uint64_t bytes; /**< all of them */
    /** Exactly @p count bytes at @p offset, within the length. Called by one thread at a time, not always
     * the caller's. @return 0, or anything else to end the run (OCKHAM_ENVIRONMENT) */
    int (*read_at)(void *context, uint64_t offset, void *bytes, size_t count);
    void *context; /**< for the calls */
} ockham_source;

/** Where bytes go to. */
typedef struct ockham_target {
    /** Likewise. Of what is compressed each byte comes once, in order, after all is coded and checked. */
    int (*write_at)(void *context, uint64_t offset, const void *bytes, size_t count);
    /** What was written before. NULL: what is decompressed is kept in a temporary file first, and comes
     * as what is compressed does; otherwise at once, in any order, and before it is checked. */
    int (*read_at)(void *context, uint64_t offset, void *bytes, size_t count);
    void *context; /**< for the calls */
} ockham_target;

/** Compresses from calls to calls. The source must not change meanwhile: what is read twice and differs
 * is OCKHAM_ENVIRONMENT. Memory does not grow with the length. Collective like ockham_compress.
 * @param handle with its options
 * @param source the input
 * @param target where the compressed data goes
 * @return what came of it */
OCKHAM_API ockham_status ockham_compress_from(ockham *handle, const ockham_source *source,
                                              const ockham_target *target);

/** Decompresses from calls to calls. Collective like ockham_compress.
 * @param handle with its options
 * @param source the compressed data
 * @param target where the output goes; NULL: all is decoded and checked, and nothing is written
 * @return what came of it */
OCKHAM_API ockham_status ockham_decompress_from(ockham *handle, const ockham_source *source,
                                                const ockham_target *target);

/** What a compressed file says of itself. */
typedef struct ockham_info {
    uint64_t input_bytes;      /**< before it was compressed */
    uint64_t file_bytes;       /**< the compressed file */
    uint64_t transcript_bytes; /**< of it, what was coded */
    uint64_t list_bytes;       /**< of it, the list of files of a directory; 0: it is one file */
    uint8_t input_digest[32];  /**< BLAKE2b-256 of the input */
    uint32_t contract;         /**< version of the numeric contract */
    uint32_t level;            /**< 1 to 9 */
    uint32_t lanes;            /**< pieces that were coded beside each other */
    uint32_t shards;           /**< units of data parallelism */
    uint32_t step;             /**< positions of a lane between two updates of the network */
    uint32_t priors;           /**< so many files it takes to decompress it (option prior) */
} ockham_info;

/** Checks the structure and the digest of a compressed file without decoding it. Not collective.
 * @param handle for its error
 * @param packed the compressed data
 * @param packed_bytes its length
 * @param info is filled in; undefined after a failure
 * @return what came of it */
OCKHAM_API ockham_status ockham_info_of(ockham *handle, const void *packed, size_t packed_bytes,
                                        ockham_info *info);
/** The same over calls. Not collective.
 * @param handle for its error
 * @param source the compressed data
 * @param info is filled in; undefined after a failure
 * @return what came of it */
OCKHAM_API ockham_status ockham_info_from(ockham *handle, const ockham_source *source,
                                          ockham_info *info);

#ifdef __cplusplus
}
#endif
#endif
