#include "engine/sql/merged_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "engine/accounts.h"
#include "engine/sql/key_functions.h"
#include "engine/sql/value_functions.h"
#include "output/csv_writer.h"

namespace crm {
namespace {

using Role = OutputColumn::Role;

/// Output columns that can differ from what the original had.
bool can_change(const OutputColumn& output) {
  return output.column >= 0 && (output.role == Role::original || output.role == Role::alternate || output.role == Role::fresh);
}

}  // namespace

MergedRows::MergedRows(const SqlShape& shape, const MergedLayout& layout, const WantedBytes& wanted,
                       const KeyOptions& keys)
    : shape_(shape),
      layout_(layout),
      wanted_(wanted),
      blank_(keys.blank),
      keys_(keys),
      conflict_columns_(merged_columns_in_output_order(shape.plan)),
      output_of_(shape.plan.columns.size(), -1),
      alternate_of_(shape.plan.columns.size(), -1) {
  for (std::size_t i = 0; i < shape.plan.output.size(); ++i) {
    const OutputColumn& output = shape.plan.output[i];
    if (!can_change(output)) continue;
    (output.role == Role::alternate ? alternate_of_ : output_of_)[output.column] = static_cast<int>(i);
  }
}

void RowBytes::start(std::uint64_t first_row, std::uint64_t rows) {
  first_row_ = first_row;
  bytes_.clear();
  pieces_.assign(rows, {});
  in_order_ = true;
  at_ = 0;
}

std::string& RowBytes::begin(std::uint64_t row) {
  const std::size_t at = row - first_row_;
  in_order_ = in_order_ && at >= at_;
  at_ = at;
  pieces_[at].begin = bytes_.size();
  return bytes_;
}

std::string RowBytes::take() {
  if (in_order_) return std::move(bytes_);
  std::string sorted;
  sorted.reserve(bytes_.size());
  for (const Piece& piece : pieces_) sorted.append(bytes_, piece.begin, piece.size);
  bytes_.clear();
  return sorted;
}

void MergedRows::start(std::shared_ptr<const RangeRows> original) {
  original_ = std::move(original);
  slice_ = &original_->slices.front();
  came_.assign(original_->rows, false);
  for (RowBytes* bytes : {&merged_, &provenance_, &conflicts_}) bytes->start(original_->first_row + 1, original_->rows);
  out_ = RangeOutcome();
  out_.matched_on.resize(shape_.plan.identifiers.size());
  out_.columns.assign(shape_.plan.columns.size(), empty_column(shape_.plan));
  out_.sources.resize(shape_.plan.inputs.size());
}

RangeOutcome MergedRows::take() {
  if (out_.rows != came_.size()) {
    throw Error(ErrorCode::internal, fmt::format("{} of {} rows were merged", out_.rows, came_.size()));
  }
  if (wanted_.merged) out_.merged = merged_.take();
  if (wanted_.provenance) out_.provenance = provenance_.take();
  if (wanted_.conflicts) out_.conflicts = conflicts_.take();
  std::sort(out_.changes.begin(), out_.changes.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return std::move(out_);
}

void MergedRows::add(const std::vector<duck::Column>& columns, std::size_t rows) {
  in_ = columns;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint64_t at = row_number(row) - original_->first_row - 1;
    if (in_[layout_.row].is_null(row) || at >= came_.size() || came_[at]) {
      throw Error(ErrorCode::internal, fmt::format("Row {} of the original came twice", row_number(row)));
    }
    came_[at] = true;
    if (at < slice_->first || at - slice_->first >= slice_->end - slice_->begin) slice_ = &original_->slice_of(at);
    row_in_block_ = slice_->begin + (at - slice_->first);
    add_row(row);
  }
}

void MergedRows::add_row(std::size_t row) {
  ++out_.rows;
  int identifier = -1;
  for (const int key : layout_.key) {
    if (in_[key].is_null(row)) continue;
    const int used = identifier_of_entry(in_[key].bigint(row));
    identifier = identifier < 0 ? used : std::min(identifier, used);
  }
  if (identifier >= 0) {
    ++out_.matched;
    ++out_.matched_on[identifier];
  }
  for (int column = 0; column < static_cast<int>(layout_.columns.size()); ++column) count_column(column, row);
  add_changes(row);
  file_used_.assign(shape_.plan.inputs.size(), false);
  for (int column = 0; column < static_cast<int>(layout_.columns.size()); ++column) {
    if (!column_changed_[column]) count_cells(column, row);
  }
  if (wanted_.conflicts) {
    std::string& out = conflicts_.begin(row_number(row));
    for (const int column : conflict_columns_) write_conflicts(column, row, out);
    conflicts_.end();
  }
  if (!wanted_.merged) return;
  fields_.clear();
  for (std::size_t output = 0; output < layout_.output.size(); ++output) fields_.push_back(output_text(output, row));
  append_record(fields_, wanted_.merged_delimiter, merged_.begin(row_number(row)));
  merged_.end();
}

void MergedRows::add_changes(std::size_t row) {
  changed_.clear();
  column_changed_.assign(layout_.columns.size(), false);
  if (wanted_.provenance) provenance_.begin(row_number(row));
  for (std::size_t output = 0; output < shape_.plan.output.size(); ++output) {
    if (!can_change(shape_.plan.output[output]) || !is_changed(output, row)) continue;
    changed_.push_back({static_cast<int>(output), output_text(output, row)});
    count_changed(output, row);
    if (wanted_.provenance) write_provenance(output, row);
  }
  if (wanted_.provenance) provenance_.end();
  if (changed_.empty()) return;
  ++out_.changed_rows;
  if (wanted_.changes) out_.changes.emplace_back(row_number(row), ChangesBatch()).second.add_row(record_id(), changed_);
}

std::optional<std::string_view> MergedRows::original_value(int column) const {
  const std::optional<int>& original_column = shape_.plan.columns[column].original_column;
  if (!original_column || blank_.is_blank(original(*original_column))) return std::nullopt;
  return original(*original_column);
}

std::string_view MergedRows::output_text(std::size_t output, std::size_t row) const {
  const int place = layout_.output[output];
  if (place < 0) return original(shape_.plan.output[output].original_column);
  return in_[place].is_null(row) ? std::string_view() : cell(place, row);
}

void MergedRows::count_column(int column, std::size_t row) {
  const MergedLayout::Column& place = layout_.columns[column];
  ColumnAccount& account = out_.columns[column];
  if (original_value(column)) ++account.filled_before;
  const int output = output_of_[column], alternate = alternate_of_[column];
  if (output >= 0 && !blank_.is_blank(output_text(output, row))) ++account.filled_after;
  if (alternate >= 0 && !blank_.is_blank(output_text(alternate, row))) ++account.alternate_filled;
  if (is_filled(place.conflict, row)) {
    const std::uint8_t conflict = in_[place.conflict].utinyint(row);
    if (conflict == 1) ++account.conflicts_formatting;
    if (conflict == 2) ++account.conflicts_real;
  }
  if (value_text(column, row).size() > kMaxConsolidatedCellBytes) throw_cell_too_large(shape_.plan.columns[column].name);
}

/// The enriched value of a merged column; empty where there is none.
std::string_view MergedRows::value_text(int column, std::size_t row) const {
  const int place = layout_.columns[column].value;
  if (place >= 0) return in_[place].is_null(row) ? std::string_view() : cell(place, row);
  return output_of_[column] < 0 ? std::string_view() : output_text(output_of_[column], row);
}

bool MergedRows::is_changed(std::size_t output, std::size_t row) const {
  const OutputColumn& column = shape_.plan.output[output];
  const MergedLayout::Column& place = layout_.columns[column.column];
  if (!is_filled(place.sources >= 0 ? place.sources : place.source, row)) return false;  // nothing came from anywhere
  return column.role != Role::original || original(column.original_column) != output_text(output, row);
}

void MergedRows::count_changed(std::size_t output, std::size_t row) {
  const int column = shape_.plan.output[output].column;
  ColumnAccount& account = out_.columns[column];
  ++account.changed;
  find_sources(column, row);
  file_used_.assign(shape_.plan.inputs.size(), false);
  for (const ValueSource& source : sources_) {
    if (!file_used_[source.file]) ++account.filled_by[source.file];
    file_used_[source.file] = true;
    out_.sources[source.file].push_back(source.row);
  }
  column_changed_[column] = true;
  count_cells(column, row);
}

/// What became of each file's value of a cell; `file_used_` tells whose the output holds.
void MergedRows::count_cells(int column, std::size_t row) {
  const int place = layout_.columns[column].standing;
  if (!is_filled(place, row)) return;
  const std::string_view letters = cell(place, row);
  const bool replaces = alternate_of_[column] < 0 && original_value(column);
  const bool alone = letters.size() == 1 + static_cast<std::size_t>(std::count(letters.begin(), letters.end(), '-'));
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] == '-') continue;
    const int file = shape_.files_of_column[column][i];
    CellAccount& cells = out_.columns[column].cells_by[file];
    if (!file_used_[file]) {
      ++(letters[i] == '=' ? cells.agreeing : cells.overridden);
      continue;
    }
    ++(replaces ? cells.replaced : cells.filled);
    cells.filled_alone += !replaces && alone;
  }
}

