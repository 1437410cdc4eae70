#pragma once

/// Marks what libcrm_merge.so shows; everything else in it is hidden.
#define CRM_MERGE_API __attribute__((visibility("default")))
