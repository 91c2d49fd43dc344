#pragma once
typedef struct {
  unsigned state;
} mbstate_t;
