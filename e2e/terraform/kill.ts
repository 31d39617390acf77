import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills the Terraform of a pod as a node that is out of memory does. From inside a container its first process cannot be
 * killed; from here it is a process like any other, found by a word in its environment.
 */
export function killTerraform(word: string): void {
  const found = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    return /terraform\0apply|tofu\0apply/.test(read(pid, 'cmdline')) && read(pid, 'environ').includes(word);
  });
  if (found.length !== 1) throw new Error(`${found.length} processes with ${word} in their environment`);
  process.kill(Number(found[0]), 'SIGKILL');
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
