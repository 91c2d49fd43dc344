// The font as tools/mkfont made it, for every flavour that links it.
  .section .rodata.terminal_font, "a"
  .globl terminal_font, terminal_font_end
terminal_font:
  .incbin TERMINAL_FONT
terminal_font_end:
  .section .note.GNU-stack, "", @progbits
