// SPDX-License-Identifier: Apache-2.0

#ifndef CPULLBACK_START_H
#define CPULLBACK_START_H

// Nothing to call: what `start.c` does is done before the program begins.

#endif
