#pragma once
/* A store in a directory of its own for each test, and what is inside it. */
#include "tests/unit/daemon/store/store_dir.h"

#include "daemon/store/store_internal.h"
