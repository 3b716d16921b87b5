/* SPDX-License-Identifier: MIT */
/* meddler.c - a library as it happens in the field: its call returns with denormals switched off, or
 * with another rounding mode (MEDDLER_BITS: what it sets in MXCSR); or its start-up code does such a
 * thing before the program begins (MEDDLER_START).
 *
 * Preloaded, it takes the place of libsodium's crypto_generichash_final, which the program calls
 * between its start and the first prediction. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <xmmintrin.h>

#include <sodium.h>

typedef int final_function(crypto_generichash_state *state, unsigned char *out,
                           const size_t out_bytes);

static void meddle(const char *variable, unsigned usual)
{
    const char *text = getenv(variable);
    unsigned bits = text != NULL ? (unsigned)strtoul(text, NULL, 10) : usual;
    _mm_setcsr(_mm_getcsr() | bits);
}

__attribute__((constructor)) static void start(void)
{
    meddle("MEDDLER_START", 0);
}

int crypto_generichash_final(crypto_generichash_state *state, unsigned char *out,
                             const size_t out_bytes)
{
    enum { FLUSH_TO_ZERO_AND_DENORMALS_ARE_ZERO = 0x8040 };
    final_function *real;
    *(void **)&real = dlsym(RTLD_NEXT, "crypto_generichash_final");
    meddle("MEDDLER_BITS", FLUSH_TO_ZERO_AND_DENORMALS_ARE_ZERO);
    return real(state, out, out_bytes);
}
