/* SPDX-License-Identifier: MIT */
/* shim.c - preloaded into the program, makes one call go wrong: an allocation, or a read.
 *
 * FAULT_MALLOC=N   the Nth allocation (malloc, calloc, realloc, aligned_alloc) of the program's own
 *                  code, libraries not counted, has no memory to give
 * FAULT_READ=N     the Nth pread gives one flipped bit
 * FAULT_COUNT=FILE how many there were is written to it when the program ends */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void *aligned_alloc(size_t alignment, size_t bytes);
ssize_t pread(int fd, void *bytes, size_t count, off_t offset);
ssize_t pread64(int fd, void *bytes, size_t count, off_t offset);

static long allocations, reads, failing_allocation = -1, failing_read = -1;
static uintptr_t program_begin, program_end;

/* The program is the first mapping of /proc/self/maps that is not this library: its lines come
 * first. */
__attribute__((constructor)) static void begin(void)
{
    char line[512], program[256] = "";
    FILE *maps = fopen("/proc/self/maps", "r");
    const char *malloc_wish = getenv("FAULT_MALLOC"), *read_wish = getenv("FAULT_READ");

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from = 0, to = 0;
        char path[256] = "";

        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %255s", &from, &to, path) < 3)
            continue;
        if (program[0] == '\0') {
            snprintf(program, sizeof program, "%s", path);
            program_begin = from;
        }
        if (strcmp(path, program) == 0)
            program_end = to;
    }
    if (maps != NULL)
        fclose(maps);
    allocations = reads = 0;
    failing_allocation = malloc_wish != NULL ? atol(malloc_wish) : 0;
    failing_read = read_wish != NULL ? atol(read_wish) : 0;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    if (file == NULL)
        return;
    fprintf(file, "%ld %ld\n", allocations, reads);
    fclose(file);
}

static bool fails(const void *caller)
{
    const uintptr_t at = (uintptr_t)caller;

    if (at < program_begin || at >= program_end || ++allocations != failing_allocation)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
}

static ssize_t read_with_fault(int fd, void *bytes, size_t count, off_t offset)
{
    static ssize_t (*original)(int, void *, size_t, off_t);
    if (original == NULL)
        *(void **)&original = dlsym(RTLD_NEXT, "pread64");
    const ssize_t got = original(fd, bytes, count, offset);
    if (got > 0 && ++reads == failing_read)
        ((unsigned char *)bytes)[got / 2] ^= 16;
    return got;
}

ssize_t pread(int fd, void *bytes, size_t count, off_t offset)
{
    return read_with_fault(fd, bytes, count, offset);
}

ssize_t pread64(int fd, void *bytes, size_t count, off_t offset)
{
    return read_with_fault(fd, bytes, count, offset);
}
