import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Milliseconds between two looks: the shortest process of a run, a runc, lasts longer. */
const pauseMs = 10;

/** What `ps` would have shown on this machine while a test ran, in all its namespaces. */
export type Processes = Readonly<{
  /** Names of programs that were seen. */
  programs: ReadonlySet<string>;
  /** Command lines that hold one of the words. */
  found: ReadonlySet<string>;
  stop(): void;
}>;

/** Looks at the command lines of all processes, again and again, until it is stopped. */
export function watchProcesses(words: readonly string[]): Processes {
  const programs = new Set<string>();
  const found = new Set<string>();
  const look = () => {
    for (const pid of pids()) {
      const line = read(`/proc/${pid}/cmdline`);
      programs.add(basename(line.split('\0')[0] ?? ''));
      if (words.some((word) => line.includes(word))) found.add(line.replaceAll('\0', ' '));
    }
  };
  const timer = setInterval(look, pauseMs);
  return { programs, found, stop: () => clearInterval(timer) };
}

/** Environment of all processes whose command line holds the words. */
export function environmentOf(...words: string[]): string[] {
  return pids().flatMap((pid) => {
    const line = read(`/proc/${pid}/cmdline`);
    return words.every((word) => line.includes(word)) ? [read(`/proc/${pid}/environ`)] : [];
  });
}

/** Names of all files that processes have open, run, work in or have mounted. */
export function fileNames(): string[] {
  return pids().flatMap((pid) => {
    const open = entries(`/proc/${pid}/fd`).map((fd) => `fd/${fd}`);
    const links = ['cwd', 'exe', 'root', ...open].map((link) => target(`/proc/${pid}/${link}`));
    return [...links, read(`/proc/${pid}/mountinfo`), read(`/proc/${pid}/cgroup`)];
  });
}

function pids(): string[] {
  return entries('/proc').filter((name) => /^\d+$/.test(name));
}

// Of processes that may just have ended.
function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
