#include "app/backup_commands.h"

#include <fmt/format.h>

#include "base/error.h"
#include "report/figures.h"
#include "service/backup.h"
#include "service/data_folder.h"

namespace crm {
namespace {

std::string folder_of(Command command, const TypedOptions& typed) {
  if (typed.inputs.size() != 1 || typed.inputs[0].empty()) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("give the backup's folder: crm-merge {0} FOLDER; see crm-merge {0} --help", command_name(command)));
  }
  return typed.inputs[0];
}

std::filesystem::path data_of(const TypedOptions& typed) {
  return typed.one("--data").value_or(default_data_folder().string());
}

}  // namespace

void run_backup(const TypedOptions& typed, const CommandContext& context) {
  const std::string target = folder_of(Command::backup, typed);
  const BackupReport report = back_up(data_of(typed), target, context.stop);
  context.write_error(fmt::format("Backed up {} to {}: {}, {}\n", data_of(typed).string(), target,
                                  counted(report.files, "file", "files"), short_bytes(report.bytes)));
}

void run_restore(const TypedOptions& typed, const CommandContext& context) {
  const std::string backup = folder_of(Command::restore, typed);
  if (!typed.has("--data")) {
    throw Error(ErrorCode::invalid_config, "--data FOLDER is needed: the new data folder that the backup is to become");
  }
  const BackupReport report = restore(backup, data_of(typed), context.stop);
  context.write_error(fmt::format("Restored {} to {}: {}, {}; crm-merge serve --data {} goes on from there\n", backup,
                                  data_of(typed).string(), counted(report.files, "file", "files"), short_bytes(report.bytes),
                                  data_of(typed).string()));
}

}  // namespace crm
