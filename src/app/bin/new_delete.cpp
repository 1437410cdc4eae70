// The program's operator new: every large allocation, of whatever container, is held against --memory-limit. So a case
// that no division of memory foresees ends with exit status 4 before the limit is passed, and not behind it.
#include <cstdlib>
#include <new>

#include "base/memory_cap.h"

void* operator new(std::size_t size) {
  crm::Growth growth(size);
  for (;;) {
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
      growth.took(memory);
      return memory;
    }
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
