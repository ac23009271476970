// A private view of the file system for one process tree: namespaces, overlays, and nothing of the desk.
#ifndef RINGI_CSANDBOX_H
#define RINGI_CSANDBOX_H

#include <stddef.h>
#include <sys/types.h>

typedef enum {
  CP_HIDE,    // an empty writable tmpfs over `target`, if there is such a folder
  CP_OVERLAY, // `lower` with every change going to `upper`
  CP_COPY,    // `lower`, a copy that may be written, in the target's place
  CP_SHOW,    // `lower`, a file or folder, read-only
  CP_SEAL,    // `target` as it is by then, read-only but for what is mounted in it
} cp_mount_kind;

/// Paths are absolute. `device` and `inode` pin the folder that `lower` must still be; 0 pins nothing.
typedef struct {
  cp_mount_kind kind;
  const char *target;
  const char *lower;
  const char *upper; // CP_OVERLAY: on one file system with `work`
  const char *work;
  unsigned long long device, inode;
} cp_mount;

/// Mounts are made in order: what hides a folder comes before what is shown below it. Everything else of the file
/// system is there read-only; devices, terminals, other processes and the network are not.
typedef struct {
  const cp_mount *mounts;
  size_t count;
  int keeps_network;
} cp_sandbox;

/// Which part of making the sandbox failed, in words; "" for a number that is none.
const char *cp_sandbox_stage(int stage);

#endif
