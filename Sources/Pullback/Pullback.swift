// SPDX-License-Identifier: Apache-2.0

// One import for users; nothing is defined here.
@_exported import PullbackDerivations
@_exported import PullbackFormats
@_exported import PullbackModels
@_exported import PullbackNetworks
@_exported import PullbackPlans
@_exported import PullbackRuntime
@_exported import PullbackTensors
@_exported import PullbackTraining
