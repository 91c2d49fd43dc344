#include <io/boot_volume.hpp>
#include <rtl/checked.hpp>

#include <algorithm>
#include <array>
#include <new>

namespace io {

// A file or directory that somebody has open; the open ones of a volume are chained.
class BootVolume::Entry final : public Node {
 public:
  Entry(const Ref<BootVolume> &volume, const bootvol::Entry &entry, ob::Name path)
      : Node(entry.IsDirectory() ? Kind::kDirectory : Kind::kFile),
        volume_(volume),
        entry_(entry),
        path_(std::move(path)),
        next_(volume->first_open_) {
    volume->first_open_ = this;
  }

  bootvol::EntryIndex Index() const { return entry_.index; }
  Entry *Next() const { return next_; }

  std::uint64_t Size() const override { return entry_.data.size(); }
  std::span<const std::byte> Resident() const override { return entry_.data; }
  std::u16string_view Path() const override { return path_.View(); }
  Result<FileFacts> Facts() const override { return FactsOf(entry_); }
  std::optional<Result<Outcome>> TryRead(const Transfer &transfer) override;
  Result<Outcome> Write(const Transfer &) override { return Fail(STATUS_MEDIA_WRITE_PROTECTED); }
  Result<Outcome> Flush() override { return Fail(STATUS_MEDIA_WRITE_PROTECTED); }
  Result<std::optional<DirectoryEntry>> EntryAt(std::uint64_t index) override;

  static FileFacts FactsOf(const bootvol::Entry &entry);

 private:
  ~Entry() override {
    Entry **link = &volume_->first_open_;
    while (*link != this) {
      link = &(*link)->next_;
    }
    *link = next_;
  }

  Ref<BootVolume> volume_;
  bootvol::Entry entry_;
  ob::Name path_;
  Entry *next_;
};

// The volume opened without a path: its bytes as they are.
class BootVolume::Raw final : public Node {
 public:
  explicit Raw(const Ref<BootVolume> &volume) : Node(Kind::kVolume), volume_(volume) { volume->itself_ = this; }

  std::uint64_t Size() const override { return volume_->tree_.Size(); }
  std::u16string_view Path() const override { return kPath; }
  std::optional<Result<Outcome>> TryRead(const Transfer &transfer) override;
  Result<Outcome> Write(const Transfer &) override { return Fail(STATUS_MEDIA_WRITE_PROTECTED); }

