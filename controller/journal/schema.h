// The journal's tables, and how one version of them becomes the next.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "controller/journal/database.h"

namespace ballast {

/// "BLST" in SQLite's application_id: another program's database is refused.
inline constexpr std::int64_t kApplicationId = 0x424c5354;

/// Step i brings a database of version i to version i + 1. Steps are never changed, only added.
std::span<const char* const> schema_steps();

/// Brings the database forward, each step in a transaction; before the first step on a database that holds data, a
/// copy is kept as `<path>.v<version>`, and `notes` says so. Repeating it is harmless.
/// Errors: denied (a newer version, or another program's file), and those of Database.
Result<Done> migrate(Database& database, std::span<const char* const> steps, std::vector<std::string>& notes);
/// Only looks. Errors: denied (any other version than the newest, or another program's file).
Result<Done> check_version(Database& database, std::span<const char* const> steps);

}  // namespace ballast
