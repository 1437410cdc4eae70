#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "storage/folder_store.h"

// How fast the folder store alone is, beside a plain copy of the same bytes on the same disk: bench_store
// FOLDER [MEGABYTES].
namespace {

using namespace crm;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

void report(const char* what, std::uint64_t bytes, const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("%-44s %8.0f MB/s\n", what, static_cast<double>(bytes) / 1e6 / seconds);
}

/// What a plain copy would do to be as safe: write, then sync.
void write_plainly(const std::filesystem::path& file, std::uint64_t bytes, const std::string& block) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  for (std::uint64_t done = 0; done < bytes; done += block.size()) write_all(fd.get(), block, file.string());
  ::fsync(fd.get());
}

void read_plainly(const std::filesystem::path& file) {
  const UniqueFd fd = open_for_reading(file.string());
  std::vector<char> buffer(kBlockBytes);
  while (read_some(fd.get(), buffer.data(), buffer.size(), file.string()) > 0) {
  }
}

void put_in_parts(ObjectStore& store, std::uint64_t bytes, const std::string& block) {
  const std::uint64_t part_size = part_size_for(bytes, std::uint64_t{16} << 20);
  const Upload upload = store.create_upload({.key = "parts", .part_size = part_size, .size = bytes});
  std::vector<Part> parts;
  for (std::uint64_t done = 0; done < bytes; done += part_size) {
    const std::uint64_t size = std::min(part_size, bytes - done);
    const int number = static_cast<int>(parts.size()) + 1;
    const auto writer = store.put_part(upload, number, size);
    for (std::uint64_t at = 0; at < size; at += block.size()) writer->write(block);
    parts.push_back({.number = number, .etag = writer->commit().etag});
  }
  store.complete_upload(upload, parts);
}

int run(const std::filesystem::path& folder, std::uint64_t bytes) {
  const auto store = open_folder_store(folder / "bench-store");
  const std::string block(kBlockBytes, 'x');
  const auto plain = folder / "bench-plain";
  for (int round = 1; round <= 2; ++round) {
    std::printf("round %d\n", round);
    report("write a file, sync", bytes, [&] { write_plainly(plain, bytes, block); });
    report("put", bytes, [&] {
      const auto writer = store->put("put", {.size = bytes});
      for (std::uint64_t done = 0; done < bytes; done += block.size()) writer->write(block);
      writer->commit();
    });
    report("put in parts of 16 MiB", bytes, [&] { put_in_parts(*store, bytes, block); });
    report("read a file", bytes, [&] { read_plainly(plain); });
    report("get", bytes, [&] {
      const auto reader = store->get("put", {});
      std::vector<char> buffer(kBlockBytes);
      while (reader->read(buffer.data(), buffer.size()) > 0) {
      }
    });
    const auto fetched = folder / "bench-fetched";
    report("fetch (a link)", bytes, [&] { store->fetch("put", fetched, {}, {}); });
    std::filesystem::remove(fetched);
    report("put_file, consumed (hash and sync)", bytes,
           [&] { store->put_file("consumed", plain, {.put = {}, .consume = true}, {}); });
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: bench_store FOLDER [MEGABYTES]\n", stderr);
    return 2;
  }
  try {
    return run(argv[1], static_cast<std::uint64_t>(argc > 2 ? std::atoi(argv[2]) : 1024) << 20);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_store: %s\n", error.what());
    return 1;
  }
}
