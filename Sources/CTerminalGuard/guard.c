#include "CTerminalGuard.h"
int tg_placeholder(void) { return 0; }
