#pragma once
// The screen of this machine, whichever it has: a terminal on VGA text or on a linear framebuffer.

#include "pixel_screen.hpp"
#include "vga_text.hpp"

namespace ke {

class Screen {
 public:
  // Finds the screen and clears it. A machine without one stays without.
  void Open();
  // Takes bytes; Show() brings what they changed to the screen.
  void Write(std::string_view bytes) {
    if (display_ != nullptr) {
      terminal_.Write(bytes);
    }
  }
  void Show() {
    if (display_ != nullptr) {
      painter_.Paint(terminal_, *display_);
    }
  }

 private:
  void OpenText();
  void OpenPixels(const FramebufferInfo &info);

  terminal::Terminal terminal_;
  terminal::Painter painter_;
  terminal::Display *display_ = nullptr;
  VgaText text_;
  PixelScreen pixels_;
};

}  // namespace ke
