#define _GNU_SOURCE
#include "CTerminalGuard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static volatile sig_atomic_t armed;
static volatile sig_atomic_t events;
static volatile sig_atomic_t ending;
static int wake[2] = {-1, -1};

void tg_restore(void) {
  if (!armed) return;
  armed = 0;
  // Attributes, paste mode, mouse, cursor, main screen.
  static const char sane[] = "\033[0m\033[?1l\033>\033[?2004l\033[?1004l\033[?1006l\033[?1002l\033[?1000l\033[?25h\033[?1049l\r";
  ssize_t written = write(1, sane, sizeof sane - 1);
  (void)written;
  tcsetattr(0, TCSANOW, &saved);
}

void tg_rearm(void) { armed = 1; }

static void note(int signal_number) {
  int code = errno;
  if (signal_number == SIGWINCH) events |= TG_RESIZED;
  else if (signal_number == SIGCONT) events |= TG_CONTINUED;
  else {
    events |= TG_ENDING;
    ending = signal_number;
  }
  ssize_t written = write(wake[1], "!", 1);
  (void)written;
  errno = code;
}

static void crash(int signal_number) {
  tg_restore();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

int tg_install(void) {
  if (tcgetattr(0, &saved) != 0) return -1;
  if (wake[0] < 0) {
    if (pipe(wake) != 0) return -1;
    for (int i = 0; i < 2; i++) {
      fcntl(wake[i], F_SETFL, O_NONBLOCK);
      fcntl(wake[i], F_SETFD, FD_CLOEXEC);
    }
  }
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = note;
  const int polite[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT};
  for (unsigned i = 0; i < sizeof polite / sizeof *polite; i++) sigaction(polite[i], &action, 0);
  // A stack that overflowed can't run a handler: it has one of its own.
  static char spare[65536];
  stack_t stack = {.ss_sp = spare, .ss_size = sizeof spare};
  sigaltstack(&stack, 0);
  action.sa_flags = SA_ONSTACK;
  action.sa_handler = crash;
  const int crashes[] = {SIGSEGV, SIGABRT, SIGILL, SIGBUS, SIGFPE, SIGTRAP, SIGQUIT};
  for (unsigned i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &action, 0);
  signal(SIGPIPE, SIG_IGN);
  armed = 1;
  return 0;
}

int tg_wake_fd(void) { return wake[0]; }

int tg_take(void) {
  char buffer[64];
  while (read(wake[0], buffer, sizeof buffer) > 0) {
  }
  int out = events;
  events = 0;
  return out;
}

int tg_ending_signal(void) { return ending; }

int tg_memory(void) { return memfd_create("paint", MFD_CLOEXEC); }

int tg_become(int from, int to) { return dup3(from, to, O_CLOEXEC); }
