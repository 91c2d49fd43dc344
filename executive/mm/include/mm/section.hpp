#pragma once
// Section objects: what NtCreateSection makes.

#include <mm/segment.hpp>
#include <ob/object.hpp>

namespace mm {

class Section final : public ob::Object {
 public:
  static ob::Type kType;

  // `protection`: the most that a view may ask for (PAGE_...). STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Section>> Create(const Ref<Segment> &segment, std::uint64_t size, ULONG protection,
                                     ULONG attributes);

  Segment &Pages() const { return *segment_; }
  const Ref<Segment> &SegmentRef() const { return segment_; }
  std::uint64_t Size() const { return size_; }
  ULONG Protection() const { return protection_; }
  ULONG Attributes() const { return attributes_; }

 private:
  explicit Section(const Ref<Segment> &segment) : Object(kType), segment_(segment) {}
  ~Section() override = default;

  Ref<Segment> segment_;
  std::uint64_t size_ = 0;
  ULONG protection_ = 0;
  ULONG attributes_ = 0;  // SEC_...
};

}  // namespace mm
