// How the private view is made (Linux 5.12 or later; every step was tried without root):
//
//   the child   new user, mount, pid, ipc and net namespaces; its uid is mapped to itself
//               overlays and bind mounts are made detached, while everything can still be reached and written
//               the whole tree becomes read-only, then folders are hidden, then the detached mounts are put in place
//   its child   process 1 of the pid namespace: mounts a proc and terminals of its own, reaps what is left over
//   its child   has no capability and can gain none; becomes the program
//
// INVARIANT: between fork and exec only system calls: the parent has threads.
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const char *cp_sandbox_stage(int stage) {
  static const char *const words[STAGE_END] = {
      [STAGE_NONE] = "",
      [STAGE_NAMESPACES] = "namespaces are not allowed here",
      [STAGE_IDS] = "the user can't be mapped",
      [STAGE_FOLDER] = "a folder can't be opened",
      [STAGE_CHANGED] = "a folder was replaced",
      [STAGE_DEVICES] = "no devices of its own",
      [STAGE_OVERLAY] = "the overlay can't be mounted",
      [STAGE_READ_ONLY] = "the system can't be made read-only",
      [STAGE_HIDE] = "a folder can't be hidden",
      [STAGE_SHOW] = "a folder can't be shown",
      [STAGE_PROC] = "no /proc of its own",
      [STAGE_TERMINALS] = "no terminals of its own",
      [STAGE_PRIVILEGES] = "privileges can't be dropped",
      [STAGE_PROCESS] = "no process can be made",
  };
  return stage > STAGE_NONE && stage < STAGE_END ? words[stage] : "";
}

enum { MAXIMUM_MOUNTS = 64, MAXIMUM_PATH = 4096 };

#define FAIL(what) do { *stage = (what); return -errno; } while (0)

static int write_text(const char *path, const char *text, size_t count) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t written = write(file, text, count);
  close(file);
  return written == (ssize_t)count ? 0 : -1;
}

static char *append(char *at, const char *text) {
  while (*text) *at++ = *text++;
  *at = 0;
  return at;
}

static char *append_number(char *at, unsigned number) {
  char digits[12];
  int count = 0;
  do digits[count++] = '0' + number % 10; while (number /= 10);
  while (count) *at++ = digits[--count];
  *at = 0;
  return at;
}

/// A path that names a descriptor, whatever characters the folder's own path has.
static void descriptor_path(char *out, int descriptor) { append_number(append(out, "/proc/self/fd/"), descriptor); }

static int map_ids(uid_t uid, gid_t gid) {
  char text[64];
  if (write_text("/proc/self/setgroups", "deny", 4) != 0 && errno != ENOENT) return -1;
  char *end = append(append_number(append(append_number(text, uid), " "), uid), " 1");
  if (write_text("/proc/self/uid_map", text, end - text) != 0) return -1;
  end = append(append_number(append(append_number(text, gid), " "), gid), " 1");
  return write_text("/proc/self/gid_map", text, end - text);
}

static int open_folder(const char *path, int *stage) {
  int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (folder < 0) FAIL(STAGE_FOLDER);
  return folder;
}

/// `lower` still is the folder that was looked at.
static int check_identity(const cp_mount *mount, int folder, int *stage) {
  struct stat status;
  if (mount->inode == 0) return 0;
  if (fstat(folder, &status) != 0) FAIL(STAGE_FOLDER);
  if (status.st_dev == mount->device && status.st_ino == mount->inode) return 0;
  errno = ESTALE;
  FAIL(STAGE_CHANGED);
}

static int overlay(const cp_mount *mount, int *stage) {
  const char *names[3] = {"lowerdir", "upperdir", "workdir"};
  const char *paths[3] = {mount->lower, mount->upper, mount->work};
  int context = fsopen("overlay", FSOPEN_CLOEXEC);
  if (context < 0) FAIL(STAGE_OVERLAY);
  int folders[3];
  for (int i = 0; i < 3; i++) {
    char path[64];
    folders[i] = open_folder(paths[i], stage);
    if (folders[i] < 0) return folders[i];
    if (i == 0) {
      int code = check_identity(mount, folders[0], stage);
      if (code != 0) return code;
    }
    descriptor_path(path, folders[i]);
    if (fsconfig(context, FSCONFIG_SET_STRING, names[i], path, 0) != 0) FAIL(STAGE_OVERLAY);
  }
  if (fsconfig(context, FSCONFIG_SET_FLAG, "userxattr", NULL, 0) != 0 ||
      fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0)
    FAIL(STAGE_OVERLAY);
  int tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  if (tree < 0) FAIL(STAGE_OVERLAY);
  for (int i = 0; i < 3; i++) close(folders[i]);
  close(context);
  return tree;
}

