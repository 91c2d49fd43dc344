// A QEMU TCG plugin that counts guest instructions. The running total is the first 8 bytes of the file named by out=,
// which is mapped shared: another process reads it between two marks while the guest runs.
//
// Debian's QEMU packages have no qemu-plugin.h; the few declarations below are plugin API version 1 (QEMU 7.2).
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef uint64_t PluginId;
struct qemu_plugin_tb;
typedef void (*BlockCallback)(PluginId id, struct qemu_plugin_tb *block);

enum { kInlineAddU64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(PluginId id, BlockCallback callback);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *block, int operation, void *counter,
                                              uint64_t amount);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

static uint64_t *total;

// Each translated block adds its length when it is entered.
static void CountBlock(PluginId id, struct qemu_plugin_tb *block) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_inline(block, kInlineAddU64, total, qemu_plugin_tb_n_insns(block));
}

EXPORT int qemu_plugin_install(PluginId id, const void *info, int argument_count, char **arguments) {
  (void)info;
  const char *out = NULL;
  for (int i = 0; i < argument_count; i++) {
    if (strncmp(arguments[i], "out=", 4) == 0) {
      out = arguments[i] + 4;
    }
  }
  if (out == NULL) {
    return 1;
  }
  int file = open(out, O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ftruncate(file, 4096) != 0) {
    return 1;
  }
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (page == MAP_FAILED) {
    return 1;
  }
  total = page;
  qemu_plugin_register_vcpu_tb_trans_cb(id, CountBlock);
  return 0;
}
