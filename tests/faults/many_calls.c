/* SPDX-License-Identifier: MIT */
/* many_calls.c - stands between the program and the system: counts calls, and makes one go wrong.
 *
 * The program is linked with it, so that its calls, and those of the libraries it uses, come here and not
 * to the C library. They are made as the kernel has them. */
#undef _FILE_OFFSET_BITS /* both names of each call are ours */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "many.h"
#include "mixing/mixing.h"

fault *fault_now;

/* ---- memory ---- */

/* What the program has of at least a kilobyte: state, tables, blocks of bytes. */
enum { BLOCKS = 4096, LEAST_BYTES = 1024 };
static struct block {
    uint8_t *at;
    size_t size;
} blocks[BLOCKS];
static size_t block_count;

static void remember(void *at, size_t size)
{
    if (at != NULL && size >= LEAST_BYTES && block_count < BLOCKS) {
        blocks[block_count++] = (struct block){at, size};
    }
}

static void forget(const void *at)
{
    for (size_t i = 0; at != NULL && i < block_count; i++) {
        if (blocks[i].at == at) {
            blocks[i] = blocks[--block_count];
            return;
        }
    }
}

static void flip_memory(void)
{
    uint64_t random = fault_now->random;
    if (block_count == 0) {
        return;
    }
    /* Most of the tables of so short an input is still empty: a byte that is in use is looked for. */
    enum { TRIES = 64 };
    uint8_t *at = NULL;
    for (int i = 0; i < TRIES && (at == NULL || *at == 0); i++) {
        const struct block *chosen = &blocks[many_random(&random, block_count)];
        at = &chosen->at[many_random(&random, chosen->size)];
    }
    *at ^= (uint8_t)(1U << many_random(&random, 8));
    fault_now->fired = true;
}

void *libc_malloc(size_t size) __asm__("__libc_malloc");
void *libc_calloc(size_t count, size_t size) __asm__("__libc_calloc");
void *libc_realloc(void *memory, size_t size) __asm__("__libc_realloc");
void *libc_memalign(size_t alignment, size_t size) __asm__("__libc_memalign");
void libc_free(void *memory) __asm__("__libc_free");

void *malloc(size_t size)
{
    void *made = libc_malloc(size);
    remember(made, size);
    return made;
}

void *calloc(size_t count, size_t size)
{
    void *made = libc_calloc(count, size);
    remember(made, count * size);
    return made;
}

void *realloc(void *memory, size_t size)
{
    void *made = libc_realloc(memory, size);
    if (made != NULL || size == 0) {
        forget(memory);
    }
    remember(made, size);
    return made;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    void *made = libc_memalign(alignment, size);
    remember(made, size);
    return made;
}

void free(void *memory)
{
    forget(memory);
    libc_free(memory);
}

void many_arm(const fault *wanted)
{
    block_count = 0; /* what there is now, the program does not use */
    *fault_now = *wanted;
    fault_now->armed = true;
}

/* ---- the gate ---- */

static bool is_due(call kind)
{
    fault *f = fault_now;
    f->count[kind]++;
    f->calls++;
    if (f->effect == EFFECT_NONE || f->fired) {
        return false;
    }
    if (f->effect == EFFECT_MEMORY) {
        return f->calls + f->symbols == f->at;
    }
    return f->call == CALLS ? f->calls == f->at : f->call == kind && f->count[kind] == f->at;
}

/* Before a call: what is to become of it. */
static effect gate(call kind)
{
    if (fault_now == NULL || !fault_now->armed || !is_due(kind)) {
        return EFFECT_NONE;
    }
    if (fault_now->effect == EFFECT_MEMORY) {
        flip_memory();
        return EFFECT_NONE;
    }
    fault_now->fired = true;
    if (fault_now->effect == EFFECT_KILL) {
        (void)raise(SIGKILL);
    }
    return fault_now->effect;
}

static bool fails(call kind)
{
    if (gate(kind) != EFFECT_FAIL) {
        return false;
    }
    errno = fault_now->error;
    return true;
}

/* The moments of EFFECT_MEMORY that are symbols: the linker leads ock_mixing_code here. */
ock_status real_mixing_code(ock_mixing *m, size_t lane, const float *tree,
                            ock_choice *choice) __asm__("__real_ock_mixing_code");
ock_status note_mixing_code(ock_mixing *m, size_t lane, const float *tree,
                            ock_choice *choice) __asm__("__wrap_ock_mixing_code");

ock_status note_mixing_code(ock_mixing *m, size_t lane, const float *tree, ock_choice *choice)
{
    fault *f = fault_now;
    if (f->armed && ++f->coded == f->at && f->effect == EFFECT_MEMORY && f->at <= f->symbols) {
        flip_memory();
    }
    return real_mixing_code(m, lane, tree, choice);
}

/* ---- the calls ---- */

