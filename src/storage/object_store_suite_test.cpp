#include "storage/object_store_suite.h"

#include <atomic>
#include <fstream>
#include <thread>

// Whole objects.
namespace crm {
namespace {

using Keys = std::vector<std::string>;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ObjectStoreSuite);

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_P(ObjectStoreSuite, AnObjectComesBackAsItWasPut) {
  const std::string bytes = bytes_of(3'000'000, 1);
  const ObjectInfo put_info = put("a/b.csv", bytes);
  EXPECT_EQ(get("a/b.csv"), bytes);
  const auto info = store().stat("a/b.csv");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->key, "a/b.csv");
  EXPECT_EQ(info->size, bytes.size());
  EXPECT_EQ(info->etag, put_info.etag);
  EXPECT_FALSE(info->etag.empty());
  EXPECT_GT(info->modified, WallTime{});
}

TEST_P(ObjectStoreSuite, AnEmptyObjectIsAnObject) {
  store().put("empty", {})->commit();
  EXPECT_EQ(store().stat("empty")->size, 0u);
  EXPECT_EQ(get("empty"), "");
}

TEST_P(ObjectStoreSuite, NothingIsSeenBeforeTheCommit) {
  {
    const auto writer = store().put("a", {});
    writer->write("half");
    EXPECT_FALSE(store().stat("a"));
    EXPECT_TRUE(keys().empty());
  }
  EXPECT_FALSE(store().stat("a")) << "given up";
}

TEST_P(ObjectStoreSuite, AReaderKeepsTheObjectThatItOpened) {
  const std::string before = bytes_of(2'000'000, 1), after = bytes_of(2'000'000, 2);
  put("a", before);
  const auto reader = store().get("a", {});
  put("a", after);
  EXPECT_EQ(read_all(*reader), before);
  EXPECT_EQ(get("a"), after);
}

TEST_P(ObjectStoreSuite, TheEtagTellsWhetherTheBytesAreTheSame) {
  const std::string first = put("a", "one").etag;
  EXPECT_EQ(put("a", "one").etag, first);
  EXPECT_NE(put("a", "two").etag, first);
  EXPECT_EQ(code_of([&] { get("a", {.range = {}, .if_match = first}); }), ErrorCode::conflict);
  EXPECT_EQ(get("a", {.range = {}, .if_match = store().stat("a")->etag}), "two");
}

TEST_P(ObjectStoreSuite, IfAbsentNeverReplaces) {
  put("a", "one", {.if_absent = true});
  EXPECT_EQ(code_of([&] { put("a", "two", {.if_absent = true}); }), ErrorCode::conflict);
  EXPECT_EQ(get("a"), "one");
}

