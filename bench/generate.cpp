// Writes the benchmark's CSV files: original.csv and enriched_1.csv … enriched_N.csv in a folder. The same options give the same
// bytes everywhere. An original row has 15 columns and about 220 bytes; an enriched file has 10 columns, 0.7 rows per original row,
// 1.1 rows per key, 5 % of its keys blank and 10 % keys of nobody, in an order that has nothing to do with the original's.
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

namespace {

struct Options {
  std::filesystem::path folder;
  std::uint64_t rows = 10'000;
  int enriched = 2;
  int columns = 15;    // of the original; an enriched file has a third of what is above 15 on top of its 10
  double skew = 0;     // share of all rows of all files that have one and the same key
};

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finalizer
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// A permutation of 0 … size-1, computed and not stored: four Feistel rounds, repeated until the result is in range.
class Permutation {
 public:
  Permutation(std::uint64_t size, std::uint64_t seed) : size_(size), seed_(seed) {
    while ((std::uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
  }
  std::uint64_t operator()(std::uint64_t x) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    do {
      std::uint64_t left = x >> half_bits_;
      std::uint64_t right = x & mask;
      for (std::uint64_t round = 0; round < 4; ++round) {
        const std::uint64_t next = left ^ (mix(right * 4 + round + seed_) & mask);
        left = right;
        right = next;
      }
      x = (left << half_bits_) | right;
    } while (x >= size_);
    return x;
  }

 private:
  std::uint64_t size_;
  std::uint64_t seed_;
  int half_bits_ = 1;
};

/// Draws that depend on a row and a purpose only.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(mix(seed)) {}
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool percent(std::uint64_t share) { return below(100) < share; }
  template <std::size_t N>
  std::string_view from(const std::array<std::string_view, N>& list) {
    return list[below(N)];
  }

 private:
  std::uint64_t next() { return state_ = mix(state_); }
  std::uint64_t state_;
};

constexpr std::array<std::string_view, 24> kFirstNames = {
    "Anna",  "José",  "Wei",   "Fatima", "Liam",  "Olga",  "Noah",   "Zoë",   "Ravi",  "Chidi", "Emma",  "Lukas",
    "Aiko",  "Diego", "Priya", "Sean",   "Ingrid", "Omar", "Sophie", "Ahmed", "Julia", "Marek", "Chloe", "Björn"};
constexpr std::array<std::string_view, 24> kLastNames = {
    "Smith",  "Müller", "Chen",     "García", "Okafor",   "O'Brien", "Novák", "Kowalski", "Tanaka", "Silva",    "Ivanova", "Dubois",
    "Johnson", "Patel", "Johansson", "Rossi", "Andersson", "Nguyen",  "Kim",   "Martin",   "Haddad", "Williams", "Jensen",  "Łukasik"};
constexpr std::array<std::string_view, 16> kTitles = {
    "CEO", "VP of Sales", "Software Engineer", "Head of Marketing", "Account Executive", "Director, Operations", "Buyer", "CFO",
    "Senior Product Manager", "Data Analyst", "Customer Success Manager", "Recruiter", "CTO", "Office Manager", "Consultant", "Legal Counsel"};
constexpr std::array<std::string_view, 12> kCompanyWords = {"Northwind", "Contoso", "Initech", "Umbrella", "Globex", "Hooli",
                                                            "Vandelay",  "Stark",   "Wayne",   "Acme",     "Tyrell", "Wonka"};
constexpr std::array<std::string_view, 6> kCompanyEnds = {" Inc", " GmbH", " Ltd", " & Sons", " Group", " Systems"};
constexpr std::array<std::string_view, 12> kCities = {"New York", "Boston", "Berlin", "São Paulo", "Kraków", "Austin",
                                                      "Toronto",  "Lyon",   "Osaka",  "Lagos",     "Leeds",  "Springfield"};
constexpr std::array<std::string_view, 8> kStates = {"NY", "MA", "CA", "TX", "IL", "WA", "OR", "FL"};
constexpr std::array<std::string_view, 8> kCountries = {"United States", "Germany", "Brazil", "Poland",
                                                        "Canada",        "France",  "Japan",  "Nigeria"};
constexpr std::array<std::string_view, 10> kIndustries = {
    "Computer Software and Services", "Hospital & Health Care", "Retail and Consumer Goods", "Marketing and Advertising", "Financial Services",
    "Logistics, Supply Chain", "Higher Education", "Automotive", "Insurance", "Construction"};
constexpr std::array<std::string_view, 6> kSeniorities = {"Entry", "Senior", "Manager", "Director", "VP", "C-Level"};
constexpr std::array<std::string_view, 6> kDepartments = {"Sales", "Engineering", "Marketing", "Finance", "Operations", "HR"};
constexpr std::array<std::string_view, 6> kTechnologies = {"Salesforce; HubSpot; AWS", "Snowflake; dbt", "SAP; Oracle; Tableau",
                                                           "Shopify; Stripe", "Google Analytics; Segment; Intercom", "Azure"};
constexpr std::array<std::string_view, 8> kSources = {"Organic Search", "Trade show", "Referral", "Paid Social",
                                                      "Import 2023-04", "Webinar", "Cold call", "Partner"};

/// A CSV file that is written in large pieces.
class CsvFile {
 public:
  explicit CsvFile(const std::filesystem::path& path) : file_(std::fopen(path.c_str(), "wb")) {
    if (!file_) {
      std::cerr << "cannot write " << path << "\n";
      std::exit(2);
    }
    buffer_.reserve(kPiece + 65'536);
  }
  ~CsvFile() {
    flush();
    if (std::fclose(file_) != 0) std::exit(2);
  }
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;

  /// Adds a field, quoted only where it must be.
  void field(std::string_view value) {
    separate();
    if (value.find_first_of(",\"\n") == std::string_view::npos) {
      buffer_ += value;
      return;
    }
    buffer_ += '"';
    for (const char c : value) {
      if (c == '"') buffer_ += '"';
      buffer_ += c;
    }
    buffer_ += '"';
  }
  void end_record() {
    buffer_ += '\n';
    first_ = true;
    if (buffer_.size() > kPiece) flush();
  }

 private:
  static constexpr std::size_t kPiece = 1 << 20;
  void separate() {
    if (!first_) buffer_ += ',';
    first_ = false;
  }
  void flush() {
    if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) {
      std::cerr << "disk full?\n";
      std::exit(2);
    }
    buffer_.clear();
  }
  std::FILE* file_;
  std::string buffer_;
  bool first_ = true;
};

/// Someone with a number; all that is said of them is a function of it.
struct Person {
  std::string_view first, last;
  std::string company, domain, email, phone, linkedin;

