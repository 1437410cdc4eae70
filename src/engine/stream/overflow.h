#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

class SpillFile;
class TempSpace;

/// Text of one batch in the making: the end of it in `text`, what came before perhaps in a spill file.
struct OverflowingText {
  std::string text;
  struct Extent {
    std::uint64_t offset = 0, size = 0;
  };
  std::vector<Extent> before;
};

/// Takes text that has become too long for memory while its batch is being made: a few rows may become
/// gigabytes where cells are concatenated.
///
/// Threads: any.
class Overflow {
 public:
  /// Of one text, what may stay in memory.
  static constexpr std::size_t kMostText = 4u << 20;
  static constexpr std::size_t kPieceBytes = 1u << 20;
  /// Room for short cells and line ends behind a long one.
  static constexpr std::size_t kBehindLongCell = 64u << 10;

  Overflow(TempSpace& temp, std::stop_token stop);
  ~Overflow();

  /// Puts `text` away if it is longer than kMostText. Errors: cancelled.
  void relieve(std::string& text, std::vector<OverflowingText::Extent>& before) {
    if (text.size() > kMostText) put_away(text, before);
  }
  void relieve(OverflowingText& text) { relieve(text.text, text.before); }

  /// Before so much is added: a long cell finds the text empty, and is not copied with what stood before it.
  void make_room(OverflowingText& out, std::size_t more) {
    if (more <= kMostText) return;
    if (!out.text.empty()) put_away(out.text, out.before);
    out.text.reserve(more + kBehindLongCell);  // one byte too many would double it
  }

  /// Appends a long text piece by piece, each by `append_piece(piece, out.text)`: it is never in memory a second time.
  template <typename AppendPiece>
  void append_long(std::string_view text, OverflowingText& out, AppendPiece&& append_piece) {
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), kPieceBytes))) {
      append_piece(text.substr(0, kPieceBytes), out.text);
      relieve(out);
    }
  }

  /// Calls `each` for what was put away, piece by piece.
  void read(const std::vector<OverflowingText::Extent>& before,
            const std::function<void(std::string_view)>& each) const;

 private:
  void put_away(std::string& text, std::vector<OverflowingText::Extent>& before);

  TempSpace& temp_;
  std::stop_token stop_;
  std::mutex mutex_;
  std::unique_ptr<SpillFile> spill_;
};

}  // namespace crm
