import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ensureHelm, sharedCache } from '../../src/local/tools/helm.ts';
import { exec, say } from './exec.ts';
import { moduleVersion, requireGo } from './go.ts';
import { withLock } from './lock.ts';
import { toolDir } from './paths.ts';
import { type Tool, type ToolName, tools } from './pins.ts';

/** Absolute path of a pinned client program, built by `go install` when the cache has none or another version. */
export async function ensureTool(name: ToolName): Promise<string> {
  const tool: Tool = tools[name];
  const path = join(toolDir, tool.path);
  await requireGo();
  if ((await moduleVersion(path, tool.module)) === tool.version) return path;
  await withLock(join(toolDir, `.lock-${name}`), name, async () => {
    if ((await moduleVersion(path, tool.module)) !== tool.version) await install(name, tool, path);
  });
  return path;
}

/** The Helm that runners use, from the cache that local mode uses too. */
export function ensureHelm4(): Promise<string> {
  return ensureHelm({ folders: [sharedCache(process.env)], env: process.env, progress: say });
}

async function install(name: ToolName, tool: Tool, path: string): Promise<void> {
  const started = Date.now();
  mkdirSync(dirname(path), { recursive: true });
  const folder = mkdtempSync(join(toolDir, `.building-${name}-`));
  say(`building ${name} ${tool.version} (once; kept in ${toolDir})`);
  try {
    await exec('go', ['install', '-trimpath', '-ldflags', '-s -w', `${tool.package}@${tool.version}`], {
      env: { GOBIN: folder, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '' },
      label: `building ${name}`,
    });
    renameSync(join(folder, basename(tool.package)), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
}
