// A row of the layout tables: a structure's size or a member's offset.
#pragma once

struct Layout {
  const char *name;
  unsigned long long value;
};
