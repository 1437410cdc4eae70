#include "engine/stream/row_writer.h"

#include <algorithm>
#include <unordered_set>

#include "ingest/input.h"
#include "output/csv_writer.h"

namespace crm {

using Role = OutputColumn::Role;

namespace {

/// Around a cell.
constexpr std::size_t kQuotes = 2;

void append_piece(std::string_view piece, std::string& out) { out += piece; }

/// What a cell takes in a file, where that matters: quotes in a long one are doubled, and a byte too many would double
/// the text that it is appended to.
std::size_t written_bytes(std::string_view text) {
  if (text.size() <= Overflow::kMostText) return text.size() + kQuotes;
  return text.size() + kQuotes + static_cast<std::size_t>(std::count(text.begin(), text.end(), '"'));
}

}  // namespace

RowWriter::RowWriter(const MergePlan& plan, const OutputFormat& format, Overflow& overflow)
    : plan_(plan), format_(format), overflow_(overflow), merged_of_original_(plan.original_column_count, -1) {
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    if (plan.columns[c].original_column) of_original_.push_back(static_cast<int>(c));
  }
  for (const OutputColumn& column : plan.output) {
    if (column.role == Role::original) {
      merged_of_original_[column.original_column] = column.column;
      Step* const before = steps_.empty() ? nullptr : &steps_.back();
      if (before != nullptr && before->role == Role::original && before->last == column.original_column) {
        ++before->last;
      } else {
        steps_.push_back({Role::original, column.original_column, column.original_column + 1, -1});
      }
    } else {
      steps_.push_back({column.role, 0, 0, column.column});
    }
    const bool merged = column.role == Role::original || column.role == Role::fresh;
    if (merged && column.column >= 0) in_order_.emplace_back(column.column, column.name);
  }
}

void RowWriter::write(const RecordBatch& batch, std::size_t row, std::uint64_t number, RowMerge& merged,
                      WrittenRows& out) {
  if (plan_.record_id_column) {
    record_id_ = batch.cell(row, static_cast<std::size_t>(*plan_.record_id_column), record_id_scratch_);
  }
  if (format_.merged) write_merged(batch, row, merged, out.merged);
  if (format_.conflicts && merged.matched()) write_conflicts(number, merged, out.conflicts);
  if (merged.changed()) {
    if (format_.provenance) write_provenance(number, merged, out.provenance);
    if (format_.changes) write_changes(merged, out.changes);
  }
  count(merged, out.account);
  overflow_.relieve(out.merged);
  overflow_.relieve(out.changes.bytes(), out.changes_before);
}

void RowWriter::write_merged(const RecordBatch& batch, std::size_t row, const RowMerge& merged,
                             OverflowingText& out) {
  const std::size_t start = out.text.size();
  for (const Step& step : steps_) {
    if (&step != steps_.data()) out.text += format_.merged_delimiter;
    switch (step.role) {
      case Role::original:
        write_originals(step, batch, row, merged, out);
        break;
      case Role::alternate:
        if (merged.cell(step.column).alternate) write_cell(merged.cell(step.column).outcome->text, out);
        break;
      case Role::fresh:
        if (merged.cell(step.column).takes_choice) write_cell(merged.cell(step.column).outcome->text, out);
        break;
      default:
        write_match(step.role, merged, out.text);
    }
  }
  // The empty only field of its record is quoted.
  if (plan_.output.size() == 1 && out.text.size() == start) out.text += "\"\"";
  out.text += '\n';
}

/// A cell may have megabytes.
void RowWriter::write_cell(std::string_view text, OverflowingText& out) {
  if (text.size() <= Overflow::kMostText || plan_.output.size() == 1) {
    append_field(text, format_.merged_delimiter, out.text);
    if (plan_.output.size() > 1) overflow_.relieve(out);
    return;
  }
  const bool quoted = needs_quotes(text, format_.merged_delimiter);
  if (quoted) out.text += '"';
  overflow_.append_long(text, out, append_doubling_quotes);
  if (quoted) out.text += '"';
}

/// What came in quotes with quotes in it goes out so.
void RowWriter::write_original(const RecordBatch& batch, std::size_t row, std::size_t column, OverflowingText& out) {
  const std::string_view inside = batch.inside(row, column);
  if (!batch.field(row, column).escaped || plan_.output.size() == 1) {
    return write_cell(batch.cell(row, column, cell_scratch_), out);
  }
  out.text += '"';
  overflow_.append_long(inside, out, append_piece);
  out.text += '"';
}

void RowWriter::write_originals(const Step& step, const RecordBatch& batch, std::size_t row,
                                const RowMerge& merged, OverflowingText& out) {
  // A record of one field is canonical by another rule (an empty one is quoted), so it is never copied.
  if (format_.merged_delimiter == ',' && plan_.original_column_count > 1 && batch.canonical(row)) {
    return copy_raw(step, batch, row, merged, out);
  }
  for (int column = step.first; column < step.last; ++column) {
    if (column != step.first) out.text += format_.merged_delimiter;
    const int m = merged_of_original_[column];
    if (m >= 0 && merged.cell(m).takes_choice) {
      write_cell(merged.cell(m).outcome->text, out);
    } else {
      write_original(batch, row, static_cast<std::size_t>(column), out);
    }
  }
}

/// Copies the stretches between changed cells as they came.
void RowWriter::copy_raw(const Step& step, const RecordBatch& batch, std::size_t row, const RowMerge& merged,
                         OverflowingText& out) {
  const std::string_view raw = batch.raw(row);
  const auto begin = [&](int column) {
    const Field& field = batch.field(row, static_cast<std::size_t>(column));
    return field.begin - field.quoted;
  };
  const auto end = [&](int column) {
    const Field& field = batch.field(row, static_cast<std::size_t>(column));
    return field.begin + field.size + field.quoted;
  };
  const std::uint32_t base = begin(0);
  const auto copy = [&](std::uint32_t first, std::uint32_t last) {
    overflow_.append_long(raw.substr(first - base, last - first), out, append_piece);
  };
  int from = step.first;
  if (merged.changed()) {
    for (int column = step.first; column < step.last; ++column) {
      const int m = merged_of_original_[column];
      if (m < 0 || !merged.cell(m).takes_choice) continue;
      if (from < column) copy(begin(from), begin(column));
      write_cell(merged.cell(m).outcome->text, out);
      from = column + 1;
      if (from < step.last) out.text += ',';
    }
  }
  if (from < step.last) copy(begin(from), end(step.last - 1));
}

void RowWriter::write_match(Role role, const RowMerge& merged, std::string& out) {
  switch (role) {
    case Role::matched_on:
      if (merged.matched()) {
        append_field(plan_.identifiers[merged.first_identifier()].label, format_.merged_delimiter, out);
      }
      break;
    case Role::match_score:
      if (merged.matched()) out += '1';
      break;
    case Role::enriched_from: {
      cell_scratch_.clear();
      for (std::size_t f = 0; f < plan_.inputs.size(); ++f) {
        if (merged.identifier(f) < 0) continue;
        if (!cell_scratch_.empty()) cell_scratch_ += "; ";
        cell_scratch_ += plan_.inputs[f].name;
      }
      append_field(cell_scratch_, format_.merged_delimiter, out);
      break;
    }
    default:
      out += merged.matched() ? "matched" : "unmatched";
  }
}

void RowWriter::write_provenance(std::uint64_t number, const RowMerge& merged, OverflowingText& out) {
  for (const OutputColumn& output : plan_.output) {
    if (output.column < 0) continue;
    const MergedCell& cell = merged.cell(output.column);
    const bool alternate = output.role == Role::alternate;
    if (!(alternate ? cell.alternate : cell.takes_choice)) continue;
    ProvenanceLine line;
    line.row = number + 1;
    line.record_id = record_id_;
    line.column = output.name;
    line.before = output.role == Role::original ? cell.original : std::string_view();
    line.after = cell.outcome->text;
    line.sources = cell.outcome->sources;
    line.matched_on = plan_.identifiers[merged.identifier(cell.outcome->sources.front().file)].label;
    line.rule = plan_.columns[output.column].strategy;
    overflow_.make_room(out, written_bytes(line.before) + written_bytes(line.after));
    append_provenance(plan_, line, format_.provenance_delimiter, out.text);
    overflow_.relieve(out);
  }
}

void RowWriter::write_conflicts(std::uint64_t number, RowMerge& merged, OverflowingText& out) {
  for (const auto& [column, name] : in_order_) {
    const MergedCell& cell = merged.cell(column);
    if (cell.outcome == nullptr) continue;
    write_cell_conflicts(number, name, plan_.columns[column], cell, merged.consolidator(), out);
  }
}