void MergedRows::find_sources(int column, std::size_t row) {
  const MergedLayout::Column& place = layout_.columns[column];
  sources_.clear();
  const auto add = [&](std::int64_t source, std::int64_t line) {
    sources_.push_back({static_cast<int>(source >> kSourceRowBits) - 1,
                        static_cast<std::uint64_t>(source & ((std::int64_t{1} << kSourceRowBits) - 1)) - 1,
                        static_cast<std::uint64_t>(line)});
  };
  if (place.sources < 0) return add(in_[place.source].bigint(row), place.line < 0 ? 0 : in_[place.line].bigint(row));
  const duck::ListEntry list = in_[place.sources].list(row);
  const duck::Column elements = in_[place.sources].elements();
  const duck::Column sources = elements.member(0), lines = elements.member(1);
  for (std::size_t i = list.offset; i < list.offset + list.size; ++i) add(sources.bigint(i), lines.bigint(i));
}

std::string_view MergedRows::record_id() const {
  return shape_.plan.record_id_column ? original(*shape_.plan.record_id_column) : std::string_view();
}

void MergedRows::write_provenance(std::size_t output, std::size_t row) {
  const OutputColumn& column = shape_.plan.output[output];
  ProvenanceLine line;
  line.row = row_number(row);
  line.record_id = record_id();
  line.column = column.name;
  if (column.role == Role::original) line.before = original(column.original_column);
  line.after = output_text(output, row);
  line.sources = sources_;
  const std::int64_t key = in_[layout_.key[sources_.front().file]].bigint(row);
  line.matched_on = shape_.plan.identifiers[identifier_of_entry(key)].label;
  line.rule = shape_.plan.columns[column.column].strategy;
  append_provenance(shape_.plan, line, wanted_.provenance_delimiter, provenance_.bytes());
}

