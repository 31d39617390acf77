//go:build tools

// Package tools pins the commands that e2e/cluster/build.ts builds.
package tools

import _ "go.etcd.io/etcd/server/v3"
