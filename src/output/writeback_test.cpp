#include "output/writeback.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>

#include "base/fd.h"

namespace crm {
namespace {

TEST(Writeback, LeavesTheBytesOfALargeFileAsTheyAre) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::tmpfile(), close);
  ASSERT_TRUE(file);
  const int fd = ::fileno(file.get());
  constexpr std::size_t kBlock = std::size_t{1} << 20, kBlocks = 80;
  {
    Writeback writeback(fd);
    for (std::size_t i = 0; i < kBlocks; ++i) {
      write_all_at(fd, i * kBlock, std::string(kBlock, static_cast<char>('0' + i)), "a file");
      writeback.grown_to((i + 1) * kBlock);
    }
  }
  for (std::size_t i = 0; i < kBlocks; ++i) {
    std::string block(kBlock, '\0');
    ASSERT_EQ(read_at(fd, i * kBlock, block.data(), kBlock, "a file"), kBlock);
    ASSERT_EQ(block, std::string(kBlock, static_cast<char>('0' + i)));
  }
}

TEST(Writeback, StopsAtOnceWhereThereIsNothingToDo) {
  Writeback writeback(-1);
  writeback.grown_to(100);
  writeback.stop();
  writeback.stop();
}

}  // namespace
}  // namespace crm
