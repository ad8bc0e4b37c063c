// SPDX-License-Identifier: Apache-2.0

// The package manager wants a source file; the header holds all.
#include "CPullbackTrap.h"
