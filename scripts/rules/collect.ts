/** A rule of the specification as titles name it: `E12`, `F3`, `A7`. */
const rule = /\b[A-F]\d{1,2}\b/g;
/** Titles of tests, and of flows of the end-to-end lane: first argument, first cells of tables, alone in a line too. */
const title =
  /(?:\b(?:it|test|describe|flow|soleFlow)(?:\.\w+)*(?:\([^)]*\))?\(\s*|^\s*\[?\s*)(['"`])(.*?)\1(?:,|\)|$)/;
const caseTitle = /^case: ()(.*)$/;

export type Proof = Readonly<{ rule: string; title: string; file: string; line: number }>;

/** Every line of a test or case file whose title names rules, once for each of them. `E2–E5` names four. */
export function proofsIn(file: string, text: string): Proof[] {
  return text.split('\n').flatMap((line, index) => {
    const found = (caseTitle.exec(line) ?? title.exec(line))?.[2];
    if (found === undefined) return [];
    return rulesOf(found).map((name) => ({ rule: name, title: found, file, line: index + 1 }));
  });
}

export function rulesOf(text: string): string[] {
  const spelled = text.replace(
    /\b([A-F])(\d{1,2})[–-](?:\1)?(\d{1,2})\b/g,
    (_, letter: string, from: string, to: string) =>
      Array.from(
        { length: Math.max(0, Number(to) - Number(from) + 1) },
        (_item, index) => `${letter}${Number(from) + index}`,
      ).join(' '),
  );
  return [...new Set(spelled.match(rule) ?? [])];
}

/** One block a rule, in the order of letters and numbers. */
export function formatProofs(proofs: readonly Proof[]): string {
  const byRule = Map.groupBy(proofs, (proof) => proof.rule);
  const order = [...byRule.keys()].sort(
    (a, b) => a.charCodeAt(0) - b.charCodeAt(0) || Number(a.slice(1)) - Number(b.slice(1)),
  );
  const blocks = order.map((name) => {
    const lines = (byRule.get(name) ?? []).map(({ file, line, title: text }) => `  ${file}:${line}  ${text}`);
    return [`${name} (${lines.length})`, ...lines].join('\n');
  });
  return [...blocks, `${order.length} rules, ${proofs.length} proofs`].join('\n');
}
