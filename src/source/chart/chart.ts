import { createHash } from 'node:crypto';
import { parseDocument } from 'yaml';
import { isObject } from '../../core/json.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { packArchive } from './archive.ts';
import { parseHelmignore } from './helmignore.ts';

/** A file of a chart's folder; `path` relative to it, with `/`. */
export type ChartFile = Readonly<{ path: string; bytes: Uint8Array }>;

type Dependency = Readonly<{ name: string; repository: string }>;

export type PackedChart = Readonly<{
  /** `sha256:…` of the names and contents of the chart's files: the same for the same chart, wherever it comes from. */
  digest: string;
  name: string;
  version: string;
  /** A chart archive (.tgz) as Helm takes it; the same bytes for the same files. */
  archive: Uint8Array;
  /** Whether templates have hooks that must see ready workloads (E20). */
  postHooks: boolean;
  /** Those declared in Chart.yaml. */
  dependencies: readonly Dependency[];
}>;

const library = 'library';
const chartName = /^[a-zA-Z0-9._-]{1,250}$/;
const version =
  /^v?\d+(?:\.\d+)?(?:\.\d+)?(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const text = new TextDecoder();

/**
 * Packs a chart's folder, less what its `.helmignore` leaves out. `where` names the folder in failures, for example
 * `path "charts/shop" of git repository https://… at 0123abcd`.
 */
export async function packChart(files: readonly ChartFile[], where: string): Promise<Result<PackedChart>> {
  const find = (path: string) => files.find((file) => file.path === path);
  const chartYaml = find('Chart.yaml');
  if (chartYaml === undefined) return missing(files, where);
  const meta = readMeta(text.decode(chartYaml.bytes), where);
  if (!meta.ok) return meta;
  const helmignore = find('.helmignore');
  const ignore = parseHelmignore(helmignore === undefined ? '' : text.decode(helmignore.bytes));
  if (!ignore.ok) return invalid(`${where}: ${ignore.failure.message}`);
  const kept = files.filter(({ path }) => !leftOut(path, ignore.value)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const absent = meta.value.dependencies.filter(({ name }) => !vendored(kept, name));
  if (absent.length > 0) {
    const names = absent.map(({ name }) => name).join(', ');
    return invalid(
      `${where}: Chart.yaml names dependencies that are not in charts/: ${names}; run "helm dependency build" and commit charts/`,
    );
  }
  const { name } = meta.value;
  const archive = await packArchive(kept.map(({ path, bytes }) => ({ path: `${name}/${path}`, bytes })));
  return ok({ ...meta.value, digest: digestOf(kept), archive, postHooks: hasPostHooks(kept) });
}

function missing(files: readonly ChartFile[], where: string): Result<never> {
  const elsewhere = files.find(({ path }) => /(^|\/)Chart\.ya?ml$/i.test(path));
  const hint = elsewhere === undefined ? '' : ` (there is ${elsewhere.path})`;
  return invalid(`${where} has no Chart.yaml${hint}; give the path of the folder that holds it`);
}

type Meta = Readonly<{ name: string; version: string; dependencies: readonly Dependency[] }>;

function readMeta(source: string, where: string): Result<Meta> {
  const document = parseDocument(source, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) return invalid(`${where}: Chart.yaml is not valid YAML: ${error.message.split('\n')[0]}`);
  const meta: unknown = toJs(document);
  if (!isObject(meta)) return invalid(`${where}: Chart.yaml does not hold a map`);
  const problem = problemOf(meta);
  if (problem !== undefined) return invalid(`${where}: Chart.yaml: ${problem}`);
  const listed = Array.isArray(meta['dependencies']) ? (meta['dependencies'] as Record<string, unknown>[]) : [];
  const dependencies = listed.map((item) => ({
    name: String(item?.['name'] ?? ''),
    repository: String(item?.['repository'] ?? ''),
  }));
  return ok({ name: String(meta['name']), version: String(meta['version']), dependencies });
}

function toJs(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

function problemOf(meta: Readonly<Record<string, unknown>>): string | undefined {
  const { apiVersion, type } = meta;
  const [name, given] = [scalar(meta['name']), scalar(meta['version'])];
  if (apiVersion !== 'v1' && apiVersion !== 'v2') return 'apiVersion must be v1 or v2';
  if (name === undefined || !chartName.test(name) || /^\.+$/.test(name))
    return 'name must be letters, digits, "-", "_" and "."';
  if (given === undefined || !version.test(given)) return 'version must be a semantic version such as 1.2.3';
  if (type === library) return 'a chart of type library cannot be installed';
  return undefined;
}

/** Helm takes a number for a text: `version: 1.0` is its version "1". */
function scalar(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** A folder that is left out takes all below it with it. */
function leftOut(path: string, ignore: (path: string, folder: boolean) => boolean): boolean {
  if (path === 'Chart.yaml') return false;
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth++) if (ignore(parts.slice(0, depth).join('/'), true)) return true;
  return ignore(path, false);
}

/** Helm finds a dependency by the name inside; by its folder or archive is as close as names tell. */
function vendored(files: readonly ChartFile[], name: string): boolean {
  return files.some(({ path, bytes }) => {
    if (path.startsWith(`charts/${name}/`) || new RegExp(`^charts/${escaped(name)}[^/]*\\.tgz$`).test(path))
      return true;
    const isChart = /^charts\/[^/]+\/Chart\.yaml$/.test(path);
    return isChart && new RegExp(`^name:\\s*["']?${escaped(name)}["']?\\s*$`, 'm').test(text.decode(bytes));
  });
}

function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** By the words of the annotation: a template that mentions them in vain costs a wait, one that is missed a broken hook. */
function hasPostHooks(files: readonly ChartFile[]): boolean {
  return files.some(({ path, bytes }) => {
    if (/^charts\/[^/]+\.tgz$/.test(path)) return true;
    if (!/(^|\/)templates\//.test(path)) return false;
    return /helm\.sh\/hook[^-]/.test(text.decode(bytes)) && /\bpost-(install|upgrade)\b/.test(text.decode(bytes));
  });
}

function digestOf(files: readonly ChartFile[]): string {
  const hash = createHash('sha256');
  for (const { path, bytes } of files) hash.update(`${path}\0${bytes.byteLength}\0`).update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

function invalid(message: string): Result<never> {
  return fail('invalid', 'InvalidChart', message);
}