 private:
  ~Raw() override { volume_->itself_ = nullptr; }
  Ref<BootVolume> volume_;
};

namespace {

Result<Outcome> ReadBytes(std::span<const std::byte> data, const Transfer &transfer) {
  if (transfer.length == 0) {
    return Outcome{};
  }
  if (transfer.offset >= data.size()) {
    return Fail(STATUS_END_OF_FILE);
  }
  const std::span<const std::byte> rest = data.subspan(static_cast<std::size_t>(transfer.offset));
  const std::size_t count = std::min<std::size_t>(rest.size(), transfer.length);
  TRY(transfer.buffer.Write(rest.data(), count));
  return Outcome{STATUS_SUCCESS, count};
}

}  // namespace

FileFacts BootVolume::Entry::FactsOf(const bootvol::Entry &entry) {
  FileFacts facts;
  facts.creation_time = entry.creation_time;
  facts.last_access_time = entry.last_write_time;
  facts.last_write_time = entry.last_write_time;
  facts.change_time = entry.last_write_time;
  facts.size = entry.data.size();
  facts.allocation = AlignUp<std::uint64_t>(facts.size, BOOTVOL_PAGE_SIZE);
  facts.id = entry.index + 1;  // 0 means that there is none
  facts.attributes = entry.attributes;
  return facts;
}

std::optional<Result<Outcome>> BootVolume::Entry::TryRead(const Transfer &transfer) {
  if (IsDirectory()) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  return ReadBytes(entry_.data, transfer);
}

Result<std::optional<DirectoryEntry>> BootVolume::Entry::EntryAt(std::uint64_t index) {
  if (!IsDirectory()) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  const bootvol::Volume &tree = volume_->tree_;
  if (entry_.index != bootvol::kRoot) {
    // As FAT and NTFS: the root has no dots.
    if (index == 0) {
      return DirectoryEntry{u".", FactsOf(entry_)};
    }
    if (index == 1) {
      return DirectoryEntry{u"..", FactsOf(tree.At(entry_.parent))};
    }
    index -= 2;
  }
  if (index >= entry_.children) {
    return std::nullopt;
  }
  const bootvol::Entry child = tree.At(entry_.first_child + static_cast<bootvol::EntryIndex>(index));
  return DirectoryEntry{child.name, FactsOf(child)};
}

std::optional<Result<Outcome>> BootVolume::Raw::TryRead(const Transfer &transfer) {
  return ReadBytes(volume_->image_.first(static_cast<std::size_t>(volume_->tree_.Size())), transfer);
}

BootVolume::BootVolume(const bootvol::Volume &tree, std::span<const std::byte> image)
    : io::Volume(kPath, FILE_DEVICE_VIRTUAL_DISK, FILE_READ_ONLY_DEVICE | FILE_DEVICE_IS_MOUNTED),
      tree_(tree),
      image_(image) {}
BootVolume::~BootVolume() = default;

Result<Ref<BootVolume>> BootVolume::Mount(std::span<const std::byte> image) {
  const bootvol::Volume tree = TRY(bootvol::Volume::Mount(image));
  auto volume = Adopt(new (std::nothrow) BootVolume(tree, image));
  if (!volume) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return volume;
}

Result<VolumeFacts> BootVolume::Volume() const {
  VolumeFacts facts;
  facts.creation_time = tree_.CreationTime();
  facts.serial_number = tree_.SerialNumber();
  facts.label = tree_.Label();
  facts.file_system = u"BOOTVOL";
  facts.file_system_attributes = FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK | FILE_READ_ONLY_VOLUME;
  facts.longest_name = BOOTVOL_MAXIMUM_NAME;
  facts.units = tree_.Size() / BOOTVOL_PAGE_SIZE;
  facts.sectors_per_unit = BOOTVOL_PAGE_SIZE / facts.bytes_per_sector;
  return facts;
}

Result<Ref<Node>> BootVolume::Itself() {
  if (itself_ != nullptr) {
    return Ref<Node>(itself_);
  }
  auto node = Adopt(new (std::nothrow) Raw(Ref(this)));
  if (!node) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return node;
}

Result<Ref<Node>> BootVolume::Lookup(Node &directory, std::u16string_view name) {
  // Only entries are directories of this volume.
  const auto found = TRY(tree_.Lookup(static_cast<Entry &>(directory).Index(), name));
  return NodeOf(found.index);
}

Result<Ref<Node>> BootVolume::NodeOf(bootvol::EntryIndex index) {
  for (Entry *open = first_open_; open != nullptr; open = open->Next()) {
    if (open->Index() == index) {
      return Ref<Node>(open);
    }
  }
  ob::Name path = TRY(PathOf(index));
  auto node = Adopt(new (std::nothrow) Entry(Ref(this), tree_.At(index), std::move(path)));
  if (!node) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return node;
}

Result<ob::Name> BootVolume::PathOf(bootvol::EntryIndex index) const {
  std::array<bootvol::EntryIndex, BOOTVOL_MAXIMUM_DEPTH + 2> way;  // Mount() has checked the depth
  std::size_t depth = 0;
  for (bootvol::EntryIndex at = index; at != bootvol::kRoot; at = tree_.At(at).parent) {
    way[depth++] = at;
  }
  ob::Name path = TRY(ob::Name::Join(kPath, u"\\"));
  while (depth > 0) {
    const bootvol::Entry entry = tree_.At(way[--depth]);
    path = TRY(ob::Name::Join(path.View(), entry.name));
    if (depth > 0) {
      path = TRY(ob::Name::Join(path.View(), u"\\"));
    }
  }
  return path;
}

}  // namespace io
