// The view of an image in memory is the parser library's; here are the names under which the loader knows it.
#pragma once

#include <pe/mapped.hpp>

#include <nt/nt.h>

namespace ldr {

using Image = pe::MappedImage;
using Export = pe::MappedExport;

}  // namespace ldr