static int open_with(int folder, const char *path, int flags, mode_t mode)
{
    return fails(CALL_OPEN) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

/* The mode, where the flags say that there is one. */
#define MODE_OF(flags, mode)                                                                       \
    do {                                                                                           \
        if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                              \
            va_list rest;                                                                          \
            va_start(rest, flags);                                                                 \
            (mode) = va_arg(rest, mode_t);                                                         \
            va_end(rest);                                                                          \
        }                                                                                          \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_with(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_with(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_with(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE_OF(flags, mode);
    return open_with(folder, path, flags, mode);
}

/* `what` is made with the whole or half of the count, or not at all. */
static bool begin_transfer(call kind, size_t *count, effect *happens)
{
    *happens = gate(kind);
    if (*happens == EFFECT_FAIL) {
        errno = fault_now->error;
        return false;
    }
    if (*happens == EFFECT_SHORT && *count > 1) {
        *count /= 2;
    }
    return true;
}

static ssize_t end_read(effect happens, void *to, ssize_t got)
{
    if (happens == EFFECT_FLIP && got > 0) {
        uint64_t random = fault_now->random;
        ((uint8_t *)to)[many_random(&random, (uint64_t)got)] ^=
            (uint8_t)(1U << many_random(&random, 8));
    }
    return got;
}

ssize_t read(int fd, void *to, size_t count)
{
    effect happens = EFFECT_NONE;
    return begin_transfer(CALL_READ, &count, &happens)
               ? end_read(happens, to, syscall(SYS_read, fd, to, count))
               : -1;
}

ssize_t pread(int fd, void *to, size_t count, off_t offset)
{
    effect happens = EFFECT_NONE;
    return begin_transfer(CALL_PREAD, &count, &happens)
               ? end_read(happens, to, syscall(SYS_pread64, fd, to, count, offset))
               : -1;
}

ssize_t pread64(int fd, void *to, size_t count, off64_t offset)
{
    return pread(fd, to, count, offset);
}

ssize_t write(int fd, const void *from, size_t count)
{
    effect happens = EFFECT_NONE;
    return begin_transfer(CALL_WRITE, &count, &happens) ? syscall(SYS_write, fd, from, count) : -1;
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t offset)
{
    effect happens = EFFECT_NONE;
    return begin_transfer(CALL_PWRITE, &count, &happens)
               ? syscall(SYS_pwrite64, fd, from, count, offset)
               : -1;
}

ssize_t pwrite64(int fd, const void *from, size_t count, off64_t offset)
{
    return pwrite(fd, from, count, offset);
}

/* Linux closes the descriptor whatever it says. */
int close(int fd)
{
    const bool failed = fails(CALL_CLOSE);
    const int reason = errno;
    const int code = (int)syscall(SYS_close, fd);
    if (failed) {
        errno = reason;
        return -1;
    }
    return code;
}

int fsync(int fd)
{
    return fails(CALL_FLUSH) ? -1 : (int)syscall(SYS_fsync, fd);
}

int syncfs(int fd)
{
    return fails(CALL_FLUSH) ? -1 : (int)syscall(SYS_syncfs, fd);
}

int ftruncate(int fd, off_t length)
{
    return fails(CALL_TRUNCATE) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate64(int fd, off64_t length)
{
    return ftruncate(fd, length);
}

int rename(const char *from, const char *to)
{
    return fails(CALL_RENAME) ? -1 : (int)syscall(SYS_rename, from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    return fails(CALL_RENAME)
               ? -1
               : (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return renameat2(from_folder, from, to_folder, to, 0);
}

int unlinkat(int folder, const char *path, int flags)
{
    return fails(CALL_UNLINK) ? -1 : (int)syscall(SYS_unlinkat, folder, path, flags);
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int symlinkat(const char *target, int folder, const char *path)
{
    return fails(CALL_LINK) ? -1 : (int)syscall(SYS_symlinkat, target, folder, path);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    return fails(CALL_LINK) ? -1
                            : (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
    return fails(CALL_MKDIR) ? -1 : (int)syscall(SYS_mkdirat, folder, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int fchmod(int fd, mode_t mode)
{
    return fails(CALL_CHMOD) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

void *mmap(void *wish, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (fails(CALL_MMAP)) {
        return MAP_FAILED;
    }
    void *made = (void *)syscall(SYS_mmap, wish, size, protection, flags, fd, offset);
    if (made != MAP_FAILED && (flags & MAP_ANONYMOUS) != 0 && (protection & PROT_WRITE) != 0) {
        remember(made, size);
    }
    return made;
}

void *mmap64(void *wish, size_t size, int protection, int flags, int fd, off64_t offset)
{
    return mmap(wish, size, protection, flags, fd, offset);
}

int munmap(void *memory, size_t size)
{
    forget(memory);
    return (int)syscall(SYS_munmap, memory, size);
}
