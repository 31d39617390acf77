import { readJson } from '../cluster/janitor.ts';
import { count, type Report, type Run } from './count.ts';

// sum.ts NAME:EXIT-CODE:REPORT… prints the closing line of CI and fails when anything failed.
const runs = process.argv.slice(2).map((argument): Run => {
  const [name = '', code = '1', path = ''] = argument.split(':');
  return { name, code: Number(code), report: readJson<Report>(path) };
});
const { passed, failed, remarks } = count(runs);
for (const remark of remarks) console.log(remark);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
