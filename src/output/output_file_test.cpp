#include "output/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "output/staged_file.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() {
    std::string pattern = (fs::temp_directory_path() / "crm-merge-output-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OutputFileTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
  static mode_t mode(const std::string& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777;
  }
  static void publish(const std::string& path, const std::string& text) {
    const auto out = create_output(path);
    out->append(text);
    out->publish();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.push_back(entry.path().filename().string());
    return found;
  }
  template <class Action>
  static Error error_of(Action&& action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorCode::internal, ""};
  }

  std::string folder_;
};

TEST_F(OutputFileTest, AFileAppearsOnlyWhenItIsPublished) {
  const auto out = create_output(path("a.csv"));
  out->append("x,y\n");
  out->append("1,2\n");
  EXPECT_FALSE(fs::exists(path("a.csv")));
  out->publish();
  EXPECT_EQ(read(path("a.csv")), "x,y\n1,2\n");
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(OutputFileTest, WithoutPublishTheEarlierFileStaysAndNothingElse) {
  write(path("a.csv"), "earlier");
  create_output(path("a.csv"))->append(std::string(1 << 20, 'x'));
  EXPECT_EQ(read(path("a.csv")), "earlier");
  EXPECT_EQ(names(), std::vector<std::string>{"a.csv"});
}

TEST_F(OutputFileTest, PublishReplacesTheEarlierFileWhole) {
  write(path("a.csv"), std::string(1000, 'e'));
  publish(path("a.csv"), "new");
  EXPECT_EQ(read(path("a.csv")), "new");
}

TEST_F(OutputFileTest, AnEmptyOutputIsAnEmptyFile) {
  publish(path("a.csv"), "");
  EXPECT_TRUE(fs::exists(path("a.csv")));
  EXPECT_EQ(read(path("a.csv")), "");
}

TEST_F(OutputFileTest, KeepsThePermissionsOfTheEarlierFile) {
  write(path("a.csv"), "earlier");
  ::chmod(path("a.csv").c_str(), 0640);
  publish(path("a.csv"), "new");
  EXPECT_EQ(mode(path("a.csv")), 0640u);
}

TEST_F(OutputFileTest, ANewFileHasThePermissionsOfTheUmask) {
  const mode_t before = ::umask(027);
  publish(path("a.csv"), "new");
  ::umask(before);
  EXPECT_EQ(mode(path("a.csv")), 0640u);
}

TEST_F(OutputFileTest, ReplacesWhatASymbolicLinkPointsTo) {
  write(path("real.csv"), "earlier");
  fs::create_symlink("real.csv", path("link.csv"));
  publish(path("link.csv"), "new");
  EXPECT_TRUE(fs::is_symlink(path("link.csv")));
  EXPECT_EQ(read(path("real.csv")), "new");
}

TEST_F(OutputFileTest, ALinkToNothingMakesTheFileItPointsTo) {
  fs::create_directory(path("sub"));
  fs::create_symlink("sub/real.csv", path("link.csv"));
  fs::create_symlink("link.csv", path("second.csv"));
  publish(path("second.csv"), "new");
  EXPECT_EQ(read(path("sub/real.csv")), "new");
}

TEST_F(OutputFileTest, LinksInACircleAreAnError) {
  fs::create_symlink("b.csv", path("a.csv"));
  fs::create_symlink("a.csv", path("b.csv"));
  EXPECT_EQ(error_of([&] { create_output(path("a.csv")); }).code(), ErrorCode::invalid_config);
}

TEST_F(OutputFileTest, RefusesAFolderAndSaysSo) {
  const Error error = error_of([&] { create_output(folder_); });
  EXPECT_EQ(error.code(), ErrorCode::invalid_config);
  EXPECT_EQ(error.message(), "cannot write " + folder_ + ": it is a folder; name a file in it");
}

TEST_F(OutputFileTest, RefusesAFolderThatIsNotThereAndSaysSo) {
  const Error error = error_of([&] { create_output(path("no/a.csv")); });
  EXPECT_EQ(error.code(), ErrorCode::invalid_config);
  EXPECT_EQ(error.message(), "cannot write " + path("no/a.csv") + ": its folder does not exist; create it first");
}

TEST_F(OutputFileTest, ANameWithoutFolderIsInTheCurrentOne) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  publish("a.csv", "new");
  fs::current_path(before);
  EXPECT_EQ(read(path("a.csv")), "new");
}

