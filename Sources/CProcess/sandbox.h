// Between spawn and sandbox; not for Swift.
#ifndef RINGI_SANDBOX_H
#define RINGI_SANDBOX_H

#include "CSandbox.h"

enum {
  STAGE_NONE, STAGE_NAMESPACES, STAGE_IDS, STAGE_FOLDER, STAGE_CHANGED, STAGE_OVERLAY, STAGE_DEVICES, STAGE_READ_ONLY, STAGE_HIDE,
  STAGE_SHOW, STAGE_PROC, STAGE_TERMINALS, STAGE_PRIVILEGES, STAGE_PROCESS, STAGE_END
};

/// Called in the child, before exec. Returns 0 in the process that is to become the program; every other process
/// waits and exits in here. On a fault returns -errno, with `stage` set.
int sandbox_enter(const cp_sandbox *sandbox, int *stage);

#endif
