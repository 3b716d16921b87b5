/* fpenv.h - the floating-point environment the contract needs: round to
 * nearest even, denormals on. */
#ifndef OCK_FPENV_H
#define OCK_FPENV_H

#include "base/status.h"

/* Sets MXCSR (x86) or FPCR (ARM) of the calling thread to the contract's state. */
void ock_fpenv_set(void);

/* OCK_INTERNAL, naming `after` ("MPI start", "reading the input"), when rounding mode
 * or denormal treatment differ from the contract's state; the state is checked by
 * register and by arithmetic. */
ock_status ock_fpenv_check(const char *after) OCK_WARN_UNUSED;

#endif
