#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ingest/input.h"
#include "server/api.h"
#include "server/uploaded_file.h"

namespace crm {

class TempSpace;

/// The component File, with its profile or why there is none.
nlohmann::ordered_json file_json(const Api& api, const UploadedFile& file);

/// The file's profile under `overrides`. Errors: not_found; those of open_input, with the file's own name.
nlohmann::ordered_json profile_of(const Api& api, const UploadedFile& file, const InputOverrides& overrides);

/// `message` with a temporary file's path replaced by what its user calls it.
std::string with_name_for_path(std::string message, const std::string& path, const std::string& name);

/// A cell cut for showing, between two characters.
std::string shown_cell(const std::string& cell);

/// The component Profile: what the file was taken to be, and what its sample shows.
nlohmann::ordered_json profile_json(const InputProfile& profile);

/// The object `key` as a local file in `temp`, for as long as that lives. Where the store is local it costs
/// no copy.
std::filesystem::path local_file(ObjectStore& store, const std::string& key, TempSpace& temp);

}  // namespace crm
