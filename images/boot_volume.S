// The boot volume, page aligned in the Executive's image.
    .section .bootvol, "a", @progbits
    .balign 4096
    .globl boot_volume_start, boot_volume_end
boot_volume_start:
    .incbin BOOT_VOLUME
boot_volume_end:
