import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { files, type JobInput } from '../core/job-io.ts';

/** Reads what the controller mounted. Rejects when a file is missing or is not JSON. */
export async function readInput(folder: string): Promise<JobInput> {
  return JSON.parse(await readFile(join(folder, files.job), 'utf8')) as JobInput;
}

/** Joins the parts of the chart into one archive and returns its path. */
export async function joinChart(folder: string, scratch: string): Promise<string> {
  const parts = (await readdir(folder)).filter((name) => files.chartParts.test(name)).sort();
  if (parts.length === 0) throw new Error(`no chart among the inputs in ${folder}`);
  const chart = join(scratch, 'chart.tgz');
  await writeFile(chart, Buffer.concat(await Promise.all(parts.map((name) => readFile(join(folder, name))))));
  return chart;
}
