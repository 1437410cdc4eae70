#include "server/static_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/temp_space.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

/// A folder with a small page.
class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    put("index.html", "<!doctype html>");
    put("index.html.gz", "packed page");
    put("assets/index-1a2b.js", "script()");
  }

  void put(const std::string& name, const std::string& text) {
    fs::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name) << text;
  }
  fs::path folder() { return temp_.named_folder() / "page"; }
  StaticFiles files() { return StaticFiles({folder()}); }

  static Request get(std::string path, Headers headers = {}) {
    Request request;
    request.method = "GET";
    request.path = std::move(path);
    request.headers = std::move(headers);
    return request;
  }
  static std::string header(const Response& response, std::string_view name) {
    return std::string(find_header(response.headers, name).value_or(""));
  }

  TempSpace temp_{fs::temp_directory_path()};
};

TEST_F(StaticFilesTest, GivesThePageAtItsRoutesAndAsksAgainEachTime) {
  const StaticFiles files = this->files();
  for (const char* path : {"/", "/columns", "/rules", "/jobs", "/jobs/12/result"}) {
    const auto response = files.answer(get(path));
    ASSERT_TRUE(response) << path;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "<!doctype html>");
    EXPECT_EQ(header(*response, "Cache-Control"), "no-cache");
    EXPECT_EQ(header(*response, "Content-Type"), "text/html; charset=utf-8");
  }
}

TEST_F(StaticFilesTest, LetsBrowsersKeepHashedFilesForEver) {
  const auto response = files().answer(get("/assets/index-1a2b.js"));
  ASSERT_TRUE(response);
  EXPECT_EQ(header(*response, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(*response, "Content-Type"), "text/javascript; charset=utf-8");
}

TEST_F(StaticFilesTest, SendsThePackedCopyToWhoTakesIt) {
  const StaticFiles files = this->files();
  const auto packed = files.answer(get("/", {{"Accept-Encoding", "br, gzip"}}));
  EXPECT_EQ(packed->body, "packed page");
  EXPECT_EQ(header(*packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(files.answer(get("/", {{"Accept-Encoding", "gzip;q=0"}}))->body, "<!doctype html>");
  // The copy is no file of its own.
  EXPECT_FALSE(files.answer(get("/index.html.gz")));
}

TEST_F(StaticFilesTest, AnswersWhoHasItAlreadyWithoutABody) {
  const StaticFiles files = this->files();
  const std::string etag = header(*files.answer(get("/")), "ETag");
  const auto response = files.answer(get("/", {{"If-None-Match", etag}}));
  EXPECT_EQ(response->status, 304);
  EXPECT_TRUE(response->body.empty());
}

TEST_F(StaticFilesTest, ShowsPeopleThePageWhereThereIsNothing) {
  const StaticFiles files = this->files();
  EXPECT_EQ(files.answer(get("/nowhere", {{"Accept", "text/html,*/*"}}))->status, 404);
  EXPECT_FALSE(files.answer(get("/nowhere.js")));
  EXPECT_FALSE(files.answer(get("/api/v1/nothing", {{"Accept", "text/html"}})));
  EXPECT_FALSE(files.answer(get("/../secret")));
}

TEST_F(StaticFilesTest, AllowsScriptsOfItsOwnOnlyAndTheStoreThatItUploadsTo) {
  const StaticFiles files({folder(), {"https://store.example.com"}});
  const std::string policy = header(*files.answer(get("/")), "Content-Security-Policy");
  EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("connect-src 'self' https://store.example.com;"), std::string::npos);
}

TEST_F(StaticFilesTest, RefusesAFolderThatIsNoPage) {
  fs::remove(folder() / "index.html");
  EXPECT_THROW(files(), Error);
}

TEST_F(StaticFilesTest, FindsThePageBesideAnInstalledProgramAndInTheCheckout) {
  EXPECT_FALSE(page_folder_of(folder() / "usr/bin/crm-merge"));
  put("usr/share/crm-merge/web/index.html", "");
  EXPECT_EQ(page_folder_of(folder() / "usr/bin/crm-merge"), folder() / "usr/share/crm-merge/web");
  put("checkout/web/dist/index.html", "");
  EXPECT_EQ(page_folder_of(folder() / "checkout/build/release/src/app/crm-merge"), folder() / "checkout/web/dist");
}

TEST(OriginOf, IsSchemeHostAndPort) {
  EXPECT_EQ(origin_of("https://b.example.com:9000/key?X=1"), "https://b.example.com:9000");
  EXPECT_EQ(origin_of("file:/key"), std::nullopt);
}

}  // namespace
}  // namespace crm
