/**
 * The paths of keys that stand twice in one object of a JSON text, for the strict decoding error `duplicate field "…"`.
 * The text must be valid JSON. JSON.parse keeps the last value and says nothing, hence this walk over the text.
 */
export function duplicateFields(text: string): string[] {
  return new Scanner(text).scan();
}

class Scanner {
  private readonly text: string;
  private at = 0;
  private readonly found: string[] = [];

  constructor(text: string) {
    this.text = text;
  }

  scan(): string[] {
    this.value('');
    return this.found;
  }

  private value(path: string): void {
    this.skipSpace();
    const start = this.text[this.at];
    if (start === '{') this.object(path);
    else if (start === '[') this.array(path);
    else if (start === '"') this.string();
    else while (this.at < this.text.length && !/[\s,\]}]/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private object(path: string): void {
    const seen = new Set<string>();
    this.entries('}', () => {
      const name = this.string();
      const field = path === '' ? name : `${path}.${name}`;
      if (seen.has(name)) this.found.push(field);
      seen.add(name);
      this.skipSpace();
      this.at += 1; // the colon
      this.value(field);
    });
  }

  private array(path: string): void {
    let index = 0;
    this.entries(']', () => {
      this.value(`${path}[${index}]`);
      index += 1;
    });
  }

  /** Walks what stands between a bracket and its end. */
  private entries(end: string, entry: () => void): void {
    this.at += 1;
    this.skipSpace();
    while (this.at < this.text.length && this.text[this.at] !== end) {
      entry();
      this.skipSpace();
      if (this.text[this.at] === ',') this.at += 1;
      this.skipSpace();
    }
    this.at += 1;
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at += 1;
    return JSON.parse(this.text.slice(start, this.at)) as string;
  }

  private skipSpace(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? '!')) this.at += 1;
  }
}
