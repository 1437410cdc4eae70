#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "output/output_file.h"

namespace crm {

/// Turns a stream of bytes into a compressed one. The same bytes give the same result, however they are cut: input is
/// taken in blocks of a fixed size, and headers hold no time and no name.
class Compressor {
 public:
  virtual ~Compressor() = default;
  /// Appends what is ready to `out`.
  void compress(std::string_view bytes, std::string& out);
  /// Ends the stream. Nothing may follow.
  void finish(std::string& out);

 protected:
  /// Compresses one block, ending the stream with the last one.
  virtual void compress_block(std::string_view block, bool last, std::string& out) = 0;

 private:
  std::string block_;
};

/// Null for OutputCompression::none.
std::unique_ptr<Compressor> make_compressor(OutputCompression compression);

/// By the suffix of `path`: `.gz`, `.zst` (in any case), else none.
OutputCompression compression_of(std::string_view path);

}  // namespace crm
