// SPDX-License-Identifier: Apache-2.0
// Opens shared libraries that hold a network.
#include "status.h"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <new>
#include <sys/stat.h>
#include <unistd.h>

using cnnc::fail;

struct cnnc_library {
  void *handle;
  const cnnc_network *network;
};

/// Whether the file ends before what its program headers map: to touch that memory would be SIGBUS.
static bool is_cut_off(int file, uint64_t size) {
  Elf64_Ehdr header;
  if (pread(file, &header, sizeof header, 0) != sizeof header || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64)
    return false;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    off_t at = off_t(header.e_phoff) + off_t(i) * header.e_phentsize;
    if (pread(file, &segment, sizeof segment, at) != sizeof segment)
      return true;
    if (segment.p_type == PT_LOAD && (segment.p_offset > size || segment.p_filesz > size - segment.p_offset))
      return true;
  }
  return false;
}

/// Whether the loader should be asked at all: its own messages on these cases are less clear.
static cnnc_status check_file(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (file < 0)
    return fail(CNNC_NOT_FOUND, "%s: %s", path, strerror(errno));
  bool known = fstat(file, &status) == 0, regular = known && S_ISREG(status.st_mode),
       cut_off = regular && is_cut_off(file, uint64_t(status.st_size));
  close(file);
  if (!regular)
    return fail(CNNC_NOT_FOUND, "%s: not a file", path);
  if (cut_off)
    return fail(CNNC_NOT_FOUND, "%s: the file is cut off", path);
  return CNNC_OK;
}

/// Never the one in the search path of libraries: a path without a slash names a file of this
/// folder.
static void *load(const char *path) {
  if (strchr(path, '/'))
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
  char *local = new char[strlen(path) + 3]{'.', '/'};
  strcpy(local + 2, path);
  void *handle = dlopen(local, RTLD_NOW | RTLD_LOCAL);
  delete[] local;
  return handle;
}

static cnnc_status read_network(const char *path, void *handle, const cnnc_network **network) {
  auto model = reinterpret_cast<cnnc_model_function>(dlsym(handle, "cnnc_model"));
  if (!model)
    return fail(CNNC_NOT_FOUND, "%s: no compiled network: it has no function cnnc_model", path);
  *network = model();
  if (cnnc_network_check(*network) == CNNC_INCOMPATIBLE)
    return fail(CNNC_INCOMPATIBLE, "%s: made for version %u of the C interface with %u bytes, not %u with %zu", path,
                (*network)->abi_version, (*network)->struct_size, CNNC_ABI_VERSION, sizeof(cnnc_network));
  return *network ? CNNC_OK : fail(CNNC_INCOMPATIBLE, "%s: its function cnnc_model returns NULL", path);
}

cnnc_status cnnc_library_open(const char *path, cnnc_library **library) try {
  if (!path || !library)
    return fail(CNNC_INVALID_ARGUMENT, "the path or the library is NULL");
  if (cnnc_status status = check_file(path))
    return status;
  void *handle = load(path);
  if (!handle)
    return fail(CNNC_NOT_FOUND, "%s: not a shared library of this machine (%s)", path, dlerror());
  const cnnc_network *network = nullptr;
  if (cnnc_status status = read_network(path, handle, &network)) {
    dlclose(handle);
    return status;
  }
  *library = new cnnc_library{handle, network};
  return CNNC_OK;
} catch (const std::bad_alloc &) {
  return fail(CNNC_OUT_OF_MEMORY, "%s: out of memory", path);
}

const cnnc_network *cnnc_library_network(const cnnc_library *library) { return library->network; }

void cnnc_library_close(cnnc_library *library) {
  if (!library)
    return;
  dlclose(library->handle);
  delete library;
}
