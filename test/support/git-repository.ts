import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Content of a file, `{ link }` for a symlink, `{ submodule }` for a commit elsewhere, or null to remove it. */
export type Content = string | Uint8Array | { link: string } | { submodule: string } | null;

/** A bare repository that tests write to by `git fast-import`: one process for a commit, where a checkout takes six. */
export class GitRepository {
  readonly folder: string;
  readonly #branches = new Set<string>();
  /** The next commit's time: no clock is asked, and two commits of one content are two. */
  #seconds = 1_700_000_000;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(folder: string): Promise<GitRepository> {
    await run('git', ['init', '-q', '--bare', '-b', 'main', folder]);
    return new GitRepository(folder);
  }

  async git(...args: string[]): Promise<string> {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
    return (await run('git', [...identity, ...args], { cwd: this.folder })).stdout.trim();
  }

  /** Adds a commit with these changes to a branch, or begins the branch anew. Returns the commit's id. */
  async commit(files: Readonly<Record<string, Content>>, branch = 'main', fresh = false): Promise<string> {
    const name = `refs/heads/${branch}`;
    const commit = `commit ${name}\nmark :1\ncommitter t <t@example.com> ${this.#seconds++} +0000\ndata 6\nchange\n`;
    const parent = this.#branches.has(name) && !fresh ? `from ${name}^0\n` : '';
    const changes = Object.entries(files).flatMap(([path, content]) => change(path, content));
    const id = await fastImport(this.folder, [commit, parent, ...changes, '\nget-mark :1\ndone\n']);
    this.#branches.add(name);
    return id;
  }
}

function change(path: string, content: Content): (string | Uint8Array)[] {
  const name = JSON.stringify(path);
  if (content === null) return [`D ${name}\n`];
  if (typeof content === 'object' && 'submodule' in content) return [`M 160000 ${content.submodule} ${name}\n`];
  const isLink = typeof content === 'object' && 'link' in content;
  const bytes = Buffer.from(isLink ? content.link : (content as string | Uint8Array));
  return [`M ${isLink ? '120000' : '100644'} inline ${name}\ndata ${bytes.byteLength}\n`, bytes, '\n'];
}

function fastImport(folder: string, stream: readonly (string | Uint8Array)[]): Promise<string> {
  const child = spawn('git', ['fast-import', '--quiet', '--force', '--done'], { cwd: folder });
  const out: Buffer[] = [];
  const error: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => error.push(chunk));
  child.stdin.end(Buffer.concat(stream.map((part) => Buffer.from(part as string))));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString().trim());
      else reject(new Error(`git fast-import: ${Buffer.concat(error).toString()}`));
    });
  });
}
