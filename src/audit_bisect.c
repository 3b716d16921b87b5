/* audit_bisect.c - audit bisect */
#include "audit.h"

ock_status ock_audit_bisect(const ock_session *session)
{
    (void)session;
    return ock_fail(OCK_ENVIRONMENT, "not yet");
}
