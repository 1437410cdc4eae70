#include "tables/xlsx/zip_archive.h"

#include <fmt/format.h>
#include <zip.h>

#include <utility>

#include "base/error.h"

namespace crm {
namespace {

[[noreturn]] void throw_unreadable(const std::string& name, const std::string& what, const std::string& details = {}) {
  throw Error(ErrorCode::invalid_input, fmt::format("cannot read {}: it {}", name, what), details);
}

constexpr const char* kDamaged = "is a damaged workbook; get the file again, or save it anew";

}  // namespace

struct ZipArchive::Impl {
  std::string name;
  zip_t* zip = nullptr;
  ~Impl() {
    if (zip != nullptr) zip_discard(zip);
  }
};

struct ZipArchive::Part::Impl {
  std::string name, part;
  zip_file_t* file = nullptr;
  std::uint64_t packed_bytes = 0, bytes = 0;
  ~Impl() {
    if (file != nullptr) zip_fclose(file);
  }
};

ZipArchive::ZipArchive(UniqueFd fd, std::string name) : impl_(std::make_unique<Impl>()) {
  impl_->name = std::move(name);
  int code = 0;
  impl_->zip = zip_fdopen(fd.get(), 0, &code);
  if (impl_->zip != nullptr) {
    fd.release();
    return;
  }
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string words = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw_unreadable(impl_->name, code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS
                                    ? "is an Excel workbook or a ZIP archive that ends early; get the file again (a broken download?)"
                                    : kDamaged,
                   words);
}

ZipArchive::~ZipArchive() = default;

bool ZipArchive::has(const std::string& part) const {
  return zip_name_locate(impl_->zip, part.c_str(), ZIP_FL_NOCASE) >= 0;
}

std::unique_ptr<ZipArchive::Part> ZipArchive::open(const std::string& part) const {
  const zip_int64_t index = zip_name_locate(impl_->zip, part.c_str(), ZIP_FL_NOCASE);
  if (index < 0) throw_unreadable(impl_->name, kDamaged, "there is no " + part);
  zip_stat_t status;
  zip_stat_init(&status);
  zip_stat_index(impl_->zip, static_cast<zip_uint64_t>(index), 0, &status);
  if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE) {
    throw_unreadable(impl_->name, "is protected by a password; save it without one");
  }
  auto opened = std::make_unique<Part::Impl>();
  opened->name = impl_->name;
  opened->part = part;
  opened->packed_bytes = (status.valid & ZIP_STAT_COMP_SIZE) != 0 ? status.comp_size : 0;
  opened->file = zip_fopen_index(impl_->zip, static_cast<zip_uint64_t>(index), 0);
  if (opened->file == nullptr) throw_unreadable(impl_->name, kDamaged, zip_strerror(impl_->zip));
  return std::unique_ptr<Part>(new Part(std::move(opened)));
}

ZipArchive::Part::Part(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ZipArchive::Part::~Part() = default;

std::size_t ZipArchive::Part::read(char* into, std::size_t size) {
  const zip_int64_t got = zip_fread(impl_->file, into, size);
  if (got < 0) {
    throw_unreadable(impl_->name, kDamaged, impl_->part + ": " + zip_file_strerror(impl_->file));
  }
  impl_->bytes += static_cast<std::uint64_t>(got);
  const bool grows = impl_->bytes > kUnsuspectedBytes && impl_->bytes / kMaxExpansion > impl_->packed_bytes;
  if (grows || impl_->bytes > kMaxPartBytes) {
    throw_unreadable(impl_->name,
                     fmt::format("is no workbook to be trusted: {} grows more than {}-fold when it is unpacked; if it is "
                                 "yours, save it as CSV",
                                 impl_->part, kMaxExpansion));
  }
  return static_cast<std::size_t>(got);
}

}  // namespace crm
