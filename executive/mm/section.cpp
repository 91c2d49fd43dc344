#include <mm/section.hpp>

#include <nt/nt.h>

#include <new>

namespace mm {

constinit ob::Type Section::kType{
    .name = u"Section",
    .mapping = {STANDARD_RIGHTS_READ | SECTION_QUERY | SECTION_MAP_READ, STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE,
                STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE, SECTION_ALL_ACCESS},
    .valid_access = SECTION_ALL_ACCESS | SECTION_MAP_EXECUTE_EXPLICIT,
};

Result<Ref<Section>> Section::Create(const Ref<Segment> &segment, std::uint64_t size, ULONG protection,
                                     ULONG attributes) {
  Ref<Section> section = Adopt(new (std::nothrow) Section(segment));
  if (!section) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  section->size_ = size;
  section->protection_ = protection;
  section->attributes_ = attributes;
  return section;
}

}  // namespace mm