TEST_F(OutputFileTest, RangesMayBeWrittenByManyThreadsInAnyOrder) {
  const auto out = create_output(path("a.csv"));
  ASSERT_TRUE(out->positioned());
  out->append("header\n");
  constexpr int kRanges = 64;
  constexpr std::size_t kSize = 100'000;
  std::vector<std::uint64_t> offsets;
  for (int i = 0; i < kRanges; ++i) offsets.push_back(out->reserve(kSize));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = kRanges - 1 - t; i >= 0; i -= 4) {
        out->write_at(offsets[i], std::string(kSize, static_cast<char>('0' + i)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  out->append("end\n");
  out->publish();
  std::string expected = "header\n";
  for (int i = 0; i < kRanges; ++i) expected += std::string(kSize, static_cast<char>('0' + i));
  EXPECT_EQ(read(path("a.csv")), expected + "end\n");
}

TEST_F(OutputFileTest, AppendsOfEverySizeComeOutInOrder) {
  std::mt19937 random(3);
  std::string expected;
  const auto out = create_output(path("a.csv"));
  for (int i = 0; i < 200; ++i) {
    const std::string part(i % 20 == 0 ? 700'000 : random() % 5000, static_cast<char>('a' + i % 26));
    out->append(part);
    expected += part;
  }
  out->publish();
  EXPECT_EQ(read(path("a.csv")), expected);
}

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string text(64u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

std::string unzstd(const std::string& bytes) {
  std::string text(64u << 20, '\0');
  text.resize(ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size()));
  return text;
}

TEST_F(OutputFileTest, SuffixesCompress) {
  std::mt19937 random(5);
  std::string text;
  for (int i = 0; i < 600'000; ++i) text += std::to_string(random() % 1000) + ',';
  for (const std::string name : {"a.csv.gz", "b.csv.zst"}) {
    const auto out = create_output(path(name));
    EXPECT_FALSE(out->positioned());
    for (std::size_t at = 0; at < text.size(); at += 77'777) out->append(std::string_view(text).substr(at, 77'777));
    out->publish();
  }
  EXPECT_EQ(gunzip(read(path("a.csv.gz"))), text);
  EXPECT_EQ(unzstd(read(path("b.csv.zst"))), text);
  EXPECT_LT(fs::file_size(path("a.csv.gz")), text.size() / 2);
}

TEST_F(OutputFileTest, CompressedBytesDependOnTheTextAlone) {
  std::mt19937 random(9);
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += std::to_string(random() % 5000) + ';';
  for (const std::string suffix : {".gz", ".zst"}) {
    publish(path("whole" + suffix), text);
    const auto out = create_output(path("pieces" + suffix));
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % 300'000;
      out->append(std::string_view(text).substr(at, size));
      at += size;
    }
    out->publish();
    EXPECT_EQ(read(path("whole" + suffix)), read(path("pieces" + suffix)));
  }
  const std::string gzip = read(path("whole.gz"));
  EXPECT_EQ(gzip.substr(0, 10), std::string("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10));  // no name, no time, no system
}

TEST_F(OutputFileTest, AnEmptyCompressedFileIsValid) {
  publish(path("a.gz"), "");
  publish(path("a.zst"), "");
  EXPECT_EQ(gunzip(read(path("a.gz"))), "");
  EXPECT_EQ(unzstd(read(path("a.zst"))), "");
}

TEST_F(OutputFileTest, DevicesAreWrittenWhereTheyAre) {
  const auto out = create_output("/dev/null");
  EXPECT_FALSE(out->positioned());
  out->append("x");
  out->publish();
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

TEST_F(OutputFileTest, AFifoGetsTheBytes) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = read(path("fifo")); });
  {
    const auto out = create_output(path("fifo"));
    out->append("through\n");
    out->publish();
  }
  reader.join();
  EXPECT_EQ(got, "through\n");
}

TEST_F(OutputFileTest, ADescriptorsPathIsThatDescriptor) {
  const UniqueFd file(::open(path("a.csv").c_str(), O_CREAT | O_RDWR, 0600));
  write_all(file.get(), "before,", "a.csv");
  publish("/dev/fd/" + std::to_string(file.get()), "after");
  EXPECT_EQ(read(path("a.csv")), "before,after");
}

TEST_F(OutputFileTest, AFullDiskIsALimitAndSaysWhatToDo) {
  const auto out = create_output("/dev/full");
  const Error error = error_of([&] {
    out->append("x");
    out->publish();
  });
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(error.message(),
            "cannot write /dev/full: No space left on device; free some space or choose another place");
}

/// Runs `body` in a child process and returns its exit status.
template <class Body>
int in_child(Body&& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST_F(OutputFileTest, RefusesAnEarlierFileThatIsReadOnly) {
  write(path("a.csv"), "earlier");
  ::chmod(path("a.csv").c_str(), 0444);
  ::chmod(folder_.c_str(), 0777);
  const int status = in_child([&] {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) return 1;  // root may write everything
    try {
      create_output(path("a.csv"));
    } catch (const Error& error) {
      return error.code() == ErrorCode::denied ? 42 : 2;
    }
    return 0;
  });
  EXPECT_EQ(status, 42);
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(OutputFileTest, AFileThatMayGrowNoFurtherIsALimitAndLeavesNothing) {
  write(path("a.csv"), "earlier");
  const int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
      publish(path("a.csv"), std::string(1'000'000, 'x'));
    } catch (const Error& error) {
      return error.code() == ErrorCode::limit_exceeded ? 42 : 1;
    }
    return 0;
  });
  EXPECT_EQ(status, 42);
  EXPECT_EQ(read(path("a.csv")), "earlier");
  EXPECT_EQ(names().size(), 1u);
}

