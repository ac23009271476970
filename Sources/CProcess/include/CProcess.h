// The few calls Swift can't make safely: spawning between fork and exec, and system calls Glibc's module lacks.
#ifndef RINGI_CPROCESS_H
#define RINGI_CPROCESS_H

#include "CSandbox.h"

#include <stddef.h>
#include <sys/types.h>

/// What a child is given. Descriptors of -1 become /dev/null; all others are closed in it.
typedef struct {
  const char *path;
  char *const *argv;
  char *const *envp;
  const char *directory; // NULL: inherit
  int input, output, error;
  int new_session;     // setsid
  int takes_terminal;  // standard input becomes the controlling terminal
  int dies_with_parent; // SIGKILL when the spawning thread ends
  const cp_sandbox *sandbox; // NULL: none
  int *stage;                // where a fault of the sandbox says which part failed; may be NULL
} cp_request;

/// The child's pid, or -errno of the call that failed (exec included).
pid_t cp_spawn(const cp_request *request);

/// pidfd_open(2): a descriptor that can be read from when the process has ended; or -errno.
int cp_pidfd(pid_t pid);

/// From now on processes whose parents have ended become children of this one (PR_SET_CHILD_SUBREAPER); 0 or -errno.
int cp_adopt(void);

/// syncfs(2): everything of the file system that `file` lies on is on the disk; 0 or -errno.
int cp_syncfs(int file);

/// renameat2(2): flags 1 = do not replace, 2 = exchange. 0 or -errno.
int cp_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);

/// Fills `out` with random bytes; 0 or -errno.
int cp_random(void *out, size_t count);

/// flistxattr(2): names, each with its NUL; their length, 0 where the file system knows none, or -errno.
long cp_listxattr(int file, void *out, size_t count);

/// fremovexattr(2); 0 or -errno.
int cp_removexattr(int file, const char *name);

/// fgetxattr(2); the value's size, or -errno.
long cp_getxattr(int file, const char *name, void *out, size_t count);

/// fsetxattr(2); 0 or -errno.
int cp_setxattr(int file, const char *name, const void *value, size_t count);

/// Gives `to` the extended attributes of `from` (access lists among them, what only the system sets not) and, where it
/// is allowed, its owner and group. 0, or -errno of what could not be carried over.
int cp_copy_attributes(int from, int to);

/// statfs(2) f_type of the file system a path lies on; -1 when it can't be told.
long cp_filesystem(const char *path);

// After so many seconds `text` (copied, at most 4 000 bytes) is written to descriptor 1 and the process ends with 2,
// whatever it is doing then. 0 seconds takes it back.
void cp_say_after(unsigned seconds, const char *text);

/// From now on SIGTERM writes a byte to `descriptor` in place of ending this process.
void cp_on_term(int descriptor);

#endif
