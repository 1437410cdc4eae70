#pragma once

#include <string>
#include <utility>
#include <vector>

namespace crm::duck {

/// A SQL type, as functions declare their parameters and results.
struct Type {
  enum class Id { boolean, utinyint, bigint, varchar, any, list, structure };

  Id id = Id::varchar;
  std::vector<std::pair<std::string, Type>> members;  ///< list: its one element; structure: its fields

  static Type boolean() { return {Id::boolean, {}}; }
  static Type utinyint() { return {Id::utinyint, {}}; }
  static Type bigint() { return {Id::bigint, {}}; }
  static Type varchar() { return {Id::varchar, {}}; }
  /// A parameter that takes whatever comes, as it comes.
  static Type any() { return {Id::any, {}}; }
  static Type list(Type element) { return {Id::list, {{"element", std::move(element)}}}; }
  static Type structure(std::vector<std::pair<std::string, Type>> fields) { return {Id::structure, std::move(fields)}; }
};

}  // namespace crm::duck
