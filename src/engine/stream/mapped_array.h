#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <utility>

namespace crm {

/// A large array of zeros straight from the kernel: pages count as memory only once they are touched, and all
/// of them go back when it is released (malloc would keep them, and the memory limit is about the process).
template <typename T>
class MappedArray {
 public:
  MappedArray() = default;
  explicit MappedArray(std::size_t size) : size_(size) {
    if (size == 0) return;
    void* const at = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<T*>(at);
  }
  MappedArray(MappedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedArray& operator=(MappedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~MappedArray() { release(); }

  void release() {
    if (data_ != nullptr) ::munmap(data_, bytes());
    data_ = nullptr;
    size_ = 0;
  }

  /// Asks for huge pages: random access to a large table is then bound by the cache and not by address
  /// translation.
  void prefer_huge_pages() {
    if (bytes() >= (8u << 20)) ::madvise(data_, bytes(), MADV_HUGEPAGE);
  }

  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(T); }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A fixed number of bits, all clear at first.
class BitArray {
 public:
  BitArray() = default;
  explicit BitArray(std::size_t bits) : words_((bits + 63) / 64) {}
  bool test(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  void set(std::size_t i) { words_[i / 64] |= std::size_t{1} << (i % 64); }
  void reset(std::size_t i) { words_[i / 64] &= ~(std::size_t{1} << (i % 64)); }
  /// Sets the bit; returns true if it was clear.
  bool insert(std::size_t i) {
    std::size_t& word = words_[i / 64];
    const std::size_t bit = std::size_t{1} << (i % 64);
    const bool fresh = (word & bit) == 0;
    word |= bit;
    return fresh;
  }
  std::size_t count() const {
    std::size_t bits = 0;
    for (std::size_t i = 0; i < words_.size(); ++i)
      bits += static_cast<std::size_t>(__builtin_popcountll(words_[i]));
    return bits;
  }
  void prefetch(std::size_t i) const { __builtin_prefetch(&words_[i / 64]); }
  void release() { words_.release(); }
  std::size_t bytes() const { return words_.bytes(); }

 private:
  MappedArray<std::size_t> words_;
};

}  // namespace crm