  explicit Person(std::uint64_t number) {
    Draw draw(number * 2 + 1);
    first = draw.from(kFirstNames);
    last = draw.from(kLastNames);
    const std::uint64_t company_number = draw.below(1'000'000);
    company = std::string(kCompanyWords[company_number % kCompanyWords.size()]);
    domain = company;
    domain[0] = static_cast<char>(domain[0] | 0x20);
    domain += std::to_string(company_number) + ".com";
    company += " " + std::to_string(company_number);
    company += draw.percent(8) ? ", Inc." : kCompanyEnds[company_number % kCompanyEnds.size()];
    const std::string id = std::to_string(number);
    email = "contact." + id + "@" + domain;
    // A number that the numbering plan allows, and a person's own: area code 2xx–9xx, exchange 2xx–9xx.
    phone = "+1 (" + std::to_string(200 + number % 7 * 100 + 13) + ") " + std::to_string(200 + number / 10'000 % 800) + "-" +
            std::to_string(10'000 + number % 10'000).substr(1);
    linkedin = "https://www.linkedin.com/in/contact-" + id;
  }
};

/// A cell that is blank in some rows.
std::string_view unless_blank(Draw& draw, std::uint64_t blank_percent, std::string_view value) {
  return draw.percent(blank_percent) ? std::string_view{} : value;
}

std::string date(Draw& draw, int first_year) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", first_year + static_cast<int>(draw.below(4)),
                static_cast<int>(1 + draw.below(12)), static_cast<int>(1 + draw.below(28)));
  return text.data();
}

void extra_columns(CsvFile& out, Draw& draw, int count) {
  for (int i = 0; i < count; ++i) out.field(unless_blank(draw, 30, draw.from(kSources)));
}

bool is_skewed(const Options& options, std::uint64_t row, std::uint64_t file) {
  return options.skew > 0 && static_cast<double>(mix(row * 64 + file + 7) % 1'000'000) < options.skew * 1e6;
}

