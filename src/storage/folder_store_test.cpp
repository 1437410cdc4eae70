#include "storage/folder_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "base/manual_clock.h"
#include "storage/object_store_suite.h"

namespace crm {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "crm-merge-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    fs::create_directory(path_ / "scratch");
  }
  ~TempFolder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class FolderHarness final : public ObjectStoreHarness {
 public:
  ObjectStore& store() override { return *store_; }
  void restart() override { store_ = open_folder_store(folder_.path() / "store", clock_); }
  void pass(std::chrono::milliseconds span) override { clock_.advance(span); }
  fs::path scratch() override { return folder_.path() / "scratch"; }

 private:
  TempFolder folder_;
  ManualClock clock_;
  std::unique_ptr<ObjectStore> store_ = open_folder_store(folder_.path() / "store", clock_);
};

INSTANTIATE_TEST_SUITE_P(Folder, ObjectStoreSuite,
                         testing::Values(ObjectStoreMaker{"folder",
                                                          [] { return std::make_unique<FolderHarness>(); }}),
                         object_store_maker_name);

class FolderStoreTest : public testing::Test {
 protected:
  void put(const std::string& key, const std::string& bytes) {
    const auto writer = store_->put(key, {});
    writer->write(bytes);
    writer->commit();
  }
  std::string get(const std::string& key) {
    const auto reader = store_->get(key, {});
    std::string bytes(reader->info().size + 1, '\0');
    std::size_t size = 0;
    while (const std::size_t got = reader->read(bytes.data() + size, bytes.size() - size)) size += got;
    bytes.resize(size);
    return bytes;
  }
  ErrorCode code_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "no error";
    return ErrorCode::internal;
  }
  std::vector<std::string> staged() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_ / ".crm-merge/staging"))
      names.push_back(entry.path().filename());
    return names;
  }
  Upload begin_with_part(const std::string& bytes, Part& part) {
    const Upload upload =
        store_->create_upload({.key = "a", .part_size = kMinPartBytes, .size = bytes.size()});
    const auto writer = store_->put_part(upload, 1, bytes.size());
    writer->write(bytes);
    part = {.number = 1, .etag = writer->commit().etag};
    return upload;
  }
  fs::path file_of(const Upload& upload, const char* name) const {
    return root_ / ".crm-merge/uploads" / upload.id / name;
  }
  /// As if the machine had been started again since the part was written.
  void forget_boot(const Upload& upload) {
    std::ifstream in(file_of(upload, "part-1"));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.resize(text.find("boot "));
    std::ofstream(file_of(upload, "part-1")) << text << "boot another\n";
  }
  /// Runs `work` in a process of its own; returns what waitpid says.
  template <class Work>
  static pid_t start(Work&& work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
      work();
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }

  TempFolder folder_;
  fs::path root_ = folder_.path() / "store";
  std::unique_ptr<ObjectStore> store_ = open_folder_store(root_);
};

