#include "server/access.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "base/error.h"
#include "server/problem.h"

namespace crm {
namespace {

/// A server's access with one token of each role, at a time that the test moves.
class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    std::ofstream(file_) << "page read " << token_hash("crm_r") << "\nrobot write " << token_hash("crm_w")
                         << "  # a comment\n";
    options_.token_file = file_;
    options_.session_key = "key";
  }
  ~AccessTest() override { std::remove(file_.c_str()); }

  Access access() {
    return Access(options_, [this] { return now_; });
  }
  static Request with(std::string name, std::string value) {
    Request request;
    request.headers = {{"Host", "localhost"}, {std::move(name), std::move(value)}};
    return request;
  }
  static int status_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const HttpProblem& problem) {
      return problem.status();
    }
    return 200;
  }

  const std::string file_ = testing::TempDir() + "access_test_tokens_" + std::to_string(getpid());
  AccessOptions options_;
  std::int64_t now_ = 1'000'000;
};

/// As the router does it.
Caller authorized(const Access& access, const Request& request, Role least) {
  const std::optional<Caller> caller = access.identify(request);
  access.require(caller, least);
  return caller.value_or(Caller{});
}

TEST_F(AccessTest, ACookieLastsTwelveHours) {
  const Access guard = access();
  const std::string cookie = guard.session_cookie({"page", Role::read}, false);
  const Request request = with("Cookie", cookie.substr(0, cookie.find(';')));
  EXPECT_EQ(authorized(guard, request, Role::read).name, "page");
  now_ += Access::kSessionSeconds;
  EXPECT_EQ(authorized(guard, request, Role::read).name, "page");
  now_ += 1;
  EXPECT_EQ(status_of([&] { authorized(guard, request, Role::read); }), 401);
}

TEST_F(AccessTest, ACookieOfAnotherKeyIsNone) {
  const std::string cookie = access().session_cookie({"robot", Role::write}, true);
  EXPECT_NE(cookie.find("; Secure"), std::string::npos);
  options_.session_key = "other";
  const Access guard = access();
  EXPECT_EQ(
      status_of([&] { authorized(guard, with("Cookie", cookie.substr(0, cookie.find(';'))), Role::read); }),
      401);
}

TEST_F(AccessTest, RolesAreHeld) {
  const Access guard = access();
  EXPECT_EQ(authorized(guard, with("Authorization", "Bearer crm_w"), Role::write).name, "robot");
  EXPECT_EQ(authorized(guard, with("authorization", "bearer crm_r"), Role::read).name, "page");
  EXPECT_EQ(status_of([&] { authorized(guard, with("Authorization", "Bearer crm_r"), Role::write); }), 403);
  EXPECT_EQ(status_of([&] { authorized(guard, with("Authorization", "Basic crm_r"), Role::read); }), 401);
  EXPECT_EQ(status_of([&] { authorized(guard, with("X", "y"), Role::open); }), 200);
}

TEST_F(AccessTest, HostsAndOriginsAreKnown) {
  options_.hosts = {"Merge.Example.com"};
  options_.origins = {"https://tools.example.com"};
  const Access guard = access();
  const auto host = [&](const std::string& value) {
    Request request;
    request.headers = {{"Host", value}};
    return status_of([&] { guard.check_host(request); });
  };
  EXPECT_EQ(host("merge.example.com:8080"), 200);
  EXPECT_EQ(host("10.1.2.3:8080"), 200);
  EXPECT_EQ(host("[fe80::1]:8080"), 200);
  EXPECT_EQ(host("merge.example.com.evil.org"), 421);
  EXPECT_EQ(host("1.2.3.4.evil.org"), 421);
  const auto origin = [&](const std::string& value) {
    return status_of([&] { guard.check_origin(with("Origin", value)); });
  };
  EXPECT_EQ(origin("https://tools.example.com"), 200);
  EXPECT_EQ(origin("http://localhost"), 200);
  EXPECT_EQ(origin("http://localhost.evil.org"), 403);
}

TEST_F(AccessTest, FreshTokensDiffer) {
  EXPECT_NE(make_token(), make_token());
  EXPECT_GE(make_token().size(), 64u);
}

TEST(HttpStatus, EveryErrorHasOne) {
  EXPECT_EQ(http_status(ErrorCode::invalid_config), 400);
  EXPECT_EQ(http_status(ErrorCode::limit_exceeded), 507);
  EXPECT_EQ(http_status(ErrorCode::cancelled), 503);
}

}  // namespace
}  // namespace crm
