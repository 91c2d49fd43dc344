// Any bytes as a hive: refused, or read and edited without harm, and what is written then loads again.

#include <hive/hive.hpp>

#include <cstdlib>
#include <memory>
#include <span>

namespace {

using hive::Hive;
using hive::Key;

class HeapAllocator final : public hive::Allocator {
 public:
  void *Allocate(std::size_t bytes) override { return std::malloc(bytes); }
  void Free(void *memory, std::size_t) override { std::free(memory); }
};

// The checksum is no obstacle: it would only hide the rest from the fuzzer.
void FixBaseBlock(std::span<std::byte> image) {
  if (image.size() < 512) {
    return;
  }
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 508; i += 4) {
    std::uint32_t word;
    std::memcpy(&word, image.data() + i, 4);
    sum ^= word;
  }
  sum = sum == 0 ? 1 : sum == ~0u ? ~1u : sum;
  std::memcpy(image.data() + 508, &sum, 4);
}

// Touches all that can be read of a key.
unsigned Read(Hive &hive, Key key) {
  const hive::KeyInfo info = hive.Describe(key);
  unsigned sum = static_cast<unsigned>(hive.Security(key).size() + info.class_name.size());
  for (std::size_t i = 0; i < info.name.Length(); i++) {
    sum += info.name[i];
  }
  for (std::uint32_t i = 0; i < info.values; i++) {
    const auto value = MUST(hive.ValueAt(key, i));
    const std::uint32_t length = hive.Describe(value).length;
    for (std::uint32_t at = 0; at < length;) {
      const auto piece = hive.DataAt(value, at);
      sum += static_cast<unsigned>(piece.front()) + static_cast<unsigned>(piece.back());
      at += static_cast<std::uint32_t>(piece.size());
    }
  }
  return sum;
}

unsigned Walk(Hive &hive, Key key) {
  unsigned sum = Read(hive, key);
  for (std::uint32_t i = 0; i < hive.Describe(key).sub_keys; i++) {
    sum += Walk(hive, MUST(hive.ChildAt(key, i)));
  }
  return sum;
}

void Edit(Hive &hive) {
  const Key root = hive.Root();
  const std::byte data[20000] = {};
  if (const auto child = hive.ChildAt(root, 0)) {
    (void)hive.Rename(*child, u"renamed by the fuzzer", 1);
  }
  if (const auto made = hive.CreateChild(root, u"made", {.class_name = u"c"})) {
    MUST(hive.SetValue(*made, u"v", 1, data, 1));
    MUST(hive.SetValue(*made, u"v", 1, std::span(data).first(3), 1));
  }
  if (const auto value = hive.ValueAt(root, 0)) {
    char16_t name[hive::kMaxValueName];
    const hive::Name stored = hive.Describe(*value).name;
    stored.CopyTo(std::as_writable_bytes(std::span(name)));
    const std::u16string_view view(name, stored.Length());
    MUST(hive.SetValue(root, view, 1, std::span(data).first(100), 1));
    MUST(hive.DeleteValue(root, view, 1));
  }
  if (const auto last = hive.ChildAt(root, hive.Describe(root).sub_keys - 1)) {
    (void)hive.Delete(*last, 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *bytes, std::size_t size) {
  HeapAllocator heap;
  const auto image = std::make_unique<std::byte[]>(size);
  if (size != 0) {
    std::memcpy(image.get(), bytes, size);
  }
  FixBaseBlock({image.get(), size});
  auto loaded = Hive::Load(heap, {image.get(), size});
  if (!loaded) {
    return 0;
  }
  (void)Walk(*loaded, loaded->Root());
  Edit(*loaded);
  (void)Walk(*loaded, loaded->Root());
  const std::size_t length = loaded->FileSize();
  const auto file = std::make_unique<std::byte[]>(length);
  loaded->WriteFile({file.get(), length}, u"fuzz", 1, 1);
  MUST(Hive::Load(heap, {file.get(), length}));
  return 0;
}
