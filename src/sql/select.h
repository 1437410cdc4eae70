#pragma once

#include <string>
#include <vector>

#include "sql/sql.h"

namespace crm {

/// One SELECT, printed in one form: keywords in upper case, a clause a line, a column a line.
struct Select {
  std::vector<Sql> columns;
  Sql from;
  std::vector<Sql> joins;     ///< "JOIN t ON …", in order
  std::vector<Sql> where;     ///< all of them must hold
  std::vector<Sql> group_by;
  std::vector<Sql> having;    ///< all of them must hold
  std::vector<Sql> order_by;

  Sql print() const;
};

/// A named step: one SELECT (or several, joined by UNION ALL), and why it is there.
struct Step {
  std::string name;             ///< of the table or, within a pipeline, of the WITH clause
  std::string reason;           ///< sentences for people
  std::vector<Select> selects;

  Sql print() const;
};

enum class Reasons { shown, hidden };

/// "CREATE TABLE name AS …", with the step's reason above it where reasons are shown.
Sql create_table(const Step& step, Reasons reasons);

/// Steps as one statement: all but the last become its WITH clause.
Sql pipeline(const std::vector<Step>& steps, Reasons reasons);

}  // namespace crm