TEST_P(ObjectStoreSuite, OfManyWritersWithIfAbsentOneSucceeds) {
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> writers;
  for (int n = 0; n < 8; ++n) {
    writers.emplace_back([&, n] {
      try {
        put("same", std::to_string(n), {.if_absent = true});
        ++succeeded;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::conflict);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(succeeded, 1);
}

TEST_P(ObjectStoreSuite, AnAnnouncedSizeIsHeld) {
  EXPECT_EQ(code_of([&] { put("a", "abc", {.size = 4}); }), ErrorCode::invalid_input);
  EXPECT_EQ(code_of([&] { put("a", "abc", {.size = 2}); }), ErrorCode::limit_exceeded);
  EXPECT_FALSE(store().stat("a"));
  EXPECT_EQ(put("a", "abc", {.size = 3}).size, 3u);
}

TEST_P(ObjectStoreSuite, RangesAreOfTheBytesAskedFor) {
  const std::string bytes = bytes_of(100'000, 3);
  put("a", bytes);
  EXPECT_EQ(get("a", {.range = {.offset = 10, .size = 20}}), bytes.substr(10, 20));
  EXPECT_EQ(get("a", {.range = {.offset = 99'999, .size = 1}}), bytes.substr(99'999));
  EXPECT_EQ(get("a", {.range = {.offset = 50'000}}), bytes.substr(50'000));
  EXPECT_EQ(get("a", {.range = {.offset = 99'990, .size = 1'000}}), bytes.substr(99'990)) << "cut at the end";
  const auto reader = store().get("a", {.range = {.offset = 99'990, .size = 1'000}});
  EXPECT_EQ(reader->size(), 10u);
  EXPECT_EQ(reader->info().size, bytes.size());
  EXPECT_EQ(code_of([&] { get("a", {.range = {.offset = 100'000, .size = 1}}); }), ErrorCode::invalid_input);
}

TEST_P(ObjectStoreSuite, WhatIsNotThereIsNotFound) {
  EXPECT_FALSE(store().stat("none"));
  EXPECT_FALSE(store().stat("none/of/these"));
  EXPECT_FALSE(store().remove("none"));
  EXPECT_EQ(code_of([&] { get("none"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { store().fetch("none", harness().scratch() / "f", {}, {}); }), ErrorCode::not_found);
}

TEST_P(ObjectStoreSuite, ARemovedObjectIsGone) {
  put("a/b/c", "x");
  EXPECT_TRUE(store().remove("a/b/c"));
  EXPECT_FALSE(store().stat("a/b/c"));
  EXPECT_FALSE(store().remove("a/b/c"));
  put("a", "its folders are no obstacle");
}

TEST_P(ObjectStoreSuite, OddKeysAreKeptAsTheyAre) {
  const Keys odd = {" leading and trailing ",
                    "%2e%2e/%2F",
                    "..a/...",
                    "C:\\x",
                    "a'b\"c;--",
                    "naïve/日本語/🦆",
                    "-rf",
                    "~root",
                    "a*?[x]",
                    "$HOME `id`",
                    "#?&=+",
                    std::string(255, 'k') + "/" + std::string(255, 'l')};
  for (const std::string& key : odd) put(key, key);
  for (const std::string& key : odd) EXPECT_EQ(get(key), key);
  EXPECT_EQ(keys().size(), odd.size());
}

TEST_P(ObjectStoreSuite, KeysThatAreNoneAreRefusedByEveryCall) {
  std::string deep = "a";
  for (int n = 0; n < 150; ++n) deep += "/a";
  const Keys wrong = {"",
                      "/",
                      "/etc/passwd",
                      "..",
                      "../x",
                      "a/../../x",
                      "a/..",
                      ".",
                      "./a",
                      "a/./b",
                      "a//b",
                      "a/",
                      "\xFF",
                      std::string("a\0b", 3),
                      "a\nb",
                      std::string(256, 'x'),
                      std::string(1025, 'x'),
                      deep,
                      ".crm-merge/uploads/x",
                      ".crm-merge"};
  for (const std::string& key : wrong) {
    EXPECT_EQ(code_of([&] { store().put(key, {}); }), ErrorCode::invalid_input) << key;
    EXPECT_EQ(code_of([&] { get(key); }), ErrorCode::invalid_input) << key;
    EXPECT_EQ(code_of([&] { store().stat(key); }), ErrorCode::invalid_input) << key;
    EXPECT_EQ(code_of([&] { store().remove(key); }), ErrorCode::invalid_input) << key;
    EXPECT_EQ(code_of([&] { begin(key); }), ErrorCode::invalid_input) << key;
    EXPECT_FALSE(store().key_of("file:/" + key));
  }
}

TEST_P(ObjectStoreSuite, AUriNamesItsKey) {
  EXPECT_EQ(store().key_of(store().uri("a/b c%.csv")), "a/b c%.csv");
  EXPECT_FALSE(store().key_of(store().uri("a") + "/../../x"));
  EXPECT_FALSE(store().key_of("s4://elsewhere/a"));
}

TEST_P(ObjectStoreSuite, AListIsInTheOrderOfTheKeysBytes) {
  const Keys sorted = {"a!", "a-b", "a.b", "a/b", "a/b-", "a/c/d", "a0", "ab", "b", "é"};
  for (auto key = sorted.rbegin(); key != sorted.rend(); ++key) put(*key, "x");
  EXPECT_EQ(keys(), sorted);
  EXPECT_EQ(keys("a/"), (Keys{"a/b", "a/b-", "a/c/d"}));
  EXPECT_EQ(keys("a/b"), (Keys{"a/b", "a/b-"}));
  EXPECT_EQ(keys("a/c/"), (Keys{"a/c/d"}));
  EXPECT_EQ(keys("zzz"), Keys{});
}

TEST_P(ObjectStoreSuite, PagesOfAListHaveEveryObjectOnce) {
  Keys wanted;
  for (int n = 10; n < 43; ++n) {
    wanted.push_back("p/" + std::to_string(n / 10) + "/" + std::to_string(n));
    put(wanted.back(), "x");
  }
  Keys found;
  ListQuery query{.prefix = "p/", .cursor = {}, .limit = 7};
  for (int pages = 0; pages < 20; ++pages) {
    const ObjectPage page = store().list(query);
    EXPECT_LE(page.objects.size(), 7u);
    for (const ObjectInfo& object : page.objects) found.push_back(object.key);
    if (!page.next) break;
    query.cursor = *page.next;
  }
  EXPECT_EQ(found, wanted);
}

TEST_P(ObjectStoreSuite, APageOfExactlyTheRestIsTheLast) {
  put("a", "x"), put("b", "x");
  EXPECT_FALSE(store().list({.prefix = {}, .cursor = {}, .limit = 2}).next);
  EXPECT_TRUE(store().list({.prefix = {}, .cursor = {}, .limit = 1}).next);
}

TEST_P(ObjectStoreSuite, AFileIsPutAndStays) {
  const auto file = harness().scratch() / "in.csv";
  std::ofstream(file) << "a,b\n";
  EXPECT_EQ(store().put_file("in.csv", file, {}, {}).size, 4u);
  EXPECT_EQ(get("in.csv"), "a,b\n");
  std::ofstream(file, std::ios::app) << "1,2\n";
  EXPECT_EQ(get("in.csv"), "a,b\n") << "the object is no part of the file";
}

TEST_P(ObjectStoreSuite, AConsumedFileIsGone) {
  const auto file = harness().scratch() / "out.csv";
  std::ofstream(file) << "a,b\n";
  const ObjectInfo info = store().put_file("out.csv", file, {.put = {}, .consume = true}, {});
  EXPECT_EQ(get("out.csv"), "a,b\n");
  EXPECT_EQ(store().stat("out.csv")->etag, info.etag);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_P(ObjectStoreSuite, AConsumedFileReplacesNothingIfAbsent) {
  put("out.csv", "first");
  const auto file = harness().scratch() / "out.csv";
  std::ofstream(file) << "second";
  const PutFileOptions options{.put = {.if_absent = true}, .consume = true};
  EXPECT_EQ(code_of([&] { store().put_file("out.csv", file, options, {}); }), ErrorCode::conflict);
  EXPECT_EQ(get("out.csv"), "first");
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_P(ObjectStoreSuite, AnObjectIsFetchedIntoAFile) {
  const std::string bytes = bytes_of(2'000'000, 5);
  const ObjectInfo info = put("a", bytes);
  const auto file = harness().scratch() / "a.csv";
  EXPECT_EQ(store().fetch("a", file, {}, {}).etag, info.etag);
  EXPECT_EQ(text_of(file), bytes);
  EXPECT_EQ(code_of([&] { store().fetch("a", file, {}, {}); }), ErrorCode::conflict) << "it exists";
  put("a", "other");
  EXPECT_EQ(text_of(file), bytes) << "what was fetched stays";
  std::filesystem::remove(file);
  EXPECT_EQ(get("a"), "other") << "and removing it removes no object";
}

TEST_P(ObjectStoreSuite, AFetchOfARangeIsThatRange) {
  put("a", "0123456789");
  store().fetch("a", harness().scratch() / "part", {.range = {.offset = 2, .size = 3}}, {});
  EXPECT_EQ(text_of(harness().scratch() / "part"), "234");
}

TEST_P(ObjectStoreSuite, ADeepKeyCannotTurnAnObjectIntoAFolderUnseen) {
  put("a", "x");
  // Where both can be, both are there; where not, the second is refused and the first is unharmed.
  try {
    put("a/b", "y");
    EXPECT_EQ(get("a/b"), "y");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::conflict);
  }
  EXPECT_EQ(get("a"), "x");
}

TEST_P(ObjectStoreSuite, WritersAndRemoversOfOneFolderDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int n = 0; n < 25; ++n) {
        const std::string key = "shared/folder/" + std::to_string(thread);
        put(key, "x");
        EXPECT_EQ(get(key), "x");
        EXPECT_TRUE(store().remove(key));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(keys().empty());
}

}  // namespace
}  // namespace crm
