import { exec } from './exec.ts';

/** The oldest Go that the pinned modules accept. */
const oldest = { major: 1, minor: 24 };

/** Throws, saying what to do, when there is no Go or it is too old. */
export async function requireGo(): Promise<void> {
  const wanted = `Go ${oldest.major}.${oldest.minor} or newer is needed to build the real control plane for the end-to-end lane`;
  const output = await exec('go', ['env', 'GOVERSION'], { env: { GOTOOLCHAIN: 'local' } }).catch(() => undefined);
  if (output === undefined) {
    throw new Error(`${wanted}, and no "go" is in PATH. Install it (https://go.dev/doc/install) and run again.`);
  }
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(output.trim()) ?? [];
  if (Number(major) === oldest.major && Number(minor) < oldest.minor) {
    throw new Error(`${wanted}; "go" in PATH is ${output.trim()}.`);
  }
}

/** The module version that a Go binary was built from, or undefined when the file is missing or is none. */
export async function moduleVersion(path: string, module: string): Promise<string | undefined> {
  const listing = await exec('go', ['version', '-m', path]).catch(() => '');
  for (const line of listing.split('\n')) {
    const [, kind, name, version] = line.split('\t');
    if (kind === 'mod' && name === module) return version;
  }
  return undefined;
}