/// All values of a cell, each text once, in order: the original's, then those of the files by their rank.
void MergedRows::find_values(int column, std::size_t row) {
  const MergedLayout::Column& place = layout_.columns[column];
  values_.clear();
  seen_.clear();
  const auto add = [&](std::string_view text, int file) {
    if (seen_.insert(text).second) values_.push_back({text, file});
  };
  if (const auto before = original_value(column)) add(*before, -1);
  for (const int file : shape_.files_of_column[column]) {
    if (is_filled(place.file_values[file], row)) {
      const duck::ListEntry list = in_[place.file_values[file]].list(row);
      const duck::Column texts = in_[place.file_values[file]].elements().member(0);
      for (std::size_t i = list.offset; i < list.offset + list.size; ++i) add(texts.text(i), file);
    } else if (is_filled(place.file_value[file], row)) {
      add(cell(place.file_value[file], row), file);
    }
  }
}

/// The value that the other ones are in conflict with.
std::string_view MergedRows::chosen_text(int column, std::size_t row) const {
  const std::string_view after = output_text(static_cast<std::size_t>(output_of_[column]), row);
  // Where the original's cell stays blank the alternate has the value, or nobody.
  return blank_.is_blank(after) && !value_text(column, row).empty() ? value_text(column, row) : after;
}

std::string MergedRows::text_from(int column, std::string_view text, std::size_t row) {
  const bool concatenated = shape_.plan.columns[column].strategy == Strategy::concat;
  for (const OtherValue& value : values_) {
    if (value.text != text) continue;
    if (value.file < 0) return "original";
    if (!concatenated) return shape_.plan.inputs[value.file].name;
  }
  find_sources(column, row);
  return source_names(shape_.plan, sources_);
}

void MergedRows::write_conflicts(int column, std::size_t row, std::string& out) {
  const MergedLayout::Column& place = layout_.columns[column];
  if (!is_filled(place.conflict, row) || in_[place.conflict].utinyint(row) == 0) return;
  find_values(column, row);
  ConflictLine line;
  line.row = row_number(row);
  line.record_id = record_id();
  line.column = shape_.plan.output[output_of_[column]].name;
  line.chosen = chosen_text(column, row);
  const std::string chosen_from = text_from(column, line.chosen, row);
  line.chosen_from = chosen_from;
  for (const OtherValue& value : values_) {
    if (value.text == line.chosen) continue;
    line.other = value.text;
    line.real = !keys_.same_value(shape_.plan.columns[column].kind, line.chosen, value.text);
    line.other_from = value.file < 0 ? std::string_view("original") : shape_.plan.inputs[value.file].name;
    append_conflict(line, wanted_.conflicts_delimiter, out);
  }
}

}  // namespace crm