TEST_F(OutputFileTest, StandardOutputWhoseReaderWentAwayIsClosed) {
  const int status = in_child([] {
    ::signal(SIGPIPE, SIG_IGN);  // as the program does
    int ends[2];
    if (::pipe(ends) != 0) return 1;
    ::close(ends[0]);
    ::dup2(ends[1], STDOUT_FILENO);
    try {
      publish("-", "x");
    } catch (const Error& error) {
      return error.code() == ErrorCode::output_closed ? 42 : 2;
    }
    return 0;
  });
  EXPECT_EQ(status, 42);
}

TEST_F(OutputFileTest, AFileKilledWhileBeingWrittenLeavesTheEarlierOne) {
  write(path("a.csv"), "earlier");
  const int status = in_child([&] {
    const auto out = create_output(path("a.csv"));
    out->append(std::string(1 << 20, 'x'));
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  EXPECT_EQ(status, 1000 + SIGKILL);
  EXPECT_EQ(read(path("a.csv")), "earlier");
}

TEST_F(OutputFileTest, NamedPartsWorkWhereFilesWithoutANameDoNot) {
  write(path("a.csv"), "earlier");
  ::chmod(path("a.csv").c_str(), 0604);
  {
    StagedFile file(path("a.csv"), StagedFile::Naming::named);
    EXPECT_EQ(names().size(), 2u);
    write_all(file.fd(), "new", "a.csv");
    file.publish();
  }
  EXPECT_EQ(read(path("a.csv")), "new");
  EXPECT_EQ(mode(path("a.csv")), 0604u);
  { StagedFile dropped(path("b.csv"), StagedFile::Naming::named); }
  EXPECT_EQ(names(), std::vector<std::string>{"a.csv"});
}

TEST_F(OutputFileTest, ThePartsOfAKilledRunAreRemovedByTheNextButNotThoseOfALivingOne) {
  const int status = in_child([&] {
    StagedFile file(path("a.csv"), StagedFile::Naming::named);
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  EXPECT_EQ(status, 1000 + SIGKILL);
  EXPECT_EQ(names().size(), 1u);
  StagedFile living(path("b.csv"), StagedFile::Naming::named);
  EXPECT_EQ(names().size(), 1u);  // the dead one's is gone, the living one's is there
  publish(path("c.csv"), "new");
  EXPECT_EQ(names().size(), 2u);
  living.publish();
  EXPECT_TRUE(fs::exists(path("b.csv")));
}

}  // namespace
}  // namespace crm
