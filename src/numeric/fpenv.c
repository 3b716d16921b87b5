/* SPDX-License-Identifier: MIT */
/* fpenv.c - sets and checks the floating-point environment of the calling thread. */
#include "numeric/fpenv.h"

#include <stdbool.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

/* MXCSR: every exception masked, round to nearest even, no flush to zero, no denormals-are-zero. */
static const uint64_t contract_state = 0x1f80;
static const uint64_t contract_mask = 0xffc0; /* all but the sticky exception flags */

static uint64_t read_control(void)
{
    return _mm_getcsr();
}

static void write_control(uint64_t value)
{
    _mm_setcsr((uint32_t)value);
}
#elif defined(__aarch64__)
/* FPCR: everything 0 is round to nearest even, denormals on, no traps, NaN payloads kept. */
static const uint64_t contract_state = 0;
static const uint64_t contract_mask = 0x07cf9f07;

static uint64_t read_control(void)
{
    uint64_t value;
    __asm__ volatile("mrs %0, fpcr" : "=r"(value));
    return value;
}

static void write_control(uint64_t value)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(value));
}
#else
#error "the floating-point control register of this architecture is not known"
#endif

void ock_fpenv_set(void)
{
    write_control(contract_state);
}

void ock_fpenv_enter(ock_fpenv *before)
{
    before->control = read_control();
    ock_fpenv_set();
}

void ock_fpenv_leave(const ock_fpenv *before)
{
    write_control(before->control);
}

/* The same question asked by arithmetic, whatever the register says. volatile: at run time. */
static bool arithmetic_conforms(void)
{
    volatile float smallest_normal = 0x1p-126f, denormal = 0x1p-149f;
    volatile float one = 1.0f, half_step = 0x1p-24f, near_step = 0x1.8p-24f;
    volatile float halved = smallest_normal * 0.5f;
    volatile float doubled = denormal * 2.0f;
    volatile float tie = one + half_step;
    volatile float up = one + near_step;
    volatile float down = -one - near_step;
    return halved == 0x1p-127f && doubled == 0x1p-148f && halved != 0.0f && doubled != 0.0f &&
           tie == 1.0f && up == 0x1.000002p+0f && down == -0x1.000002p+0f;
}

ock_status ock_fpenv_check(const char *after)
{
    uint64_t control = read_control();
    if ((control & contract_mask) != contract_state || !arithmetic_conforms()) {
        return ock_fail(OCK_INTERNAL,
                        "after %s the floating-point environment differs from the contract "
                        "(control register %#llx): a library changed rounding or denormals",
                        after, (unsigned long long)control);
    }
    return OCK_OK;
}
