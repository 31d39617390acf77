import { networkInterfaces } from 'node:os';
import { exec } from '../cluster/exec.ts';

/** The addresses of one cluster: a network of its own beside those of others on the machine. */
export type Network = Readonly<{
  /** The machine's end of the cable to the node: here the API server, the registry and servers of tests listen. */
  host: string;
  node: string;
  pods: string;
  services: string;
  /** Name of the machine's end. It goes with the node: the kernel removes a cable that has lost an end. */
  link: string;
}>;

// A private range that crane takes for one without TLS, away from what routers and container engines give out.
const first = 200;
const last = 249;

function network(number: number): Network {
  const prefix = `10.${number}`;
  return {
    host: `${prefix}.0.1`,
    node: `${prefix}.0.2`,
    pods: `${prefix}.64.0/18`,
    services: `${prefix}.128.0/17`,
    link: `alustan${number}`,
  };
}

/**
 * Lays a cable between the machine and the namespace of the node's init, with the first network that nobody has. `root`
 * is the node's root file system, whose `ip` is used.
 */
export async function connectNode(root: string, pid: number): Promise<Network> {
  const ip = (...args: string[]) => exec('chroot', [root, 'ip', ...args]);
  const inNode = (...args: string[]) => exec('nsenter', [`--net=/proc/${pid}/ns/net`, 'chroot', root, 'ip', ...args]);
  const free = await lay(ip, pid);
  await ip('addr', 'add', `${free.host}/30`, 'dev', free.link);
  await ip('link', 'set', free.link, 'up');
  await inNode('addr', 'add', `${free.node}/30`, 'dev', 'eth0');
  await inNode('link', 'set', 'eth0', 'up');
  // The machine reaches pods and Services too. The other way round pods reach the machine's end, and nothing beyond.
  for (const range of [free.pods, free.services]) await ip('route', 'add', range, 'via', free.node);
  return free;
}

/** The kernel refuses a name that is taken: two clusters that start at once do not get the same network. */
async function lay(ip: (...args: string[]) => Promise<string>, pid: number): Promise<Network> {
  const taken = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address));
  for (let number = first; number <= last; number++) {
    const candidate = network(number);
    if (taken.some((address) => address?.startsWith(`10.${number}.`))) continue;
    try {
      await ip('link', 'add', candidate.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
      return candidate;
    } catch (error) {
      if (!/File exists/.test(String(error))) throw new Error(`the kernel makes no cable to the node: ${error}`);
    }
  }
  throw new Error(`no network from 10.${first} to 10.${last} is free on this machine: end clusters that nobody needs`);
}
