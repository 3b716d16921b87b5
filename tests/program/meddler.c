/* meddler.c - a library as it happens in the field: its call returns with denormals switched off.
 *
 * Preloaded, it takes the place of libsodium's crypto_generichash_final, which the program calls
 * between its start and the first prediction. */
#include <dlfcn.h>
#include <stddef.h>
#include <xmmintrin.h>

#include <sodium.h>

typedef int final_function(crypto_generichash_state *state, unsigned char *out,
                           const size_t out_bytes);

int crypto_generichash_final(crypto_generichash_state *state, unsigned char *out,
                             const size_t out_bytes)
{
    final_function *real;
    *(void **)&real = dlsym(RTLD_NEXT, "crypto_generichash_final");
    _mm_setcsr(_mm_getcsr() | 0x8040); /* flush to zero, denormals are zero */
    return real(state, out, out_bytes);
}
