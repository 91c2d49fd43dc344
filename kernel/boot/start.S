// Power-on entry: multiboot headers, and the way from 32-bit protected mode without paging to the kernel's own addresses.

#define IMAGE_BASE 0xffffffff80000000
#define PHYS(symbol) (symbol - IMAGE_BASE)

#define MB1_MAGIC 0x1badb002
#define MB1_FLAGS 3 /* modules page aligned, memory information */
#define MB2_MAGIC 0xe85250d6

#define COM1 0x3f8

  .section .boot.header, "ax"
  .balign 8
multiboot1_header:
  .long MB1_MAGIC
  .long MB1_FLAGS
  .long -(MB1_MAGIC + MB1_FLAGS)
  .balign 8
multiboot2_header:
  .long MB2_MAGIC
  .long 0                        // i386 protected mode
  .long multiboot2_end - multiboot2_header
  .long -(MB2_MAGIC + (multiboot2_end - multiboot2_header))
  .short 5, 1                    // a framebuffer if there can be one: the root task draws on either
  .long 20
  .long 0, 0, 0                  // whatever width, height, depth
  .balign 8
  .short 0, 0                    // end tag
  .long 8
multiboot2_end:

  .section .boot.text, "ax"
  .code32
  .globl boot_start
boot_start:
  cli
  cld
  movl $PHYS(kernel_stack_top), %esp
  movl %eax, %edi                // multiboot magic
  movl %ebx, %esi                // its information

  movl $0x80000000, %eax
  cpuid
  movl $no_long_mode, %ebp
  cmpl $0x80000001, %eax
  jb boot_fail
  movl $0x80000001, %eax
  cpuid
  btl $29, %edx
  jnc boot_fail
  movl $no_huge_pages, %ebp
  btl $26, %edx
  jnc boot_fail

  // PML4: entry 0 (for now) and entry 511 both lead to the window's PDPT, which maps physical memory by 1 GiB pages.
  movl $PHYS(boot_pdpt), %eax
  orl $3, %eax
  movl %eax, PHYS(boot_pml4)
  movl %eax, PHYS(boot_pml4) + 511 * 8
  xorl %ecx, %ecx                // entry
  xorl %edx, %edx                // address, high and low
  movl $0x183, %eax              // present, writable, 1 GiB page, global
1:
  movl %eax, PHYS(boot_pdpt)(, %ecx, 8)
  movl %edx, PHYS(boot_pdpt) + 4(, %ecx, 8)
  addl $0x40000000, %eax
  adcl $0, %edx
  incl %ecx
  cmpl $510, %ecx
  jne 1b
  movl $0x183, PHYS(boot_pdpt) + 510 * 8

  movl $0xa0, %eax               // PAE, global pages
  movl %eax, %cr4
  movl $PHYS(boot_pml4), %eax
  movl %eax, %cr3
  movl $0xc0000080, %ecx         // EFER: long mode
  rdmsr
  orl $0x100, %eax
  wrmsr
  movl $0x80010033, %eax         // paging, write protection, native FPU errors, FPU present, protected mode
  movl %eax, %cr0
  lgdt boot_gdt_pointer
  ljmp $8, $boot_long

boot_fail:                       // EBP = sentence
  movw $COM1 + 3, %dx
  movb $0x80, %al
  outb %al, %dx
  movw $COM1, %dx
  movb $1, %al
  outb %al, %dx
  movw $COM1 + 1, %dx
  xorb %al, %al
  outb %al, %dx
  movw $COM1 + 3, %dx
  movb $3, %al
  outb %al, %dx
2:
  movb (%ebp), %bl
  testb %bl, %bl
  jz 4f
  movw $COM1 + 5, %dx
3:
  inb %dx, %al
  testb $0x20, %al
  jz 3b
  movw $COM1, %dx
  movb %bl, %al
  outb %al, %dx
  incl %ebp
  jmp 2b
4:
  hlt
  jmp 4b

no_long_mode:
  .asciz "kernel: cannot boot: the processor has no 64-bit mode\r\n"
no_huge_pages:
  .asciz "kernel: cannot boot: the processor has no 1 GiB pages (pdpe1gb)\r\n"

  .balign 8
boot_gdt:
  .quad 0
  .quad 0x00af9b000000ffff
boot_gdt_pointer:
  .short boot_gdt_pointer - boot_gdt - 1
  .long boot_gdt

  .code64
boot_long:
  movabsq $boot_high, %rax
  jmpq *%rax

  .text
boot_high:
  leaq kernel_stack_top(%rip), %rsp
  xorl %eax, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  movl %edi, %edi
  movl %esi, %esi
  call BootMain
  jmp ReturnToUser

  .section .bss.pages, "aw", @nobits
  .balign 4096
  .globl boot_pml4, boot_pdpt
boot_pml4:
  .skip 4096
boot_pdpt:
  .skip 4096
  .section .note.GNU-stack, "", @progbits
