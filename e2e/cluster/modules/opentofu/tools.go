//go:build tools

// Package tools pins the command that e2e/cluster/build.ts builds.
package tools

import _ "github.com/opentofu/opentofu/cmd/tofu"
