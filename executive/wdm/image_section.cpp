#include <wdm/image_section.hpp>

#include <mm/section.hpp>
#include <ps/system_images.hpp>

#include <nt/nt.h>

namespace wdm {

Result<HANDLE> OpenImageSection(ob::HandleTable &handles, ob::NameView path) {
  Ref<mm::FileBacking> file = TRY(ps::OpenImage(nullptr, path));
  Ref<mm::Segment> image = TRY(mm::Segment::CreateImage(file));
  Ref<mm::Section> section = TRY(mm::Section::Create(image, image->Size(), PAGE_EXECUTE_WRITECOPY, SEC_IMAGE));
  return handles.Insert(section, SECTION_ALL_ACCESS, 0);
}

}  // namespace wdm