void write_original(const Options& options) {
  CsvFile out(options.folder / "original.csv");
  for (const auto* name : {"Record ID", "First Name", "Last Name", "Email", "Phone Number", "Company Name", "Job Title", "LinkedIn URL", "City",
                           "State", "Postal Code", "Country", "Create Date", "Original Source", "Notes"}) {
    out.field(name);
  }
  for (int i = 15; i < options.columns; ++i) out.field("Custom " + std::to_string(i + 1));
  out.end_record();
  for (std::uint64_t row = 0; row < options.rows; ++row) {
    const Person person(is_skewed(options, row, 0) ? 0 : row);
    Draw draw(row * 4);
    out.field(std::to_string(10'000'000'000 + row * 17));
    out.field(person.first);
    out.field(person.last);
    out.field(unless_blank(draw, 3, person.email));
    out.field(unless_blank(draw, 40, person.phone));
    out.field(unless_blank(draw, 15, person.company));
    out.field(unless_blank(draw, 35, draw.from(kTitles)));
    out.field(unless_blank(draw, 45, person.linkedin));
    out.field(unless_blank(draw, 20, draw.from(kCities)));
    out.field(unless_blank(draw, 25, draw.from(kStates)));
    out.field(unless_blank(draw, 25, std::to_string(100'000 + draw.below(99'999)).substr(1)));
    out.field(draw.from(kCountries));
    out.field(date(draw, 2019));
    out.field(draw.from(kSources));
    out.field(draw.percent(1) ? "Met at the booth;\nasked for \"pricing\", twice"
                              : unless_blank(draw, 25, "Imported contact, has not answered the last two mails; call again next quarter"));
    extra_columns(out, draw, options.columns - 15);
    out.end_record();
  }
}

void write_enriched(const Options& options, int file) {
  CsvFile out(options.folder / ("enriched_" + std::to_string(file) + ".csv"));
  // Seven columns of all files and three of every other one: thirteen over two files.
  for (const auto* name : {"Email", "Job Title", "Company Name", "Phone Number", "LinkedIn URL", "City", "Industry"}) out.field(name);
  const bool odd = file % 2 == 1;
  for (const auto* name : odd ? std::array{"Employees", "Annual Revenue", "Seniority"} : std::array{"Department", "Technologies", "Last Updated"}) {
    out.field(name);
  }
  const int extra = options.columns > 15 ? (options.columns - 15) / 3 : 0;
  for (int i = 0; i < extra; ++i) out.field("Custom " + std::to_string(16 + i * 2));
  out.end_record();

  const std::uint64_t rows = options.rows * 7 / 10;
  const auto seed = static_cast<std::uint64_t>(file);
  const Permutation places(rows, seed * 1000);
  const Permutation people(options.rows, seed * 1000 + 500);
  for (std::uint64_t row = 0; row < rows; ++row) {
    const std::uint64_t place = places(row);
    Draw draw((row * 4 + 1) * 64 + seed);
    const std::uint64_t kind = place % 100;  // 85 of 100 rows are of people of the original
    // Eleven rows for ten people; an index among the 85 % only, so that rows of one person are of one key.
    const std::uint64_t index = place / 100 * 85 + kind;
    std::uint64_t number = kind < 85 ? people(index * 10 / 11) : options.rows + place * 64 + seed;
    if (is_skewed(options, row, seed)) number = 0;
    const Person person(number);
    const bool blank_key = kind >= 95 && number != 0;
    out.field(blank_key ? std::string_view{} : std::string_view{person.email});
    out.field(unless_blank(draw, 20, draw.from(kTitles)));
    out.field(unless_blank(draw, 10, person.company));
    out.field(blank_key ? std::string_view{} : unless_blank(draw, 30, person.phone));
    out.field(blank_key ? std::string_view{} : unless_blank(draw, 30, person.linkedin));
    out.field(unless_blank(draw, 30, draw.from(kCities)));
    out.field(unless_blank(draw, 10, draw.from(kIndustries)));
    if (odd) {
      out.field(unless_blank(draw, 10, std::to_string(1 + draw.below(20'000))));
      out.field(unless_blank(draw, 40, "$" + std::to_string(1 + draw.below(900)) + "M"));
      out.field(draw.from(kSeniorities));
    } else {
      out.field(unless_blank(draw, 10, draw.from(kDepartments)));
      out.field(unless_blank(draw, 30, draw.from(kTechnologies)));
      out.field(date(draw, 2022));
    }
    extra_columns(out, draw, extra);
    out.end_record();
  }
}

template <typename Number>
Number parse(std::string_view text) {
  Number value{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) {
    std::cerr << "not a number: " << text << "\n";
    std::exit(2);
  }
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view value = argv[i + 1];
    if (name == "--folder") options.folder = value;
    else if (name == "--rows") options.rows = parse<std::uint64_t>(value);
    else if (name == "--enriched") options.enriched = parse<int>(value);
    else if (name == "--columns") options.columns = parse<int>(value);
    else if (name == "--skew") options.skew = parse<double>(value);
    else options.folder.clear();
  }
  if (options.folder.empty() || argc % 2 == 0) {
    std::cerr << "usage: bench_generate --folder FOLDER [--rows N] [--enriched N] [--columns N] [--skew SHARE]\n";
    return 2;
  }
  std::filesystem::create_directories(options.folder);
  write_original(options);
  for (int file = 1; file <= options.enriched; ++file) write_enriched(options, file);
}
