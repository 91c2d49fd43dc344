#pragma once
// The boot volume: the read-only tree that is linked into the Executive, \Device\BootVolume.

#include <bootvol/volume.hpp>
#include <io/volume.hpp>

namespace io {

class BootVolume final : public Volume {
 public:
  static constexpr std::u16string_view kPath = u"\\Device\\BootVolume";

  // `image` is page aligned and lives for ever. The statuses of bootvol::Volume::Mount.
  static Result<Ref<BootVolume>> Mount(std::span<const std::byte> image);

  Result<VolumeFacts> Volume() const override;
  const bootvol::Volume &Tree() const { return tree_; }

 private:
  class Entry;
  class Raw;
  friend class Entry;

  explicit BootVolume(const bootvol::Volume &tree, std::span<const std::byte> image);
  ~BootVolume() override;
  bool ReadOnly() const override { return true; }
  Result<Ref<Node>> Root() override { return NodeOf(bootvol::kRoot); }
  Result<Ref<Node>> Itself() override;
  Result<Ref<Node>> Lookup(Node &directory, std::u16string_view name) override;
  // The one node of an entry: made when first opened, gone with its last reference.
  Result<Ref<Node>> NodeOf(bootvol::EntryIndex index);
  Result<ob::Name> PathOf(bootvol::EntryIndex index) const;

  bootvol::Volume tree_;
  std::span<const std::byte> image_;
  Entry *first_open_ = nullptr;
  Raw *itself_ = nullptr;
};

}  // namespace io
