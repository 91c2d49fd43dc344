#include "layout.hpp"

#include <cm/key.hpp>
#include <cm/registry.hpp>
#include <ob/name.hpp>

#include <cstring>
#include <memory>
#include <new>

namespace con {
namespace {

constexpr std::u16string_view kControl = u"MACHINE\\SYSTEM\\CurrentControlSet\\Control\\";
constexpr std::size_t kLongestId = 16;
constexpr std::size_t kLongestLayout = 0x1'0000;

constinit std::byte *data = nullptr;  // for ever
std::optional<keymap::Layout> &Layout() {
  static constinit std::optional<keymap::Layout> layout;
  return layout;
}

struct Value {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
};

Result<Value> Read(std::u16string_view key, std::u16string_view name) {
  const ob::Name path = TRY(ob::Name::Join(kControl, key));
  const Ref<cm::Node> node = TRY(cm::CurrentRegistry().Open(path.View()));
  auto &hive = node->Hive();
  const hive::Value value = TRY(hive.FindValue(node->Key(), name));
  Value read;
  read.size = hive.Describe(value).length;
  if (read.size > kLongestLayout) {
    return Fail(STATUS_FILE_CORRUPT_ERROR);
  }
  read.bytes.reset(new (std::nothrow) std::byte[read.size + 1]);
  if (!read.bytes) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  hive.ReadData(value, {read.bytes.get(), read.size});
  return read;
}

}  // namespace

Result<const keymap::Layout *> CurrentLayout() {
  if (Layout()) {
    return &*Layout();
  }
  const Value name = TRY(Read(u"Keyboard Layout", u"Layout"));
  char16_t id[kLongestId] = {};
  std::memcpy(id, name.bytes.get(), std::min(name.size, sizeof(id) - sizeof(char16_t)));
  const ob::Name key = TRY(ob::Name::Join(u"Keyboard Layouts\\", std::u16string_view(id)));
  Value table = TRY(Read(key.View(), u"Layout Data"));
  Layout() = keymap::Layout::Parse({table.bytes.get(), table.size});
  if (!Layout()) {
    return Fail(STATUS_FILE_CORRUPT_ERROR);
  }
  data = table.bytes.release();
  return &*Layout();
}

}  // namespace con