TEST_F(FolderStoreTest, AnObjectIsTheFileOfItsNameForItsOwnerOnly) {
  put("a/b.csv", "x");
  struct stat status = {};
  ASSERT_EQ(::stat((root_ / "a/b.csv").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((root_ / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(FolderStoreTest, NoSymbolicLinkIsFollowedAnywhere) {
  const fs::path outside = folder_.path() / "scratch";
  std::ofstream(outside / "secret") << "secret";
  fs::create_directory_symlink(outside, root_ / "link");
  fs::create_symlink(outside / "secret", root_ / "file-link");
  EXPECT_EQ(code_of([&] { get("link/secret"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { get("file-link"); }), ErrorCode::not_found);
  EXPECT_FALSE(store_->stat("link/secret"));
  EXPECT_FALSE(store_->remove("link/secret"));
  EXPECT_EQ(code_of([&] { put("link/new", "x"); }), ErrorCode::conflict);
  EXPECT_TRUE(store_->list({}).objects.empty());
  EXPECT_TRUE(fs::exists(outside / "secret"));
  EXPECT_FALSE(fs::exists(outside / "new"));
  put("file-link", "replaces the link, not what it points to");
  std::ifstream secret(outside / "secret");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(secret), {}), "secret");
}

TEST_F(FolderStoreTest, AFileThatSomebodyPutThereIsAnObjectAndItsChangesAreSeen) {
  fs::create_directories(root_ / "in");
  std::ofstream(root_ / "in/hand.csv") << "a\n";
  EXPECT_EQ(get("in/hand.csv"), "a\n");
  const std::string etag = store_->stat("in/hand.csv")->etag;
  EXPECT_EQ(store_->stat("in/hand.csv")->etag, etag);
  const std::string listed = store_->list({}).objects.at(0).etag;
  EXPECT_TRUE(listed == etag || listed.empty()) << "kept once it is known, where the file system can";
  std::ofstream(root_ / "in/hand.csv") << "a\nb\n";
  EXPECT_NE(store_->stat("in/hand.csv")->etag, etag);
}

TEST_F(FolderStoreTest, AnEtagIsTheSameWhereItCannotBeKept) {
  put("a", "bytes");
  const std::string etag = store_->stat("a")->etag;
  ::removexattr((root_ / "a").c_str(), "user.crm-merge.etag");
  EXPECT_EQ(store_->stat("a")->etag, etag);
}

TEST_F(FolderStoreTest, PipesAndFoldersAreNoObjects) {
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  fs::create_directory(root_ / "folder");
  for (const char* key : {"pipe", "folder"}) {
    EXPECT_FALSE(store_->stat(key));
    EXPECT_EQ(code_of([&] { get(key); }), ErrorCode::not_found);
    EXPECT_FALSE(store_->remove(key));
  }
  EXPECT_EQ(code_of([&] { put("folder", "x"); }), ErrorCode::conflict);
  EXPECT_TRUE(store_->list({}).objects.empty());
}

TEST_F(FolderStoreTest, FetchingAndConsumingCopyNothingOnTheSameDisk) {
  const fs::path out = folder_.path() / "scratch/out.csv", in = folder_.path() / "scratch/in.csv";
  std::ofstream(out) << "bytes";
  struct stat before = {}, object = {}, fetched = {};
  ASSERT_EQ(::stat(out.c_str(), &before), 0);
  store_->put_file("a", out, {.put = {}, .consume = true}, {});
  ASSERT_EQ(::stat((root_ / "a").c_str(), &object), 0);
  EXPECT_EQ(object.st_ino, before.st_ino);
  store_->fetch("a", in, {}, {});
  ASSERT_EQ(::stat(in.c_str(), &fetched), 0);
  EXPECT_EQ(fetched.st_ino, before.st_ino);
}

TEST_F(FolderStoreTest, WhatAKilledWriterLeftIsSweptAndALivingOnesIsNot) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = start([&] {
    const auto store = open_folder_store(root_);
    const auto writer = store->put("dead", {});
    writer->write(std::string(100'000, 'x'));
    EXPECT_EQ(::write(ready[1], "r", 1), 1);
    ::pause();
  });
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const auto writer = store_->put("alive", {});
  writer->write("half");
  EXPECT_EQ(store_->sweep(1h).temporary_files, 0u) << "both live";
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const SweepReport report = store_->sweep(1h);
  EXPECT_EQ(report.temporary_files, 1u);
  EXPECT_GT(report.bytes, 0u);
  EXPECT_EQ(staged().size(), 1u);
  writer->commit();
  EXPECT_EQ(get("alive"), "half");
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FolderStoreTest, AnObjectIsWholeHoweverOftenItsWriterIsKilled) {
  constexpr std::size_t kBytes = 300'000;
  std::mt19937 random(42);
  put("a", std::string(kBytes, 'a'));
  for (int kills = 0; kills < 60; ++kills) {
    const char letter = static_cast<char>('a' + kills % 26);
    const pid_t child = start([&] {
      const auto store = open_folder_store(root_);
      for (;;) {
        const auto writer = store->put("a", {});
        for (int n = 0; n < 3; ++n) writer->write(std::string(kBytes / 3, letter));
        writer->commit();
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 8'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string bytes = get("a");
    ASSERT_EQ(bytes, std::string(kBytes, bytes[0]));
  }
  store_->sweep(1h);
  EXPECT_TRUE(staged().empty());
}

TEST_F(FolderStoreTest, AnUploadIsWholeHoweverOftenItsProcessIsKilled) {
  const std::string bytes = std::string(kMinPartBytes, 'x') + "end";
  std::mt19937 random(7);
  const Upload upload =
      store_->create_upload({.key = "big", .part_size = kMinPartBytes, .size = bytes.size()});
  const auto send = [&](ObjectStore& store, int number) {
    const std::string part = number == 1 ? bytes.substr(0, kMinPartBytes) : bytes.substr(kMinPartBytes);
    const auto writer = store.put_part(upload, number, part.size());
    for (std::size_t at = 0; at < part.size(); at += 500'000)
      writer->write(std::string_view(part).substr(at, 500'000));
    return Part{.number = number, .etag = writer->commit().etag};
  };
  for (int kills = 0; kills < 25; ++kills) {
    const pid_t child = start([&] {
      const auto store = open_folder_store(root_);
      for (;;) {
        if (!store->find_upload(upload)) ::_exit(0);
        const std::vector<Part> parts = {send(*store, 1), send(*store, 2)};
        store->complete_upload(upload, parts);
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 15'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  if (store_->find_upload(upload)) {
    const std::vector<Part> parts = {send(*store_, 1), send(*store_, 2)};
    store_->complete_upload(upload, parts);
  }
  EXPECT_TRUE(get("big") == bytes);
}

TEST_F(FolderStoreTest, APartIsBelievedAfterAPowerCutIfItsBytesAreThere) {
  Part part;
  const Upload upload = begin_with_part("0123456789", part);
  forget_boot(upload);
  ASSERT_EQ(store_->list_parts(upload).size(), 1u);
  const std::vector<Part> parts = {part};
  store_->complete_upload(upload, parts);
  EXPECT_EQ(get("a"), "0123456789");
}

TEST_F(FolderStoreTest, APartWhoseBytesAPowerCutTookIsNotThere) {
  Part part;
  const Upload upload = begin_with_part("0123456789", part);
  forget_boot(upload);
  std::ofstream(file_of(upload, "data")) << std::string(10, '\0');
  const std::vector<Part> parts = {part};
  EXPECT_EQ(code_of([&] { store_->complete_upload(upload, parts); }), ErrorCode::invalid_input);
  EXPECT_TRUE(store_->list_parts(upload).empty());
}

TEST_F(FolderStoreTest, CompletingGoesOnWhereAKilledProcessStopped) {
  Part part;
  const Upload upload = begin_with_part("0123456789", part);
  const std::vector<Part> parts = {part};
  const std::string etag = store_->complete_upload(upload, parts).etag;
  fs::remove(file_of(upload, "completed"));  // as if it had been killed after the rename
  EXPECT_FALSE(store_->find_upload(upload));
  EXPECT_EQ(store_->complete_upload(upload, parts).etag, etag);
}

TEST_F(FolderStoreTest, OnePartIsWrittenByOneAtATime) {
  const Upload upload = store_->create_upload({.key = "a", .part_size = kMinPartBytes, .size = 10});
  auto writer = store_->put_part(upload, 1, 10);
  EXPECT_EQ(code_of([&] { store_->put_part(upload, 1, 10); }), ErrorCode::conflict);
  EXPECT_EQ(code_of([&] { store_->complete_upload(upload, {}); }), ErrorCode::conflict);
  writer.reset();
  EXPECT_NO_THROW(store_->put_part(upload, 1, 10));
}

TEST_F(FolderStoreTest, AnUploadGivenUpWhileAPartComesTellsItsWriter) {
  const Upload upload = store_->create_upload({.key = "a", .part_size = kMinPartBytes, .size = 3});
  const auto writer = store_->put_part(upload, 1, 3);
  writer->write("abc");
  EXPECT_TRUE(store_->abort_upload(upload));
  EXPECT_EQ(code_of([&] { writer->commit(); }), ErrorCode::not_found);
}

TEST_F(FolderStoreTest, ACompletedUploadIsForgottenInTime) {
  Part part;
  const Upload upload = begin_with_part("x", part);
  const std::vector<Part> parts = {part};
  store_->complete_upload(upload, parts);
  EXPECT_EQ(store_->sweep(0ms).uploads, 0u) << "it was not given up";
  EXPECT_TRUE(fs::is_empty(root_ / ".crm-merge/uploads"));
  EXPECT_EQ(get("a"), "x");
}

TEST_F(FolderStoreTest, AFullDiskIsSaidAndLeavesNothing) {
  // A limit on the size of files stands in for the disk; it is the child's own.
  const pid_t child = start([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto store = open_folder_store(root_);
    try {
      const auto writer = store->put("a", {});
      writer->write(std::string(3 << 20, 'x'));
      writer->commit();
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::limit_exceeded ? 7 : 8);
    }
  });
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_FALSE(store_->stat("a"));
}

TEST_F(FolderStoreTest, MoreThanTheDiskHoldsIsRefusedBeforeTheFirstByte) {
  const std::uint64_t too_much = std::uint64_t{1} << 60;
  EXPECT_EQ(code_of([&] { store_->put("a", {.size = too_much}); }), ErrorCode::limit_exceeded);
  EXPECT_TRUE(staged().empty());
  const auto space = store_->space();
  ASSERT_TRUE(space);
  EXPECT_GT(space->total_bytes, space->free_bytes);
}

TEST_F(FolderStoreTest, AFileInThePlaceOfTheFolderIsRefused) {
  std::ofstream(folder_.path() / "file") << "x";
  EXPECT_EQ(code_of([&] { open_folder_store(folder_.path() / "file"); }), ErrorCode::invalid_config);
}

TEST_F(FolderStoreTest, AFolderOfThousandsIsListedInOrder) {
  fs::create_directory(root_ / "many");
  for (int n = 0; n < 2500; ++n) std::ofstream(root_ / "many" / std::to_string(10'000 + n));
  ListQuery query;
  std::vector<std::string> keys;
  do {
    const ObjectPage page = store_->list(query);
    for (const ObjectInfo& object : page.objects) keys.push_back(object.key);
    query.cursor = page.next.value_or("");
  } while (!query.cursor.empty());
  EXPECT_EQ(keys.size(), 2500u);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

}  // namespace
}  // namespace crm
