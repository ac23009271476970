#define _GNU_SOURCE
#include "CProcess.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

/// What a child that could not become the program tells its parent.
typedef struct {
  int code, stage;
} child_fault;

// Only async-signal-safe calls from here to exec: the parent has threads.
static void child(const cp_request *r, int report, pid_t parent) {
  int fds[3] = {r->input, r->output, r->error};
  child_fault fault = {0, 0};
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int s = 1; s < 32; s++)
    if (s != SIGKILL && s != SIGSTOP) sigaction(s, &standard, NULL);
  if (r->new_session) setsid();
  if (r->dies_with_parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
  }
  // Out of the way of 0, 1, 2 first, so that no dup2 overwrites a source.
  for (int i = 0; i < 3; i++) {
    if (fds[i] < 0) fds[i] = open("/dev/null", i == 0 ? O_RDONLY : O_WRONLY);
    fds[i] = fcntl(fds[i], F_DUPFD, 10);
    if (fds[i] < 0) goto failed;
  }
  for (int i = 0; i < 3; i++)
    if (dup2(fds[i], i) < 0) goto failed;
  if (r->takes_terminal && ioctl(0, TIOCSCTTY, 0) != 0) goto failed;
  report = fcntl(report, F_DUPFD_CLOEXEC, 3);
  if (syscall(SYS_close_range, (unsigned)report + 1, ~0U, 0) != 0 && errno != ENOSYS) goto failed;
  for (int fd = 3; fd < report; fd++) close(fd);
  if (r->sandbox) {
    int code = sandbox_enter(r->sandbox, &fault.stage);
    errno = -code;
    if (code != 0) goto failed;
  }
  if (r->directory && chdir(r->directory) != 0) goto failed;
  execve(r->path, r->argv, r->envp);
failed:
  fault.code = errno;
  ssize_t written = write(report, &fault, sizeof fault);
  (void)written;
  _exit(127);
}

pid_t cp_spawn(const cp_request *request) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid < 0) {
    int code = errno;
    close(report[0]);
    close(report[1]);
    return -code;
  }
  if (pid == 0) {
    close(report[0]);
    child(request, report[1], parent);
  }
  close(report[1]);
  child_fault fault = {0, 0};
  ssize_t got;
  do got = read(report[0], &fault, sizeof fault);
  while (got < 0 && errno == EINTR);
  close(report[0]);
  if (got == (ssize_t)sizeof fault) {
    waitpid(pid, NULL, 0);
    if (request->stage) *request->stage = fault.stage;
    return -fault.code;
  }
  return pid;
}

int cp_pidfd(pid_t pid) {
  long descriptor = syscall(SYS_pidfd_open, pid, 0);
  return descriptor >= 0 ? (int)descriptor : -errno;
}

int cp_adopt(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : -errno; }

int cp_syncfs(int file) { return syncfs(file) == 0 ? 0 : -errno; }

int cp_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
  return syscall(SYS_renameat2, from_dir, from, to_dir, to, flags) == 0 ? 0 : -errno;
}

int cp_random(void *out, size_t count) {
  return getrandom(out, count, 0) == (ssize_t)count ? 0 : -EIO;
}

long cp_filesystem(const char *path) {
  struct statfs system;
  return statfs(path, &system) == 0 ? (long)system.f_type : -1;
}

long cp_listxattr(int file, void *out, size_t count) {
  ssize_t length = flistxattr(file, out, count);
  return length >= 0 ? length : errno == ENOTSUP ? 0 : -errno;
}

int cp_removexattr(int file, const char *name) {
  return fremovexattr(file, name) == 0 ? 0 : -errno;
}

long cp_getxattr(int file, const char *name, void *out, size_t count) {
  ssize_t size = fgetxattr(file, name, out, count);
  return size >= 0 ? size : -errno;
}

int cp_setxattr(int file, const char *name, const void *value, size_t count) {
  return fsetxattr(file, name, value, count, 0) == 0 ? 0 : -errno;
}

int cp_copy_attributes(int from, int to) {
  struct stat old, new;
  if (fstat(from, &old) != 0 || fstat(to, &new) != 0) return -errno;
  if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) && fchown(to, old.st_uid, old.st_gid) != 0) {
    if (errno != EPERM) return -errno;
    if (old.st_gid != new.st_gid && fchown(to, (uid_t)-1, old.st_gid) != 0 && errno != EPERM) return -errno;
  }
  char names[4096], value[65536];
  ssize_t length = flistxattr(from, names, sizeof names);
  if (length < 0) return errno == ENOTSUP ? 0 : -errno;
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    if (strncmp(name, "user.", 5) != 0 && strcmp(name, "system.posix_acl_access") != 0) continue;
    ssize_t size = fgetxattr(from, name, value, sizeof value);
    if (size < 0 || fsetxattr(to, name, value, (size_t)size, 0) != 0) return -errno;
  }
  return 0;
}

static char late_words[4001];
static size_t late_length;

static void say_late(int signal) {
  (void)signal;
  ssize_t count = write(1, late_words, late_length);
  (void)count;
  _exit(2);
}

void cp_say_after(unsigned seconds, const char *text) {
  alarm(0);
  if (seconds == 0) return;
  late_length = strnlen(text, sizeof late_words - 1);
  memcpy(late_words, text, late_length);
  signal(SIGALRM, say_late);
  // Whoever started this process may have left it blocked.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  alarm(seconds);
}

static int term_descriptor = -1;

static void say_term(int number) {
  (void)number;
  int error = errno;
  ssize_t written = write(term_descriptor, "", 1);
  (void)written;
  errno = error;
}

void cp_on_term(int descriptor) {
  term_descriptor = descriptor;
  signal(SIGTERM, say_term);
}
