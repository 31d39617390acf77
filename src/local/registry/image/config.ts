/** What a container of the image runs. */
export type ProcessConfig = Readonly<{
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Absolute path inside the image. */
  workingDir?: string;
}>;

/** What a Dockerfile's `WORKDIR` and `CMD` in its shell form make; `cmd` is a line for a shell. */
export function shellConfig(workdir: string | undefined, cmd: string | undefined): ProcessConfig {
  return {
    ...(workdir === undefined ? {} : { workingDir: workdir }),
    ...(cmd === undefined ? {} : { cmd: ['/bin/sh', '-c', cmd] }),
  };
}

const EPOCH = '1970-01-01T00:00:00Z';

/** The names of OCI for the processors of this machine; others are the same in Node. */
export function platformArchitecture(arch: string = process.arch): string {
  return { x64: 'amd64', ia32: '386' }[arch] ?? arch;
}

/** The configuration of an image (OCI image specification, "Image Configuration"). Nothing in it depends on the time. */
export function imageConfig(config: ProcessConfig, diffIds: readonly string[]): Uint8Array<ArrayBuffer> {
  const env = Object.entries(config.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const document = {
    created: EPOCH,
    architecture: platformArchitecture(),
    os: 'linux',
    config: {
      ...(config.entrypoint === undefined ? {} : { Entrypoint: config.entrypoint }),
      ...(config.cmd === undefined ? {} : { Cmd: config.cmd }),
      ...(env.length === 0 ? {} : { Env: env }),
      ...(config.workingDir === undefined ? {} : { WorkingDir: config.workingDir }),
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created: EPOCH, created_by: 'alustan local image' })),
  };
  return new TextEncoder().encode(JSON.stringify(document));
}

/** Reads the part of a configuration that says what to run. */
export function readImageConfig(bytes: Uint8Array): ProcessConfig {
  const document = JSON.parse(new TextDecoder().decode(bytes)) as {
    config?: { Entrypoint?: string[] | null; Cmd?: string[] | null; Env?: string[] | null; WorkingDir?: string };
  };
  const { Entrypoint, Cmd, Env, WorkingDir } = document.config ?? {};
  const env = (Env ?? []).map((pair): [string, string] => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')];
  });
  return {
    ...(Entrypoint ? { entrypoint: Entrypoint } : {}),
    ...(Cmd ? { cmd: Cmd } : {}),
    ...(env.length === 0 ? {} : { env: Object.fromEntries(env) }),
    ...(WorkingDir ? { workingDir: WorkingDir } : {}),
  };
}
