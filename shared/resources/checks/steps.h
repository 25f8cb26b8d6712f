#pragma once
/* Bounds of a steps monitor, for its fields and its runs. */
#include "shared/schema/schema.h"

enum { STEPS_MAX = 20, STEP_PAIRS_MAX = 50, STEP_SAVE_MAX = 16, STEP_EXPECT_MAX = 16 };

extern const struct variant variant_steps;
