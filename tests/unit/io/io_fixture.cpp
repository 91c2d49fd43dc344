#include "io_fixture.hpp"

#include <mkbootvol/writer.hpp>
#include <ps/system_images.hpp>

#include <algorithm>
#include <new>

namespace coro {
void *AllocateFrame(std::size_t size) noexcept { return ::operator new(size, std::nothrow); }
void FreeFrame(void *frame, std::size_t) noexcept { ::operator delete(frame); }
}  // namespace coro

namespace mm {
void UseFileLookup(FileLookup) {}
}  // namespace mm

namespace ps {
void UseImageOpener(ImageOpener) {}
}  // namespace ps

namespace io_test {

Result<std::span<std::byte>> Memory::Resolve(ke::UserAddress address, bool) {
  if (address < kBase || address >= kBase + kSize) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  const std::size_t at = address - kBase;
  return std::span(bytes).subspan(at, std::min<std::size_t>(4096 - at % 4096, kSize - at));
}

std::size_t FakeConsole::TryRead(std::span<char> to) {
  const std::size_t count = std::min(to.size(), typed_.size());
  std::copy_n(typed_.begin(), count, to.begin());
  typed_.erase(0, count);
  if (typed_.empty()) {
    ready_->Reset();
  }
  return count;
}

void FakeConsole::Type(std::string_view text) {
  typed_ += text;
  ready_->Set();
}

IoTest::IoTest() {
  mkbootvol::Writer writer;
  const auto bytes = [](std::string_view text) {
    const auto view = std::as_bytes(std::span(text));
    return std::vector<std::byte>(view.begin(), view.end());
  };
  EXPECT_TRUE(writer.AddFile("System32/ntdll.dll", std::vector<std::byte>(5000, std::byte{'n'})));
  EXPECT_TRUE(writer.AddFile("System32/smss.exe", bytes("smss")));
  EXPECT_TRUE(writer.AddFile("System32/drivers/null.sys", bytes("null")));
  EXPECT_TRUE(writer.AddFile("hello.txt", bytes("hello, world")));
  EXPECT_TRUE(writer.AddFile("empty", {}));
  EXPECT_TRUE(writer.AddDirectory("Programs"));
  const auto built = writer.Build("NEPTUNE", 1767225600);
  EXPECT_TRUE(built);
  image_ = static_cast<std::byte *>(std::aligned_alloc(4096, built->size()));
  std::memcpy(image_, built->data(), built->size());
  auto created = ob::Namespace::Create();
  EXPECT_TRUE(created);
  names = std::move(*created);
  ob::UseNamespace(names.get());
  EXPECT_TRUE(io::Initialise(*names, {image_, built->size()}, console));
  block = Out<IO_STATUS_BLOCK>();
}

IoTest::~IoTest() {
  while (handles.CloseSome(100)) {
  }
  ob::UseNamespace(nullptr);
  names.reset();
  std::free(image_);
}

UserPointer IoTest::Allocate(std::size_t size, int fill) {
  const std::size_t at = used_;
  used_ += (size + 15) & ~std::size_t{15};
  EXPECT_LE(used_, Memory::kSize);
  std::memset(memory.bytes.data() + at, fill, size);
  return {&memory, Memory::kBase + at};
}

UserIn<UNICODE_STRING> IoTest::String(std::u16string_view text) {
  const UserPointer buffer = Allocate(text.size() * 2 + 2);
  EXPECT_TRUE(buffer.Write(text.data(), text.size() * 2));
  UNICODE_STRING string{};
  string.Length = static_cast<USHORT>(text.size() * 2);
  string.MaximumLength = string.Length;
  string.Buffer = reinterpret_cast<PWSTR>(buffer.address);
  return In(string);
}

UserIn<OBJECT_ATTRIBUTES> IoTest::Name(std::u16string_view path, HANDLE root) {
  OBJECT_ATTRIBUTES attributes{};
  attributes.Length = sizeof(attributes);
  attributes.RootDirectory = root;
  attributes.ObjectName = reinterpret_cast<PUNICODE_STRING>(String(path).address);
  attributes.Attributes = OBJ_CASE_INSENSITIVE;
  return In(attributes);
}

void IoTest::Spoil() {
  const std::vector<std::byte> filling(sizeof(IO_STATUS_BLOCK), std::byte{0x55});
  EXPECT_TRUE(block.UserPointer::Write(filling.data(), filling.size()));
}

NTSTATUS IoTest::Open(std::u16string_view path, ACCESS_MASK access, ULONG options, ULONG share, HANDLE root) {
  const auto out = Out<HANDLE>();
  Spoil();
  const NTSTATUS status = StatusOf(io::NtOpenFile(thread, out, access, Name(path, root), block, share, options));
  handle = status == STATUS_SUCCESS ? Get<HANDLE>(out) : nullptr;
  return status;
}

NTSTATUS IoTest::Create(std::u16string_view path, ULONG disposition, ULONG options, ACCESS_MASK access,
                        ULONG attributes) {
  const auto out = Out<HANDLE>();
  Spoil();
  const NTSTATUS status = StatusOf(io::NtCreateFile(thread, out, access, Name(path), block, {}, attributes,
                                                    FILE_SHARE_VALID_FLAGS, disposition, options, {}, 0));
  handle = status == STATUS_SUCCESS ? Get<HANDLE>(out) : nullptr;
  return status;
}

NTSTATUS IoTest::Read(HANDLE file, UserPointer buffer, ULONG length, const LONGLONG *offset, HANDLE event) {
  UserIn<LARGE_INTEGER> where;
  if (offset != nullptr) {
    LARGE_INTEGER value;
    value.QuadPart = *offset;
    where = In(value);
  }
  Spoil();
  const auto answer = io::TryNtReadFile(thread, file, event, {}, {}, block, buffer, length, where, {});
  return answer ? StatusOf(*answer) : STATUS_PENDING;
}

}  // namespace io_test