static int bind_tree(const cp_mount *mount, int *stage) {
  int tree = open_tree(AT_FDCWD, mount->lower, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
  if (tree < 0) FAIL(STAGE_FOLDER);
  int code = check_identity(mount, tree, stage);
  if (code != 0) return code;
  struct mount_attr attributes = {
      .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (mount->kind == CP_SHOW ? MOUNT_ATTR_RDONLY : 0)};
  if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) != 0) FAIL(STAGE_SHOW);
  return tree;
}

static int is_folder(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int hide(const char *target, int *stage) {
  if (!is_folder(target)) return 0;
  if (mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0) FAIL(STAGE_HIDE);
  return 0;
}

/// Whoever writes beside a folder is told so, and does not lose it with the view.
static int seal(const char *target, int *stage) {
  if (!is_folder(target)) return 0;
  int tree = open_tree(AT_FDCWD, target, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
  if (tree < 0) FAIL(STAGE_HIDE);
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  if (mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0 ||
      move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) != 0)
    FAIL(STAGE_HIDE);
  close(tree);
  return 0;
}

/// The place for a mount, made where only a hidden folder's emptiness is.
static int make_place(const char *target, int for_folder) {
  char path[MAXIMUM_PATH];
  size_t count = strnlen(target, sizeof path);
  if (count == sizeof path) return errno = ENAMETOOLONG, -1;
  memcpy(path, target, count + 1);
  for (size_t i = 1; i < count; i++) {
    if (path[i] != '/') continue;
    path[i] = 0;
    if (mkdir(path, 0755) != 0 && errno != EEXIST && errno != EROFS) return -1;
    path[i] = '/';
  }
  if (for_folder) return mkdir(path, 0755) == 0 || errno == EEXIST || errno == EROFS ? 0 : -1;
  int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (file >= 0) close(file);
  return file >= 0 || errno == EROFS || errno == ETXTBSY || access(path, F_OK) == 0 ? 0 : -1;
}

static int put(int tree, const char *target, int *stage) {
  struct stat status;
  if (fstat(tree, &status) != 0 || make_place(target, S_ISDIR(status.st_mode)) != 0) FAIL(STAGE_SHOW);
  if (move_mount(tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) != 0) FAIL(STAGE_SHOW);
  close(tree);
  return 0;
}

// What every program expects of /dev. Disks, memory, other people's terminals are not among it: a node is no file, a
// read-only mount would not keep anybody from writing to it.
static const char *const device_paths[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
enum { DEVICES = sizeof device_paths / sizeof *device_paths };

static int take_devices(int *devices, int *stage) {
  for (int i = 0; i < DEVICES; i++) {
    devices[i] = open_tree(AT_FDCWD, device_paths[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (devices[i] < 0) FAIL(STAGE_DEVICES);
  }
  return 0;
}

static int make_devices(const int *devices, int *stage) {
  int code = hide("/dev", stage);
  if (code != 0) return code;
  for (int i = 0; i < DEVICES; i++) {
    code = put(devices[i], device_paths[i], stage);
    if (code != 0) return code;
  }
  if (mkdir("/dev/pts", 0755) != 0 || mkdir("/dev/shm", 01777) != 0 || symlink("pts/ptmx", "/dev/ptmx") != 0 ||
      symlink("/proc/self/fd", "/dev/fd") != 0 || symlink("/proc/self/fd/0", "/dev/stdin") != 0 ||
      symlink("/proc/self/fd/1", "/dev/stdout") != 0 || symlink("/proc/self/fd/2", "/dev/stderr") != 0)
    FAIL(STAGE_DEVICES);
  code = hide("/dev/shm", stage);
  if (code != 0) return code;
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  if (mount_setattr(AT_FDCWD, "/dev", 0, &attributes, sizeof attributes) != 0) FAIL(STAGE_DEVICES);
  return 0;
}

static int make_view(const cp_sandbox *sandbox, int *stage) {
  int trees[MAXIMUM_MOUNTS], devices[DEVICES];
  if (sandbox->count > MAXIMUM_MOUNTS) return errno = E2BIG, *stage = STAGE_SHOW, -E2BIG;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) FAIL(STAGE_NAMESPACES);
  for (size_t i = 0; i < sandbox->count; i++) {
    const cp_mount *mount = &sandbox->mounts[i];
    trees[i] = mount->kind == CP_HIDE || mount->kind == CP_SEAL ? 0 : mount->kind == CP_OVERLAY ? overlay(mount, stage) : bind_tree(mount, stage);
    if (trees[i] < 0) return trees[i];
  }
  int code = take_devices(devices, stage);
  if (code != 0) return code;
  // No user namespace below this one: its capabilities could rearrange what is shown.
  write_text("/proc/sys/user/max_user_namespaces", "0", 1);
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
  if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes) != 0) FAIL(STAGE_READ_ONLY);
  code = make_devices(devices, stage);
  if (code != 0) return code;
  for (size_t i = 0; i < sandbox->count; i++) {
    const cp_mount *mount = &sandbox->mounts[i];
    code = mount->kind == CP_HIDE   ? hide(mount->target, stage)
           : mount->kind == CP_SEAL ? seal(mount->target, stage)
                                    : put(trees[i], mount->target, stage);
    if (code != 0) return code;
  }
  return 0;
}

/// A proc that shows this namespace alone and takes no settings of the system, and no terminal of anybody else.
static int make_own(int *stage) {
  if (mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) FAIL(STAGE_PROC);
  if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666") != 0)
    FAIL(STAGE_TERMINALS);
  return 0;
}

static int drop(int *stage) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
      SECBIT_NO_SETUID_FIXUP_LOCKED, 0, 0, 0) != 0) FAIL(STAGE_PRIVILEGES);
  for (int cap = 0; cap < 64; cap++)
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EINVAL) FAIL(STAGE_PRIVILEGES);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) FAIL(STAGE_PRIVILEGES);
  if (syscall(SYS_capset, &header, none) != 0) FAIL(STAGE_PRIVILEGES);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) FAIL(STAGE_PRIVILEGES);
  return 0;
}