void RowWriter::write_cell_conflicts(std::uint64_t number, std::string_view name, const PlanColumn& column,
                                     const MergedCell& cell, Consolidator& consolidator,
                                     OverflowingText& out) {
  ConflictLine line;
  line.row = number + 1;
  line.record_id = record_id_;
  line.column = name;
  line.chosen = cell.takes_choice || cell.original_blank || !column.original_column ? cell.outcome->text
                                                                                    : cell.original;
  const auto name_of = [&](const Value& value) -> std::string_view {
    return plan_.inputs[value.source().file].name;
  };

  const bool has_original = column.original_column && !cell.original_blank;
  std::string names;
  if (has_original && line.chosen == cell.original) {
    line.chosen_from = "original";
  } else if (cell.outcome->sources.size() > 1) {
    names = source_names(plan_, cell.outcome->sources);
    line.chosen_from = names;
  } else {
    line.chosen_from = name_of(*std::find_if(cell.values.begin(), cell.values.end(),
                                             [&](const Value& value) { return value.text == line.chosen; }));
  }

  std::unordered_set<std::string_view> listed = {line.chosen};
  const auto list = [&](std::string_view other, std::string_view from) {
    if (!listed.insert(other).second) return;
    line.other = other;
    line.other_from = from;
    line.real = !consolidator.same_value(column, line.chosen, other);
    overflow_.make_room(out, written_bytes(line.chosen) + written_bytes(other));
    append_conflict(line, format_.conflicts_delimiter, out.text);
    overflow_.relieve(out);
  };
  if (has_original) list(cell.original, "original");
  for (const Value& value : cell.values) list(value.text, name_of(value));
}

void RowWriter::write_changes(const RowMerge& merged, ChangesBatch& changes) {
  changed_cells_.clear();
  for (std::size_t i = 0; i < plan_.output.size(); ++i) {
    const OutputColumn& output = plan_.output[i];
    if (output.column < 0) continue;
    const MergedCell& cell = merged.cell(output.column);
    if (output.role == Role::alternate ? cell.alternate : cell.takes_choice) {
      changed_cells_.push_back({static_cast<int>(i), cell.outcome->text});
    }
  }
  changes.add_row(record_id_, changed_cells_);
}

/// What became of each file's value of a cell. `difference` of all values, the original's included.
void RowWriter::count_offers(const PlanColumn& column, const MergedCell& cell, Difference difference,
                             Consolidator& consolidator, ColumnAccount& sum) {
  const bool changed = cell.changed();
  const bool had = column.original_column && !cell.original_blank;
  const std::string_view standing = changed ? cell.outcome->text : cell.original;
  const auto agrees = [&](const Offer& offer) {
    if (!changed && !had) return false;
    if (difference != Difference::real || (changed && column.strategy == Strategy::concat)) return true;
    // All values have one key, so it is the original's cell that differs from them.
    if (!changed && cell.outcome->among != Difference::real) return false;
    return consolidator.same_value(column, standing, offer.text);
  };
  const std::vector<Offer>& offers = cell.outcome->offers;
  const bool replaces = had && !cell.alternate;
  for (const Offer& offer : offers) {
    CellAccount& cells = sum.cells_by[offer.file];
    if (changed && offer.used) {
      ++sum.filled_by[offer.file];
      ++(replaces ? cells.replaced : cells.filled);
      cells.filled_alone += !replaces && offers.size() == 1;
    } else {
      ++(agrees(offer) ? cells.agreeing : cells.overridden);
    }
  }
}

void RowWriter::count(RowMerge& merged, MergeAccount& account) {
  ++account.rows;
  if (merged.matched()) {
    ++account.matched;
    ++account.identifiers[merged.first_identifier()].rows_matched;
  }
  if (merged.changed()) ++account.changed;
  for (const int c : of_original_) {
    const std::uint64_t filled = merged.cell(c).original_blank ? 0 : 1;
    account.columns[c].filled_before += filled;
    account.columns[c].filled_after += filled;
  }
  for (const int c : merged.touched()) {
    const PlanColumn& column = plan_.columns[c];
    const MergedCell& cell = merged.cell(c);
    ColumnAccount& sum = account.columns[c];
    const bool filled = column.original_column && !cell.original_blank;
    const std::string_view* const original = filled ? &cell.original : nullptr;
    const Difference difference = merged.consolidator().difference(column, original, *cell.outcome);
    count_offers(column, cell, difference, merged.consolidator(), sum);
    switch (difference) {
      case Difference::real:
        ++sum.conflicts_real;
        break;
      case Difference::formatting:
        ++sum.conflicts_formatting;
        break;
      case Difference::none:
        break;
    }
    if (!cell.changed()) continue;
    ++sum.changed;
    sum.filled_after += cell.takes_choice && !filled;
    sum.alternate_filled += cell.alternate;
    if (merged.shared()) {
      account.shared_contributed[merged.shared()].insert(c);
    } else {
      for (const ValueSource& source : cell.outcome->sources)
        account.contributed.emplace_back(source.file, source.row);
    }
  }
}

}  // namespace crm
