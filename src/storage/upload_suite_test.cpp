#include <algorithm>
#include <thread>

#include "storage/object_store_suite.h"

// Uploads in parts, and presigned URLs.
namespace crm {
namespace {

using namespace std::chrono_literals;

TEST_P(ObjectStoreSuite, PartsInAnyOrderMakeTheObject) {
  const std::string bytes = bytes_of(2 * kPart + 1234, 7);
  const Upload upload = begin("big.csv", bytes.size());
  const Part last = put_part(upload, 3, bytes.substr(2 * kPart));
  const Part first = put_part(upload, 1, bytes.substr(0, kPart));
  const Part second = put_part(upload, 2, bytes.substr(kPart, kPart));
  EXPECT_FALSE(store().stat("big.csv"));
  const std::vector<Part> parts = {first, second, last};
  const ObjectInfo info = store().complete_upload(upload, parts);
  EXPECT_EQ(info.size, bytes.size());
  EXPECT_TRUE(info.etag.ends_with("-3")) << info.etag;
  EXPECT_EQ(store().stat("big.csv")->etag, info.etag);
  EXPECT_TRUE(get("big.csv") == bytes);
}

TEST_P(ObjectStoreSuite, PartsAtTheSameTimeMakeTheObject) {
  const std::string bytes = bytes_of(4 * kPart, 8);
  const Upload upload = begin("big.csv");
  std::vector<Part> parts(4);
  std::vector<std::thread> senders;
  for (int n = 0; n < 4; ++n) {
    senders.emplace_back([&, n] {
      parts[static_cast<std::size_t>(n)] =
          put_part(upload, n + 1, bytes.substr(static_cast<std::size_t>(n) * kPart, kPart));
    });
  }
  for (std::thread& sender : senders) sender.join();
  store().complete_upload(upload, parts);
  EXPECT_TRUE(get("big.csv") == bytes);
}

TEST_P(ObjectStoreSuite, AnUploadGoesOnAfterARestart) {
  const std::string bytes = bytes_of(kPart + 10, 9);
  const Upload upload = begin("big.csv", bytes.size());
  const Part first = put_part(upload, 1, bytes.substr(0, kPart));
  harness().restart();
  const auto info = store().find_upload(upload);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->part_size, kPart);
  EXPECT_EQ(info->upload.key, "big.csv");
  const auto there = store().list_parts(upload);
  ASSERT_EQ(there.size(), 1u);
  EXPECT_EQ(there[0].number, 1);
  EXPECT_EQ(there[0].etag, first.etag);
  EXPECT_EQ(there[0].size, kPart);
  const std::vector<Part> parts = {first, put_part(upload, 2, bytes.substr(kPart))};
  store().complete_upload(upload, parts);
  EXPECT_TRUE(get("big.csv") == bytes);
}

TEST_P(ObjectStoreSuite, APartSentAgainReplacesTheFirst) {
  const Upload upload = begin("a");
  const Part before = put_part(upload, 1, "first");
  const Part after = put_part(upload, 1, "second");
  EXPECT_NE(before.etag, after.etag);
  const std::vector<Part> old = {before}, parts = {after};
  EXPECT_EQ(code_of([&] { store().complete_upload(upload, old); }), ErrorCode::invalid_input);
  store().complete_upload(upload, parts);
  EXPECT_EQ(get("a"), "second");
}

TEST_P(ObjectStoreSuite, APartGivenUpHalfWayIsNotThere) {
  const Upload upload = begin("a", 10);
  put_part(upload, 1, "0123456789");
  {
    const auto writer = store().put_part(upload, 1, 10);
    writer->write("abc");
  }
  for (const PartInfo& part : store().list_parts(upload)) EXPECT_EQ(part.size, 10u);
  const Part again = put_part(upload, 1, "9876543210");
  const std::vector<Part> parts = {again};
  store().complete_upload(upload, parts);
  EXPECT_EQ(get("a"), "9876543210");
}

TEST_P(ObjectStoreSuite, APartOfAnotherSizeThanAnnouncedIsRefused) {
  const Upload upload = begin("a", kPart + 5);
  EXPECT_EQ(code_of([&] { store().put_part(upload, 1, kPart - 1); }), ErrorCode::invalid_input);
  EXPECT_EQ(code_of([&] { store().put_part(upload, 2, 6); }), ErrorCode::invalid_input);
  EXPECT_EQ(code_of([&] { store().put_part(upload, 3, 1); }), ErrorCode::invalid_input);
  EXPECT_EQ(code_of([&] { store().put_part(upload, 0, 1); }), ErrorCode::invalid_input);
  EXPECT_EQ(code_of([&] { store().put_part(upload, kMaxParts + 1, 1); }), ErrorCode::invalid_input);
  const auto writer = store().put_part(upload, 2, 5);
  writer->write("1234");
  EXPECT_EQ(code_of([&] { writer->commit(); }), ErrorCode::invalid_input);
  EXPECT_EQ(code_of([&] { writer->write("567"); }), ErrorCode::invalid_input);
}

TEST_P(ObjectStoreSuite, AnIncompleteUploadIsNotCompleted) {
  const std::string bytes = bytes_of(kPart, 1);
  const Upload upload = begin("a", kPart + 3);
  const Part first = put_part(upload, 1, bytes);
  const std::vector<Part> only_first = {first}, with_missing = {first, {.number = 2, .etag = first.etag}},
                          out_of_order = {{.number = 2, .etag = first.etag}};
  for (const auto& parts : {only_first, with_missing, out_of_order}) {
    EXPECT_EQ(code_of([&] { store().complete_upload(upload, parts); }), ErrorCode::invalid_input);
  }
  EXPECT_FALSE(store().stat("a"));
  const std::vector<Part> all = {first, put_part(upload, 2, "end")};
  EXPECT_EQ(store().complete_upload(upload, all).size, kPart + 3);
}

TEST_P(ObjectStoreSuite, AShortPartInTheMiddleIsRefused) {
  const Upload upload = begin("a");
  const std::vector<Part> parts = {put_part(upload, 1, "short"), put_part(upload, 2, "end")};
  EXPECT_EQ(code_of([&] { store().complete_upload(upload, parts); }), ErrorCode::invalid_input);
}

TEST_P(ObjectStoreSuite, PartsThatAreNotListedAreNoPartOfTheObject) {
  const Upload upload = begin("a");
  const std::vector<Part> parts = {put_part(upload, 1, "one")};
  put_part(upload, 2, "two");
  EXPECT_EQ(store().complete_upload(upload, parts).size, 3u);
  EXPECT_EQ(get("a"), "one");
}

TEST_P(ObjectStoreSuite, AnUploadWithoutPartsIsAnEmptyObject) {
  const Upload upload = begin("a", 0);
  EXPECT_EQ(store().complete_upload(upload, {}).size, 0u);
  EXPECT_EQ(get("a"), "");
}

TEST_P(ObjectStoreSuite, CompletingAgainGivesTheSameAnswer) {
  const Upload upload = begin("a");
  const std::vector<Part> parts = {put_part(upload, 1, "one")};
  const ObjectInfo first = store().complete_upload(upload, parts);
  harness().restart();
  EXPECT_EQ(store().complete_upload(upload, parts).etag, first.etag);
  EXPECT_EQ(get("a"), "one");
  EXPECT_FALSE(store().find_upload(upload));
  EXPECT_EQ(code_of([&] { store().put_part(upload, 1, 1); }), ErrorCode::not_found);
  EXPECT_FALSE(store().abort_upload(upload));
  EXPECT_TRUE(store().stat("a"));
}

TEST_P(ObjectStoreSuite, AnAbortedUploadIsGone) {
  const Upload upload = begin("a");
  const std::vector<Part> parts = {put_part(upload, 1, "one")};
  EXPECT_TRUE(store().abort_upload(upload));
  EXPECT_FALSE(store().abort_upload(upload));
  EXPECT_FALSE(store().find_upload(upload));
  EXPECT_EQ(code_of([&] { store().put_part(upload, 1, 1); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { store().list_parts(upload); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { store().complete_upload(upload, parts); }), ErrorCode::not_found);
  EXPECT_FALSE(store().stat("a"));
}

TEST_P(ObjectStoreSuite, AnUploadThatNeverWasIsNotFound) {
  for (const std::string& id :
       {std::string("no-such-upload"), std::string(), std::string("../../x"), std::string(32, 'a')}) {
    const Upload upload{.id = id, .key = "a"};
    EXPECT_FALSE(store().find_upload(upload));
    EXPECT_EQ(code_of([&] { store().put_part(upload, 1, 1); }), ErrorCode::not_found) << id;
  }
}

TEST_P(ObjectStoreSuite, AnUploadOfAnotherKeyIsNotFound) {
  Upload upload = begin("a");
  upload.key = "b";
  EXPECT_FALSE(store().find_upload(upload));
  EXPECT_FALSE(store().abort_upload(upload));
}

TEST_P(ObjectStoreSuite, AnUploadIfAbsentReplacesNothing) {
  const Upload upload =
      store().create_upload({.key = "a", .part_size = kPart, .size = {}, .if_absent = true});
  const std::vector<Part> parts = {put_part(upload, 1, "upload")};
  put("a", "first");
  EXPECT_EQ(code_of([&] { store().complete_upload(upload, parts); }), ErrorCode::conflict);
  EXPECT_EQ(get("a"), "first");
}

TEST_P(ObjectStoreSuite, IdleUploadsAreSweptAndActiveOnesStay) {
  const Upload idle = begin("idle"), active = begin("active");
  put_part(idle, 1, "x");
  harness().pass(2h);
  put_part(active, 1, "y");
  EXPECT_EQ(store().sweep(1h).uploads, 1u);
  EXPECT_FALSE(store().find_upload(idle));
  ASSERT_TRUE(store().find_upload(active));
  EXPECT_EQ(store().list_parts(active).size(), 1u);
}

TEST_P(ObjectStoreSuite, PartSizesFitTheLimits) {
  EXPECT_EQ(part_size_for(0, 0), kMinPartBytes);
  EXPECT_EQ(part_size_for(1'000'000, 8u << 20), 8u << 20);
  for (const std::uint64_t size : {kMaxObjectBytes, kMaxObjectBytes / 3, std::uint64_t{5} << 30}) {
    const std::uint64_t part = part_size_for(size, kMinPartBytes);
    EXPECT_LE((size + part - 1) / part, static_cast<std::uint64_t>(kMaxParts));
    EXPECT_LE(part, kMaxPartBytes);
  }
  EXPECT_EQ(code_of([&] { part_size_for(kMaxObjectBytes + 1, 0); }), ErrorCode::limit_exceeded);
}

TEST_P(ObjectStoreSuite, WithoutPresignedUrlsAskingForOneIsAnError) {
  if (store().capabilities().presigned_urls) return;
  EXPECT_EQ(code_of([&] { store().presign_get("a", {}); }), ErrorCode::invalid_config);
  EXPECT_EQ(code_of([&] { store().presign_part(begin("a"), 1, 60s); }), ErrorCode::invalid_config);
}

}  // namespace
}  // namespace crm
