/** A script and its arguments, as SCRIPT and ARGS hand them to the image (E26). */
export type Command = Readonly<{ script: string; args: string }>;

/** `destroy -c` → `./destroy`, `-c`; a path with `/` is kept. Undefined for a text without words. */
export function readCommand(text: string | undefined): Command | undefined {
  const [script = '', ...args] = (text ?? '').split(/\s+/).filter((word) => word !== '');
  if (script === '') return undefined;
  return { script: script.includes('/') ? script : `./${script}`, args: args.join(' ') };
}
