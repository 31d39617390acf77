import { styleText } from 'node:util';
import type { CommandContext } from './context.ts';

type Out = CommandContext['out'];

/** Shows one step after the other: on a terminal each ends as a ticked line with its time, elsewhere it is one line. */
export class Progress {
  readonly #out: Out;
  #step: string | undefined;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(out: Out) {
    this.#out = out;
  }

  begin(step: string): void {
    this.done();
    this.#step = step;
    this.#since = performance.now();
    if (this.#out.isTTY !== true) return void this.#out.write(`${step} …\n`);
    this.#draw('·');
    // Seconds run where a step is long: Helm is downloaded or built on the first start.
    this.#timer = setInterval(() => this.#draw('·'), 1000).unref();
  }

  /** Ends the last step well. */
  done(): void {
    this.#end(paint(this.#out, 'green', '✓'));
  }

  /** Ends the last step as one that did not come to its end. */
  fail(): void {
    this.#end(paint(this.#out, 'red', '✗'));
  }

  #end(mark: string): void {
    clearInterval(this.#timer);
    if (this.#step !== undefined && this.#out.isTTY === true) {
      this.#draw(mark);
      this.#out.write('\n');
    }
    this.#step = undefined;
  }

  #draw(mark: string): void {
    const seconds = (performance.now() - this.#since) / 1000;
    const time = seconds < 0.5 ? '' : paint(this.#out, 'dim', `  ${seconds.toFixed(1)} s`);
    this.#out.write(`\r\u001b[2K${mark} ${this.#step}${time}`);
  }
}

/** Colours are for terminals only, and not where NO_COLOR is set. */
export function paint(out: Out, style: Parameters<typeof styleText>[0], text: string): string {
  return out.isTTY === true ? styleText(style, text, { stream: out }) : text;
}