/// Ends as the child did: with its code, or with 128 + its signal.
static void follow(pid_t child, int reaps) {
  int status;
  for (;;) {
    pid_t ended = waitpid(reaps ? -1 : child, &status, 0);
    if (ended < 0 && errno == EINTR) continue;
    if (ended == child || ended < 0) break;
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/// The waiting processes keep nothing of the program's open, or its end would not be seen.
static void let_go(void) { syscall(SYS_close_range, 0U, ~0U, 0); }

int sandbox_enter(const cp_sandbox *sandbox, int *stage) {
  uid_t uid = getuid();
  gid_t gid = getgid();
  int flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | (sandbox->keeps_network ? 0 : CLONE_NEWNET);
  if (unshare(flags) != 0) FAIL(STAGE_NAMESPACES);
  if (map_ids(uid, gid) != 0) FAIL(STAGE_IDS);
  // A session keyring of its own: the person's may hold secrets.
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  int code = make_view(sandbox, stage);
  if (code != 0) return code;
  int alive[2];
  if (pipe2(alive, O_CLOEXEC) != 0) FAIL(STAGE_PROCESS);
  pid_t first = fork();
  if (first < 0) FAIL(STAGE_PROCESS);
  if (first > 0) {
    // The end of `alive` that stays open here is how process 1 knows that this one lives.
    syscall(SYS_close_range, 0U, (unsigned)alive[1] - 1, 0);
    syscall(SYS_close_range, (unsigned)alive[1] + 1, ~0U, 0);
    follow(first, 0);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(alive[1]);
  fcntl(alive[0], F_SETFL, O_NONBLOCK);
  char byte;
  if (read(alive[0], &byte, 1) == 0) _exit(127);
  code = make_own(stage);
  if (code != 0) return code;
  pid_t program = fork();
  if (program < 0) FAIL(STAGE_PROCESS);
  if (program > 0) {
    let_go();
    follow(program, 1);
  }
  return drop(stage);
}
