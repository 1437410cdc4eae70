#include "sql/select.h"

namespace crm {
namespace {

Sql clause(SqlTemplate pattern, const std::vector<Sql>& items, SqlTemplate between) {
  return items.empty() ? Sql() : sql(pattern, Sql::join(items, between));
}

Sql reason_of(const Step& step, Reasons reasons) {
  return reasons == Reasons::shown ? Sql::comment(step.reason) : Sql();
}

}  // namespace

Sql Select::print() const {
  return Sql::join({clause("SELECT {}", columns, ",\n       "), from.empty() ? Sql() : sql("\nFROM {}", from),
                    clause("\n{}", joins, "\n"), clause("\nWHERE {}", where, "\n  AND "),
                    clause("\nGROUP BY {}", group_by, ", "), clause("\nHAVING {}", having, "\n   AND "),
                    clause("\nORDER BY {}", order_by, ", ")},
                   "");
}

Sql Step::print() const {
  std::vector<Sql> parts;
  for (const Select& select : selects) parts.push_back(select.print());
  return Sql::join(parts, "\nUNION ALL\n");
}

Sql create_table(const Step& step, Reasons reasons) {
  return sql("{}CREATE TABLE {} AS\n{}", reason_of(step, reasons), Identifier(step.name), step.print());
}

Sql pipeline(const std::vector<Step>& steps, Reasons reasons) {
  std::vector<Sql> inner;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    inner.push_back(sql("{}{} AS (\n{}\n)", reason_of(steps[i], reasons), Identifier(steps[i].name),
                        steps[i].print().indented()));
  }
  const Sql last = sql("{}{}", reason_of(steps.back(), reasons), steps.back().print());
  return inner.empty() ? last : sql("WITH\n{}\n{}", Sql::join(inner, ",\n"), last);
}

}  // namespace crm
